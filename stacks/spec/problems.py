"""What is wrong with a platform file, said so that a person can fix it."""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar, Final

KeyPath = tuple[str | int, ...]
"""Where an entry stands in the file: ``("sites", "aws", "admins", 0)``."""

_LONGEST_SHOWN: Final = 60
_MOST_COMPARED: Final = 1000
_MOST_LISTED: Final = 20

SECRET: Final = re.compile(
    r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY"
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"
    r"|\b(?:ghp|gho|ghu|ghs|ghr)_[A-Za-z0-9]{36}"
    r"|\bgithub_pat_[A-Za-z0-9_]{22,}"
    r"|\bglpat-[A-Za-z0-9_-]{20,}"
    r"|\bpul-[0-9a-f]{40}\b"
    r"|\bxox[abeprs]-[A-Za-z0-9-]{10,}"
    r"|\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\."
    r"|\b(?:AccountKey|SharedAccessKey)=[A-Za-z0-9+/]{20,}"
)
"""Forms of credentials that identify themselves: AWS, GitHub, GitLab, Pulumi, Slack, Azure, JWT, PEM."""


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a file; lines and columns count from 1."""

    file: Path
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One thing that is wrong, where it stands, and how to put it right."""

    code: str
    """A stable word for machines, for example ``unknown-key``."""
    where: Position
    path: KeyPath
    found: str
    """What stands there, as a sentence that begins with the entry or value."""
    allowed: str
    """What may stand there; empty where ``found`` says it."""
    fix: str
    """What to do; a sentence."""
    nearest: str | None = None
    """The closest spelling that would be accepted."""

    def __str__(self) -> str:
        name = dotted(self.path)
        place = f"{self.where}: {name}: " if name else f"{self.where}: "
        lines = [place + self.found]
        if self.nearest is not None:
            lines.append(f"Did you mean {self.nearest!r}?")
        if self.allowed:
            lines.append(f"Allowed: {self.allowed}")
        lines.append(f"Fix: {self.fix}")
        return "\n    ".join(lines)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for ``--json``."""
        return {
            "code": self.code,
            "file": str(self.where.file),
            "line": self.where.line,
            "column": self.where.column,
            "path": list(self.path),
            "found": self.found,
            "allowed": self.allowed,
            "nearest": self.nearest,
            "fix": self.fix,
        }


class SpecError(Exception):
    """A platform file that cannot be used; carries every problem that was found in it."""

    __trunkline_sentence__: ClassVar[bool] = True
    """Tells the language host that the text is for users and needs no traceback."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(
            sorted(problems, key=lambda problem: (problem.where.line, problem.where.column, problem.code))
        )
        if not self.problems:
            raise ValueError("a SpecError needs at least one problem")
        super().__init__(self.problems)

    def __str__(self) -> str:
        count = len(self.problems)
        file = self.problems[0].where.file
        head = f"{file} has {'a problem' if count == 1 else f'{count} problems'}:"
        return "\n\n".join([head, *(f"  {problem}".replace("\n", "\n  ") for problem in self.problems)])


def dotted(path: KeyPath) -> str:
    """A key path as people write it: ``sites.aws.admins[0]``; secrets and odd characters hidden."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            plain = (
                step
                if re.fullmatch(r"[A-Za-z0-9_-]{1,64}", step) and not SECRET.search(step)
                else shown(step)
            )
            text += f".{plain}" if text else plain
    return text


def shown(value: object) -> str:
    """A value for use in a sentence: quoted, on one line, short, and never a credential."""
    match value:
        case None:
            text = "nothing"
        case bool():
            text = "true" if value else "false"
        case dict():
            text = "a mapping"
        case list() | tuple():
            text = "a list"
        case int() | float():
            text = str(value)
        case _:
            text = _quoted(str(value))
    return text


def _quoted(text: str) -> str:
    if SECRET.search(text):
        return "<a credential, not shown>"
    return repr(text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…")


def nearest(word: object, choices: Iterable[str]) -> str | None:
    """The choice closest to ``word``, if one is close enough to be a likely misspelling."""
    if not isinstance(word, str) or len(word) > _LONGEST_SHOWN:
        return None
    by_lower = {choice.lower(): choice for choice in islice(choices, _MOST_COMPARED)}
    close = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[close[0]] if close else None


def listed(choices: Iterable[str]) -> str:
    """Choices as a readable list: ``a, b or c``."""
    words = list(choices)
    if len(words) > _MOST_LISTED:
        return f"{', '.join(words[:_MOST_LISTED])} and {len(words) - _MOST_LISTED:,} more"
    if len(words) < 2:  # noqa: PLR2004 - a list of one needs no "or"
        return "".join(words)
    return f"{', '.join(words[:-1])} or {words[-1]}"
