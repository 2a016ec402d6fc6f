"""Patterns against texts that are only partly known, held against plain matching of every completion."""

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.linkage.access.globs import End, matches

ALPHABET = "ab/"
SHORT = ["".join(letters) for size in range(4) for letters in itertools.product(ALPHABET, repeat=size)]
"""Every text of up to three letters: what an unknown part may turn out to be."""


def plainly(pattern: str, text: str) -> bool:
    form = "".join(".*" if sign == "*" else "." if sign == "?" else re.escape(sign) for sign in pattern)
    return re.fullmatch(form, text, re.DOTALL) is not None


@pytest.mark.parametrize(
    ("pattern", "parts", "end", "expected"),
    [
        ("arn::s3:::raw", ("arn::s3:::raw",), End.EXACT, True),
        ("arn::s3:::raw", ("arn::s3:::raw2",), End.EXACT, False),
        ("arn::s3:::r?w", ("arn::s3:::raw",), End.EXACT, True),
        ("arn::s3:::raw", ("arn::s3:::", None), End.EXACT, None),
        ("arn::s3:::*", ("arn::s3:::", None), End.EXACT, True),
        ("arn::dynamodb:eu-1:1:table/t", ("arn::dynamodb:", None, ":table/t"), End.EXACT, None),
        ("arn::dynamodb:eu-1:1:table/t", ("arn::dynamodb:", None, ":table/u"), End.EXACT, False),
        ("raw/clicks/*", ("raw", "/", "clicks/"), End.SOME, True),
        ("raw/clicks/2026/*", ("raw", "/", "clicks/"), End.SOME, True),
        ("raw/users/*", ("raw", "/", "clicks/"), End.SOME, False),
        ("raw/*", ("raw", "/", None), End.SOME, True),
        ("raw/clicks/*", ("raw", "/", None), End.SOME, None),
        ("raw/clicks/*", ("raw", "/", "clicks/"), End.EVERY, True),
        ("raw/clicks/a*", ("raw", "/", "clicks/"), End.EVERY, False),
        ("raw/*", ("raw", "/", ""), End.EVERY, True),
        ("raw", ("raw", "/", ""), End.SOME, False),
        ("", ("",), End.EXACT, True),
        ("*", (None,), End.EVERY, True),
    ],
)
def test_a_pattern_matches(
    pattern: str,
    parts: tuple[str | None, ...],
    end: End,
    expected: bool | None,  # noqa: FBT001
) -> None:
    assert matches(pattern, parts, end) is expected


def test_where_a_question_mark_is_no_wildcard() -> None:
    assert matches("a?", ("ab",), wild="*") is False
    assert matches("a?", ("a?",), wild="*") is True


@given(st.text("ab/*?", max_size=5), st.lists(st.sampled_from(["", "a", "b/", "ab", None]), max_size=3))
def test_what_is_answered_holds_for_every_completion(pattern: str, parts: list[str | None]) -> None:
    answer = matches(pattern, tuple(parts))
    completions = itertools.product(*(SHORT if part is None else [part] for part in parts))
    found = {plainly(pattern, "".join(texts)) for texts in completions}
    if answer is not None:
        assert found == {answer}


@given(st.text("ab/*?", max_size=5), st.sampled_from(["", "a", "a/", "ab", "b/a"]))
def test_what_lies_below_a_path_is_some_or_every_text_that_begins_so(pattern: str, path: str) -> None:
    below = [plainly(pattern, path + rest) for rest in SHORT]
    some, every = matches(pattern, (path,), End.SOME), matches(pattern, (path,), End.EVERY)
    assert {some, every} <= {True, False}
    if any(below):
        assert some is True
    if every is True:
        assert all(below)
    if some is False:
        assert not any(below)
