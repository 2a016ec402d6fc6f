"""Whatever a file holds, ``load`` returns a document or raises a ``SpecError``, and says something usable."""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from ipaddress import IPv4Network
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from stacks.spec import Document, SpecError, load
from stacks.spec.reader import read
from stacks.spec.schema import FILE

ACME = Path(__file__).parents[3] / "stacks" / "platforms" / "acme.yaml"
VALID = read(ACME)[0].data

Load = Callable[[bytes], Document | SpecError]

# Other tests share the machine, so that the clock says nothing about an example.
SETTINGS = settings(
    deadline=None,
    max_examples=120,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=10**30, max_value=10**60),
    st.floats(),
    st.dates().map(str),
    st.text(max_size=40),
    st.sampled_from(
        [
            "10.0.0.0/8",
            "10.1.0.0/16",
            "999.1.1.1/99",
            "1.35",
            "eks",
            "dc1",
            "aws-access",
            "30d",
            "99999y",
            "2..4",
        ]
    ),
    st.sampled_from(
        ["${x}", "../..", "AKIAIOSFODNN7EXAMPLE", "NO", "1e999", "0x", "<<", "\ufeff", "\u2028", "\x85"]
    ),
)
KEYS = st.one_of(
    st.text(max_size=12), st.sampled_from(["sites", "kind", "cidr", "aws", "site", "[key]", "eks", "0"])
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=25,
)


@pytest.fixture(name="attempt", scope="module")
def fixture_attempt() -> Iterator[Load]:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "platform.yaml"

        def attempt(content: bytes) -> Document | SpecError:
            file.write_bytes(content)
            try:
                return load(file)
            except SpecError as error:
                return error

        yield attempt


def said(result: Document | SpecError, content: bytes) -> None:
    """An error has a text for people, data for machines, places within the file, and shows no credential."""
    if isinstance(result, Document):
        return
    text = str(result)
    machine = json.dumps([problem.as_dict() for problem in result.problems])
    lines = content.count(b"\n") + content.count(b"\r") + content.decode(errors="replace").count("\u2028") + 2
    lines += content.decode(errors="replace").count("\x85") + content.decode(errors="replace").count("\u2029")
    assert text.isprintable() or all(char.isprintable() or char == "\n" for char in text)
    assert "AKIAIOSFODNN7EXAMPLE" not in text + machine
    assert all(1 <= problem.where.line <= lines and problem.where.column >= 1 for problem in result.problems)
    assert all(problem.found and problem.fix for problem in result.problems)
    assert "value" not in {problem.code for problem in result.problems}, (
        "an error of pydantic without a sentence"
    )


@SETTINGS
@given(content=st.binary(max_size=400))
def test_bytes(attempt: Load, content: bytes) -> None:
    said(attempt(content), content)


@SETTINGS
@given(text=st.text(alphabet="ab1:-[]{}#&*!|>'\"%@`\\n\n\n\t ,?<$~.é€\u2028\r\x00=", max_size=120))
def test_text_that_looks_like_yaml(attempt: Load, text: str) -> None:
    content = text.encode()
    said(attempt(content), content)


@SETTINGS
@given(tree=TREES, spread=st.booleans())
def test_trees(attempt: Load, tree: Any, *, spread: bool) -> None:
    content = json.dumps(tree, indent=2 if spread else None, ensure_ascii=not spread).encode(errors="replace")
    said(attempt(content), content)


def paths(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every entry of a tree."""
    entries = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in entries:
        yield (*path, key)
        yield from paths(value, (*path, key))


@SETTINGS
@given(data=st.data())
def test_a_valid_file_with_a_few_changes(attempt: Load, data: st.DataObject) -> None:
    tree = deepcopy(VALID)
    for _ in range(data.draw(st.integers(1, 4), label="changes")):
        places = list(paths(tree))
        if not places:
            break
        *way, last = data.draw(st.sampled_from(places), label="place")
        parent = tree
        for step in way:
            parent = parent[step]
        match data.draw(st.sampled_from(["remove", "replace", "copy", "insert"]), label="change"):
            case "remove":
                del parent[last]
            case "replace":
                parent[last] = data.draw(TREES, label="value")
            case "copy":
                parent[last] = deepcopy(
                    data.draw(st.sampled_from([VALID["sites"], *VALID["sites"].values()]))
                )
            case _ if isinstance(parent, dict):
                parent[data.draw(KEYS, label="key")] = data.draw(TREES, label="value")
            case _:
                parent.insert(last, data.draw(TREES, label="value"))
    content = json.dumps(tree, indent=data.draw(st.sampled_from([None, 1]))).encode(errors="replace")

    result = attempt(content)

    said(result, content)
    if isinstance(result, Document):
        Draft202012Validator(json.loads(FILE.read_text(encoding="utf-8"))).validate(result.source.data)


NETWORKS = st.builds(
    "10.{}.0.0/{}".format, st.integers(min_value=0, max_value=255), st.integers(min_value=14, max_value=18)
).map(lambda text: IPv4Network(text, strict=False))


@SETTINGS
@given(networks=st.lists(st.tuples(NETWORKS, NETWORKS, NETWORKS), min_size=1, max_size=4))
def test_overlaps_are_found_exactly(attempt: Load, networks: list[tuple[IPv4Network, ...]]) -> None:
    site = "  s{n}: {{kind: openshift, context: c{n}, country: DE, cidr: {0}, pods: {1}, services: {2}}}\n"
    text = "platform: a\nowner: {team: a, contact: a@b.example}\nsites:\n" + "".join(
        site.format(*ranges, n=n) for n, ranges in enumerate(networks)
    )
    every = [network for ranges in networks for network in ranges]

    result = attempt(text.encode())

    overlap = any(first.overlaps(second) for first, second in combinations(every, 2))
    assert isinstance(result, SpecError) == overlap
    if isinstance(result, SpecError):
        assert {problem.code for problem in result.problems} == {"overlap"}
        for problem in result.problems:
            free = IPv4Network(problem.fix.rpartition("`")[0].rpartition(": ")[2])
            assert not any(free.overlaps(network) for network in every)
