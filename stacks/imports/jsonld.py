"""JSON-LD, as much of it as a Croissant file needs: whatever a file calls a term, it is found by one name.

Nothing is fetched: a context has to stand in the file. What is written as a list, as an object with
``@value`` or ``@id``, or once for each language, is read alike.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from policies.engine.data import read
from stacks.spec.problems import KeyPath

TABLE: Final = cast("Mapping[str, Any]", read(Path(__file__).parent / "tables" / "croissant.toml"))
_VOCABULARIES: Final = cast("Mapping[str, str]", TABLE["vocabularies"])
_SCHEME: Final = re.compile(r"^https?://(?:www\.)?")
_MOST_STEPS: Final = 4
"""A term of a context stands for a prefix and a word, and a prefix for an address; nobody needs more."""


class Terms:
    """What the words of one file stand for."""

    def __init__(self, context: Mapping[str, Any]) -> None:
        self._meant = {
            word: meant["@id"] if isinstance(meant, dict) else meant
            for word, meant in context.items()
            if isinstance(meant, str) or (isinstance(meant, dict) and isinstance(meant.get("@id"), str))
        }

    def name(self, word: str) -> str:
        """Return the one name of a term, such as ``license`` or ``rai:dataBiases``; another word as it is."""
        if word.startswith("@"):
            return word
        address = self._address(word)
        bare = _SCHEME.sub("", address)
        for vocabulary, prefix in _VOCABULARIES.items():
            if bare.startswith(vocabulary):
                return prefix + bare.removeprefix(vocabulary)
        return address

    def _address(self, word: str) -> str:
        for _ in range(_MOST_STEPS):
            if word in self._meant and self._meant[word] != word:
                word = self._meant[word]
                continue
            prefix, colon, rest = word.partition(":")
            if not colon or rest.startswith("//") or prefix not in self._meant:
                break
            word = self._meant[prefix] + rest
        return word


@dataclass(frozen=True, slots=True)
class Thing:
    """A value of a file, and where it stands."""

    terms: Terms
    value: Any
    path: KeyPath

    def all(self, name: str) -> Iterator["Thing"]:
        """Yield what the file says under a term; of a list, each entry."""
        held: dict[str, Any] = self.value if isinstance(self.value, dict) else {}
        for word, value in held.items():
            if self.terms.name(word) == name:
                yield from Thing(self.terms, value, (*self.path, word)).each()

    def first(self, name: str) -> "Thing | None":
        """Return the first thing under a term, if there is one."""
        return next(self.all(name), None)

    def each(self) -> Iterator["Thing"]:
        """Yield the entries of a list; of anything else itself, and of nothing nothing."""
        if isinstance(self.value, list):
            for index, item in enumerate(self.value):
                yield from Thing(self.terms, item, (*self.path, index)).each()
        elif self.value is not None:
            yield self

    def kinds(self) -> set[str]:
        """Return the names of what it is."""
        return {self.terms.name(kind.value) for kind in self.all("@type") if isinstance(kind.value, str)}

    def text(self) -> str | None:
        """Return a text, be it a value, an id, or the English or first of several languages."""
        held = self.value
        if isinstance(held, dict):
            for key in ("@value", "@id", "en", *held):
                if isinstance(held.get(key), str | int | float):
                    held = held[key]
                    break
        if isinstance(held, bool) or not isinstance(held, str | int | float):
            return None
        return str(held).strip() or None

    def word(self) -> str | None:
        """Return the name of the term that stands here."""
        text = self.text()
        return self.terms.name(text) if text else None

    def texts(self, name: str) -> list[str]:
        """Return the texts under a term."""
        return [text for thing in self.all(name) if (text := thing.text()) is not None]
