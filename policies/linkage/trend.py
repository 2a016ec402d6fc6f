"""How debt changes over time: one line of JSON for each evaluation, in a file that is kept with the stack."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, TypeGuard, cast

from policies.linkage.debt import Debt


class TrendError(ValueError):
    """A file of trends that cannot be read; the message says which line and what to do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One evaluation."""

    day: date
    stack: str
    digest: str
    """Of the graph that was measured."""
    counts: Mapping[str, int]
    """By the key of the measure; one of another version may be missing or unknown here."""

    def record(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "day": self.day.isoformat(),
            "stack": self.stack,
            "graph": self.digest,
            "counts": dict(self.counts),
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What became of one measure between two evaluations."""

    before: int | None
    """``None`` where it was not measured."""
    now: int | None

    @property
    def difference(self) -> int | None:
        """By how much it grew; ``None`` where one of the two was not measured."""
        return None if self.before is None or self.now is None else self.now - self.before


def append(path: Path, debt: Debt, *, stack: str, day: date) -> bool:
    """Add an evaluation to the file ``path``, which is made if it is not there.

    Nothing is added if the file has the same graph and counts of this stack for this day.

    Returns:
        Whether a line was added.

    Raises:
        TrendError: The file is there and is no file of trends; it is left as it is.
        OSError: The file cannot be read or written.
    """
    counts = {measure.value: count for measure, count in sorted(debt.counts.items())}
    entry = Entry(day=day, stack=stack, digest=debt.digest, counts=counts)
    if path.exists() and entry in read(path):
        return False
    line = json.dumps(entry.record(), sort_keys=True)
    with path.open("a+", encoding="utf-8", newline="\n") as file:
        if file.tell():
            # Somebody may have edited the file and left its last line open.
            with path.open("rb") as written:
                written.seek(-1, 2)
                line = line if written.read() == b"\n" else f"\n{line}"
        file.write(f"{line}\n")
    return True


def read(path: Path) -> Sequence[Entry]:
    """Return the evaluations in the file ``path``, as they stand; an empty file has none.

    Raises:
        TrendError: A line is not an evaluation.
        OSError: The file cannot be read.
    """
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise TrendError(f"{path}: this is not a file of trends: it is no UTF-8 text. {_FIX}") from error
    lines = enumerate(text.split("\n"), start=1)
    return [_entry(path, number, line) for number, line in lines if line.strip()]


def changes(entries: Sequence[Entry], stack: str, *, since: date | None = None) -> Mapping[str, Change]:
    """Return how each measure of a stack changed up to its last evaluation.

    Args:
        entries: What was read; the order of lines decides between evaluations of one day.
        stack: Whose evaluations count.
        since: Compare with the last evaluation before this day, or with the first of all if there is none;
            with the evaluation before the last unless given.

    Returns:
        The changes by the key of the measure; nothing if there are fewer than two evaluations.
    """
    own = sorted((entry for entry in entries if entry.stack == stack), key=lambda entry: entry.day)
    if len(own) < _TWO:
        return {}
    now, before = own[-1], own[-2]
    if since is not None:
        before = next((entry for entry in reversed(own[:-1]) if entry.day < since), own[0])
    return {
        key: Change(before=before.counts.get(key), now=now.counts.get(key))
        for key in sorted({*before.counts, *now.counts})
    }


_TWO: Final = 2
_FIX: Final = "Name another file, or move this one away."


def _entry(path: Path, number: int, line: str) -> Entry:
    try:
        value: Any = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise TrendError(f"{path}:{number}: this line is no JSON. {_FIX}") from error
    if isinstance(value, dict):
        found = cast("dict[str, Any]", value)
        day, stack, digest, counts = (found.get(key) for key in ("day", "stack", "graph", "counts"))
        on = _day(day)
        if on is not None and isinstance(stack, str) and isinstance(digest, str) and _are_counts(counts):
            return Entry(day=on, stack=stack, digest=digest, counts=counts)
    raise TrendError(
        f"{path}:{number}: this line is no evaluation: it needs day (year-month-day), stack, graph and "
        f"counts (whole numbers by name). {_FIX}"
    )


def _are_counts(value: Any) -> TypeGuard[dict[str, int]]:
    return isinstance(value, dict) and all(
        isinstance(key, str) and isinstance(count, int) and not isinstance(count, bool)
        for key, count in cast("dict[Any, Any]", value).items()
    )


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
