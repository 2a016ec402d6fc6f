"""What changed between two sets of inputs, and whether that makes another object out of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from stacks.sandbox.paths import Path, text
from stacks.sandbox.wire import public, reveal


@dataclass(frozen=True, slots=True)
class Change:
    """One property that was added, deleted or updated; ``replaces`` says only a new object can have it."""

    path: Path
    kind: str
    replaces: bool

    @property
    def property(self) -> str:
        """The path as Pulumi writes it."""
        return text(self.path)


def changes(old: dict[str, Any], new: dict[str, Any], replace: frozenset[str]) -> list[Change]:
    """Compare inputs.

    ``replace`` names paths without list indices; ``*`` stands for every property but tags, which AWS and
    Azure change in place where all else is fixed.
    """
    found: list[tuple[Path, str]] = []
    _compare(public(old), public(new), (), found)
    return [Change(path, kind, _replaces(path, replace)) for path, kind in found]


def _compare(old: Any, new: Any, path: Path, found: list[tuple[Path, str]]) -> None:
    old, new = reveal(old), reveal(new)
    # What comes or goes as a whole is told property by property, since one of them may force a replacement.
    if old is None and isinstance(new, (dict, list)) and new:
        old = type(new)()
    if new is None and isinstance(old, (dict, list)) and old:
        new = type(old)()
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old, *new}):
            _compare(old.get(key), new.get(key), (*path, key), found)
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            before = old[index] if index < len(old) else None
            after = new[index] if index < len(new) else None
            _compare(before, after, (*path, index), found)
    elif old is None or new is None:
        if old is not new:
            found.append((path, "ADD" if old is None else "DELETE"))
    elif old != new or (isinstance(old, bool) != isinstance(new, bool)):
        found.append((path, "UPDATE"))


def _replaces(path: Path, replace: frozenset[str]) -> bool:
    if "*" in replace and path[0] != "tags":
        return True
    written = ""
    for step in path:
        if isinstance(step, str):
            written = f"{written}.{step}" if written else step
            if written in replace:
                return True
    return False
