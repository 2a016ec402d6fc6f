"""Property names whose values only name something that exists elsewhere."""

import re
from pathlib import Path
from typing import Final, cast

from policies.engine.data import read

_ENDS: Final = frozenset(
    cast("list[str]", read(Path(__file__).parent / "tables" / "references.toml")["ends"])
)
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")


def words(key: str) -> list[str]:
    """Return the words of a property name in lower case: db, password of ``dbPassword``, ``DB_PASSWORD``."""
    return [word.casefold() for word in _WORD.findall(key)]


def named_by(key: str) -> bool:
    """Return whether the value of property ``key`` names something else, as an ARN, an id or a host does."""
    return bool(found := words(key)) and found[-1] in _ENDS
