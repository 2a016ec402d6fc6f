"""Patterns with ``*`` and ``?`` against texts that are only partly known.

A text is a sequence of parts; a part that is ``None`` may turn out to be anything. What is asked decides how
its end counts: a resource has one name, while data below a path is many objects.
"""

import functools
from enum import Enum, auto

Parts = tuple[str | None, ...]


class End(Enum):
    """How the end of a text counts."""

    EXACT = auto()
    """The text ends there."""
    SOME = auto()
    """It goes on, and one continuation that matches is enough."""
    EVERY = auto()
    """It goes on, and every continuation must match."""


@functools.lru_cache(maxsize=65536)
def matches(pattern: str, parts: Parts, end: End = End.EXACT, *, wild: str = "*?") -> bool | None:
    """Return whether ``pattern`` matches the text made of ``parts``; ``None`` where that depends on the rest.

    Args:
        pattern: ``*`` stands for any text, ``?`` for one character.
        parts: The text; upper and lower case are told apart.
        end: What the end of the text means.
        wild: The wildcards in use: Azure's actions know no ``?``.
    """
    if pattern.strip("*") == "" and pattern:
        return True
    first = parts[0] if parts else ""
    if pattern[:1] not in ("*", "?", "") and first and pattern[0] != first[0]:
        return False
    if _runs(pattern, parts, end, wild, certain=True):
        return True
    return None if _runs(pattern, parts, end, wild, certain=False) else False


def _runs(pattern: str, parts: Parts, end: End, wild: str, *, certain: bool) -> bool:
    """Run all ways through the pattern at once: with ``certain``, those that hold whatever is not known."""
    here = _rest({0}, pattern)
    for part in parts:
        if part is None:
            here = {at for at in here if pattern[at : at + 1] == "*"} if certain else _later(here, pattern)
        else:
            for letter in part:
                here = _step(here, letter, pattern, wild)
        here = _rest(here, pattern)
    match end:
        case End.EXACT:
            return len(pattern) in here
        case End.SOME:
            return bool(here)
        case End.EVERY:
            return any(pattern[at : at + 1] == "*" and not pattern[at:].strip("*") for at in here)


def _step(here: set[int], letter: str, pattern: str, wild: str) -> set[int]:
    found: set[int] = set()
    for at in here:
        sign = pattern[at : at + 1]
        if sign == "*":
            found.add(at)
        elif sign == letter or (sign == "?" and "?" in wild):
            found.add(at + 1)
    return _rest(found, pattern)


def _rest(here: set[int], pattern: str) -> set[int]:
    """Add what comes after a ``*``, which may stand for nothing."""
    found = set(here)
    for at in here:
        after = at
        while pattern[after : after + 1] == "*":
            after += 1
            found.add(after)
    return found


def _later(here: set[int], pattern: str) -> set[int]:
    return set(range(min(here), len(pattern) + 1)) if here else here
