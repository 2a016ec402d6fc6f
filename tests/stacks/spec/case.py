"""One broken platform file, and what is to be said about it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

CORPUS = Path(__file__).with_name("corpus")


@dataclass(frozen=True, slots=True)
class Case:
    """One broken file."""

    name: str
    line: int
    """Where the problem is reported."""
    path: str
    """The key path of the problem, empty where it is about the file."""
    code: str
    fragments: tuple[str, ...]
    """Parts of what is said about it."""
    problems: int | None = 1
    """How many problems the file has; ``None`` where a number would say nothing."""
    make: Callable[[Path], Path] | None = None
    """Makes the file in a folder; ``None`` for a file that stands in ``corpus/``."""

    def write(self, folder: Path) -> Path:
        """The path to give to whatever reads platform files; ``folder`` is empty and the caller's."""
        return self.make(folder) if self.make is not None else CORPUS / f"{self.name}.yaml"

    @property
    def expected(self) -> tuple[str, ...]:
        """What the text of the error contains."""
        return (f":{self.line}:", *((f" {self.path}: ",) if self.path else ()), *self.fragments)
