"""Values of a declaration without a cursor: for reading tens of thousands of nodes.

A rule reads through :class:`policies.engine.View`, which remembers where it looked. The graph reads every
attribute of every node before anybody asks, so it reads what is there and nothing else.
"""

from enum import StrEnum
from typing import Final, TypeVar

from policies.engine.values import ABSENT, UNKNOWN, Absent, Held, Opaque, Secret, Unknown

_Word = TypeVar("_Word", bound=StrEnum)

NOTHING: Final[tuple[str, ...]] = ()


def at(value: Held, key: str) -> Held:
    """Return what stands under ``key``: absent where nothing does, unknown where nobody can tell."""
    if isinstance(value, Absent):
        return ABSENT
    if not isinstance(value, dict):
        return UNKNOWN
    found = value.get(key)
    if found is None:
        return ABSENT
    return found.value if isinstance(found, Secret) else found


def items(value: Held) -> list[Held]:
    """Return the elements of a list: of an absent one none, of an unknown one a single unknown element."""
    if isinstance(value, Absent):
        return []
    if isinstance(value, list | tuple):
        return [
            item.value if isinstance(item, Secret) else ABSENT if item is None else item for item in value
        ]
    return [UNKNOWN]


def known(value: Held) -> bool:
    """Return whether the value itself is known; an absent one is."""
    return not isinstance(value, Unknown | Opaque | Secret)


def text(value: Held) -> str | None:
    """Return a text; ``None`` where it is absent, unknown or something else."""
    return value if isinstance(value, str) else None


def texts(value: Held) -> tuple[tuple[str, ...], bool]:
    """Return the texts of a list, and whether that is all of them."""
    if isinstance(value, Absent):
        return NOTHING, True
    found = items(value)
    kept = tuple(item for item in found if isinstance(item, str))
    return kept, known(value) and len(kept) == len(found)


def word(value: Held, words: type[_Word]) -> tuple[_Word | None, bool]:
    """Return the word, and whether it is known; an absent one is known to be none.

    A word outside the vocabulary is not known: whatever was meant, it must not count as nothing.
    """
    if isinstance(value, Absent):
        return None, True
    if not isinstance(value, str):
        return None, False
    try:
        return words(value), True
    except ValueError:
        return None, False
