"""One broken contract, and what is to be said about it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.stacks.imports.platforms import ODCS, changed, platform


@dataclass(frozen=True, slots=True)
class Case:
    """One platform file with a contract that cannot be used."""

    name: str
    contract: str | bytes
    at: str | int
    """A part of the line of the problem, or its number."""
    path: str
    code: str
    fragments: tuple[str, ...]
    said: dict[str, Any] = field(default_factory=dict[str, Any])
    problems: int | None = 1
    platform: bool = False
    """Whether the problem is in the platform file and not in the contract."""
    make: Callable[[Path], None] = lambda _: None
    """Changes the folder once both files stand in it."""

    def write(self, folder: Path) -> Path:
        """Write both files and return the platform file."""
        file = platform(folder, self.contract, **self.said)
        self.make(folder)
        return file

    @property
    def line(self) -> int:
        """Where the problem is reported."""
        if isinstance(self.at, int):
            return self.at
        text = self.contract if isinstance(self.contract, str) else self.contract.decode()
        (line,) = [number for number, line in enumerate(text.split("\n"), start=1) if self.at in line]
        return line

    @property
    def expected(self) -> tuple[str, ...]:
        """What the text of the error contains."""
        return (f":{self.line}:", *((f" {self.path}: ",) if self.path else ()), *self.fragments)


def odcs(*changes: tuple[str, str]) -> str:
    return changed(ODCS, *changes)
