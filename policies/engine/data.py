"""The tables of this package: facts about providers, kept as data with their sources."""

import functools
import tomllib
from pathlib import Path
from typing import Any, Final

_TABLES: Final = Path(__file__).parent / "tables"


def read(path: Path) -> dict[str, Any]:
    """Read the TOML file ``path``."""
    with path.open("rb") as file:
        return tomllib.load(file)


@functools.cache
def table(name: str) -> dict[str, Any]:
    """Return the table ``name`` of the engine."""
    return read(_TABLES / f"{name}.toml")
