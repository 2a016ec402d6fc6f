"""What a contract says of one dataset, in the words of a platform file, and where it says it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from stacks.spec.problems import KeyPath, Problem
from stacks.spec.reader import Source

_LONGEST: Final = 1000
"""Characters of a paragraph in a platform file."""
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Fact:
    """A value, and the place in the contract that it comes from."""

    value: Any
    path: KeyPath


@dataclass(frozen=True, kw_only=True, slots=True)
class Supplied:
    """Everything that a contract says of one dataset."""

    source: Source
    facts: Mapping[str, Fact] = field(default_factory=dict[str, Fact])
    """By the key of a dataset in a platform file; values are what the key would hold there."""
    fields: Sequence[Fact] = ()
    """Entries of a file of fields."""
    table: str = ""
    """The table of the contract that the fields are from, if it has several."""
    floors: Mapping[str, Fact] = field(default_factory=dict[str, Fact])
    """By key, what the dataset must not fall short of, where that is not the fact itself."""
    doubts: Mapping[str, Problem] = field(default_factory=dict[str, Problem])
    """By key, why the contract does not tell. It matters only if the platform file does not say it itself."""


def paragraph(text: str) -> str:
    """Return a text as a paragraph of a platform file: on one line, cut after 1,000 characters."""
    line = " ".join(_CONTROL.sub(" ", text).split())
    if len(line) <= _LONGEST:
        return line
    # A cut between words, if there is one near the end.
    head = line[: _LONGEST - 1]
    return f"{head[: head.rfind(' ')].rstrip() if ' ' in head[-80:] else head}…"


def doubt(source: Source, path: KeyPath, found: str, *, allowed: str = "", fix: str) -> Problem:
    """Return what keeps a part of a contract from being used."""
    return Problem(
        code="contract-unclear",
        where=source.value_at(path),
        path=path,
        found=found,
        allowed=allowed,
        fix=fix,
    )
