"""The file that keeps debt over time: nothing twice, nothing lost, and clear words about what is no trend."""

import json
from datetime import date
from pathlib import Path

import pytest

from policies.linkage import trend
from policies.linkage.debt import Debt, Measure
from policies.linkage.trend import Change, TrendError

MONDAY, TUESDAY, FRIDAY = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 27)


def owed(loops: int, digest: str = "sha256:1", **more: int) -> Debt:
    counts = {Measure.FEEDBACK_LOOPS: loops, **{Measure(key): count for key, count in more.items()}}
    return Debt(digest=digest, counts=counts, items={})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "debt.jsonl"


def test_a_line_is_plain_json(file: Path) -> None:
    assert trend.append(file, owed(2, depth=7), stack="acme/prod", day=MONDAY) is True
    assert file.read_text("utf-8") == (
        '{"counts": {"depth": 7, "feedbackLoops": 2}, "day": "2026-11-23", "graph": "sha256:1", '
        '"stack": "acme/prod"}\n'
    )


def test_the_same_evaluation_is_written_once_a_day(file: Path) -> None:
    written = [
        trend.append(file, owed(2), stack="prod", day=MONDAY),
        trend.append(file, owed(2), stack="prod", day=MONDAY),
        trend.append(file, owed(3), stack="prod", day=MONDAY),
        trend.append(file, owed(2), stack="prod", day=MONDAY),
        trend.append(file, owed(2, "sha256:2"), stack="prod", day=MONDAY),
        trend.append(file, owed(2), stack="dev", day=MONDAY),
        trend.append(file, owed(2), stack="prod", day=TUESDAY),
    ]
    assert written == [True, False, True, False, True, True, True]
    assert len(trend.read(file)) == 5


def test_a_last_line_that_was_left_open_is_closed(file: Path) -> None:
    trend.append(file, owed(1), stack="prod", day=MONDAY)
    file.write_text(file.read_text("utf-8").rstrip("\n"), "utf-8")
    trend.append(file, owed(2), stack="prod", day=TUESDAY)
    assert [entry.counts["feedbackLoops"] for entry in trend.read(file)] == [1, 2]


def test_an_empty_file_and_empty_lines_have_no_evaluations(file: Path) -> None:
    file.write_text("\n\n", "utf-8")
    assert trend.read(file) == []
    assert trend.append(file, owed(1), stack="a\u2028b\U0001f4a9", day=MONDAY)
    assert [entry.stack for entry in trend.read(file)] == ["a\u2028b\U0001f4a9"]


def test_how_debt_changed(file: Path) -> None:
    for day, loops in ((MONDAY, 1), (TUESDAY, 4), (FRIDAY, 2)):
        trend.append(file, owed(loops), stack="prod", day=day)
        trend.append(file, owed(9), stack="dev", day=day)
    trend.append(file, owed(3, depth=5), stack="prod", day=FRIDAY)
    entries = trend.read(file)
    assert trend.changes(entries, "prod") == {
        "feedbackLoops": Change(before=2, now=3),
        "depth": Change(before=None, now=5),
    }
    assert trend.changes(entries, "prod")["feedbackLoops"].difference == 1
    assert trend.changes(entries, "prod")["depth"].difference is None
    assert trend.changes(entries, "prod", since=FRIDAY)["feedbackLoops"] == Change(before=4, now=3)
    assert trend.changes(entries, "prod", since=TUESDAY)["feedbackLoops"] == Change(before=1, now=3)
    # Nothing is older: then the first of all.
    assert trend.changes(entries, "prod", since=MONDAY)["feedbackLoops"].difference == 2
    assert trend.changes(entries, "dev")["feedbackLoops"].difference == 0
    assert trend.changes(entries, "test") == {}
    assert trend.changes(entries[:1], "prod") == {}
    assert trend.changes(entries[:3], "prod") == {"feedbackLoops": Change(before=1, now=4)}


GOOD = {"day": "2026-11-23", "stack": "prod", "graph": "sha256:1", "counts": {"depth": 1}}


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "this line is no JSON"),
        ("[" * 100_000, "this line is no JSON"),
        ("[]", "this line is no evaluation"),
        ("null", "this line is no evaluation"),
        (json.dumps({**GOOD, "day": "yesterday"}), "this line is no evaluation"),
        (json.dumps({**GOOD, "day": 20261123}), "this line is no evaluation"),
        (json.dumps({**GOOD, "stack": None}), "this line is no evaluation"),
        (json.dumps({**GOOD, "graph": 1}), "this line is no evaluation"),
        (json.dumps({**GOOD, "counts": [1]}), "this line is no evaluation"),
        (json.dumps({**GOOD, "counts": {"depth": "1"}}), "this line is no evaluation"),
        (json.dumps({**GOOD, "counts": {"depth": True}}), "this line is no evaluation"),
    ],
)
def test_a_file_that_is_no_trend_is_left_as_it_is(file: Path, line: str, problem: str) -> None:
    before = f"{json.dumps(GOOD)}\n{line}\n"
    file.write_text(before, "utf-8")
    with pytest.raises(TrendError) as error:
        trend.append(file, owed(1), stack="prod", day=MONDAY)
    assert str(error.value).startswith(f"{file}:2: {problem}")
    assert str(error.value).endswith("Name another file, or move this one away.")
    assert file.read_text("utf-8") == before


def test_a_file_of_something_else(file: Path) -> None:
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(TrendError, match="no UTF-8 text"):
        trend.read(file)
