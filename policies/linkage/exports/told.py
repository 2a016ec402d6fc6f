"""What a node says of itself, as plain values.

Reading never fails: what is absent, not known yet, secret, or of another shape than the vocabulary's is left
out. A graph may come from a state that anybody wrote.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from policies.engine.values import Held
from policies.linkage.nodes import Node

_LINK: Final = re.compile(r"https?://[!#-;=?-\[\]_a-z~%]+")
"""No blank, and none of the characters that RFC 3986 leaves out."""
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EMAIL: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")


class Told:
    """A cursor over the plain values of one declaration."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def __getitem__(self, key: str) -> "Told":
        return Told(self._value.get(key) if isinstance(self._value, dict) else None)

    def __bool__(self) -> bool:
        return self._value is not None

    def text(self) -> str | None:
        """Return a text that says something; ``None`` where there is none."""
        return self._value if isinstance(self._value, str) and self._value else None

    def link(self) -> str | None:
        """Return a text that is a link to somewhere on the web, or ``None``."""
        return self._value if isinstance(self._value, str) and _LINK.fullmatch(self._value) else None

    def day(self) -> str | None:
        """Return a text that is a day of the calendar, year first, or ``None``."""
        if not isinstance(self._value, str) or not _DAY.fullmatch(self._value):
            return None
        try:
            date.fromisoformat(self._value)
        except ValueError:
            return None
        return self._value

    def email(self) -> str | None:
        """Return a text that is an email address, or ``None``."""
        return self._value if isinstance(self._value, str) and _EMAIL.fullmatch(self._value) else None

    def texts(self) -> tuple[str, ...]:
        """Return the texts of a list, in its order."""
        return tuple(item for item in self._items() if isinstance(item, str) and item)

    def flag(self) -> bool | None:
        """Return a truth value; ``None`` where there is none."""
        return self._value if isinstance(self._value, bool) else None

    def whole(self) -> int | None:
        """Return a whole number; ``None`` where there is none."""
        fits = isinstance(self._value, int) and not isinstance(self._value, bool)
        return self._value if fits else None

    def each(self) -> Iterator["Told"]:
        """Yield the entries of a list."""
        return (Told(item) for item in self._items())

    def pairs(self) -> Mapping[str, str]:
        """Return the entries of an object of texts, by key."""
        held: dict[str, Any] = self._value if isinstance(self._value, dict) else {}
        return {key: held[key] for key in sorted(held) if isinstance(held[key], str)}

    def _items(self) -> list[Any]:
        return self._value if isinstance(self._value, list) else []


def by(node: Node) -> Told:
    """Return what ``node`` says of itself."""
    return Told(_plain(node.resource.judged))


def _plain(value: Held) -> Any:
    match value:
        case bool() | int() | float() | str():
            return value
        case Mapping():
            return {key: _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case _:
            return None
