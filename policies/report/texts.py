"""Texts that are safe to show, whatever a resource is called."""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final, cast

_LONE: Final = re.compile("[\ud800-\udfff]")
"""Halves of a character: JSON can spell them, no encoding can write them."""
_UNSAFE: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Categories of characters that move the cursor, change the direction of reading, or are not to be seen."""


def writable(text: str) -> str:
    """Return ``text`` as any encoding of Unicode can write it."""
    return _LONE.sub("\ufffd", text)


def visible(text: str) -> str:
    """Return ``text`` with every character that a terminal would obey spelled out by its number."""
    if text.isprintable():
        return text
    return "".join(
        f"\\u{ord(character):04x}" if unicodedata.category(character) in _UNSAFE else character
        for character in text
    )


def document(value: object) -> str:
    """Return ``value`` as JSON in ASCII, so that it can be printed anywhere and every name stays exact."""
    return json.dumps(_tidy(value), indent=2, ensure_ascii=True) + "\n"


def _tidy(value: object) -> object:
    match value:
        case str():
            return writable(value)
        case Mapping():
            return {writable(str(key)): _tidy(item) for key, item in value.items()}
        case list() | tuple():
            return [_tidy(item) for item in cast("Sequence[object]", value)]
        case _:
            return value
