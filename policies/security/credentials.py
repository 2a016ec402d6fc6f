"""What looks like a secret. Nothing here returns or shows a value, only what kind of thing it looks like."""

import base64
import binascii
import functools
import math
import re
from collections import Counter
from pathlib import Path
from typing import Any, Final, cast

from policies.engine.data import read
from policies.engine.view import Plain
from policies.security.references import words

TABLE: Final = read(Path(__file__).parent / "tables" / "secrets.toml")

_SHAPES: Final = {
    what: re.compile(pattern) for what, pattern in cast("dict[str, str]", TABLE["shapes"]).items()
}
_ANY_SHAPE: Final = re.compile("|".join(f"(?:{shape.pattern})" for shape in _SHAPES.values()))
_POINTER: Final = re.compile(TABLE["pointers"]["whole"])
_ADDRESS: Final = re.compile(TABLE["addresses"]["pattern"])
_LINE: Final = re.compile(TABLE["lines"]["pattern"])
_RANDOM: Final = re.compile(TABLE["random"]["pattern"])
_LEAST_BITS: Final = float(TABLE["random"]["bits"])
_SHORTEST: Final = 8
"""Characters of the shortest text that is looked into."""
_BASE64: Final = re.compile(r"[A-Za-z0-9+/\s]{16,}={0,2}\s*")

_NAMES: Final = cast("dict[str, Any]", TABLE["names"])
_ENDS: Final = frozenset(tuple(end) for end in cast("list[list[str]]", _NAMES["ends"]))
_ENDS_OF_VALUES: Final = _ENDS | {tuple(end) for end in cast("list[list[str]]", _NAMES["ends_of_values"])}


def shape_of(text: str) -> str | None:
    """Return what credential stands in ``text``, such as "a GitHub token"; ``None`` where none does."""
    if len(text) < _SHORTEST:
        return None
    if _ANY_SHAPE.search(text):
        return next(what for what, shape in _SHAPES.items() if shape.search(text))
    if "://" in text and any(not is_pointer(found["value"]) for found in _ADDRESS.finditer(text)):
        return "an address with a password"
    if ("=" in text or ":" in text) and any(not is_pointer(found["value"]) for found in _LINE.finditer(text)):
        return "a setting with a password or key"
    return None


def inside(text: str) -> str | None:
    """Return what credential stands in ``text`` or in what it encodes in base64."""
    shape = shape_of(text)
    if shape is None and (decoded := _decoded(text)) is not None:
        return shape_of(decoded)
    return shape


def in_value(key: str, text: Plain) -> str | None:
    """Return what secret the property ``key`` of any resource shows, if any."""
    if not isinstance(text, str):
        return None
    if named(key, of_value=False) and not is_pointer(text):
        return f"the value of {key}"
    return shape_of(text)


def in_open_value(name: str, text: Plain) -> str | None:
    """Return what secret shows in a value that many may read, if any; besides, what looks drawn at random."""
    if not isinstance(text, str):
        return None
    if (shape := inside(text)) is not None:
        return shape
    if names_value(name, text):
        return f"the value of {name}"
    return "what looks like a key or token" if looks_random(text) else None


def names_value(name: Plain, text: Plain) -> bool:
    """Return whether ``text`` is the secret that a setting called ``name`` holds."""
    return named(str(name), of_value=True) and not is_pointer(text)


@functools.lru_cache(maxsize=4096)
def named(name: str, *, of_value: bool) -> bool:
    """Return whether a setting called ``name`` holds a secret.

    Args:
        name: The name, in any spelling: ``dbPassword``, ``DB_PASSWORD``.
        of_value: Whether the value is the setting itself, as in an environment variable; elsewhere a name
            such as ``tlsSecret`` may hold the name of an object.
    """
    found = tuple(words(name))
    ends = _ENDS_OF_VALUES if of_value else _ENDS
    return any(found[-length:] in ends for length in (1, 2, 3))


def is_pointer(text: Plain) -> bool:
    """Return whether ``text`` only says where a secret is, or is no text at all."""
    return not isinstance(text, str) or _POINTER.fullmatch(text) is not None


def looks_random(text: str) -> bool:
    """Return whether ``text`` is one word that looks drawn at random."""
    return _RANDOM.fullmatch(text) is not None and not is_pointer(text) and _bits(text) >= _LEAST_BITS


def _bits(text: str) -> float:
    """Return the Shannon entropy of ``text`` for each character, in bits."""
    return -sum(count / len(text) * math.log2(count / len(text)) for count in Counter(text).values())


def _decoded(text: str) -> str | None:
    if not _BASE64.fullmatch(text):
        return None
    try:
        return base64.b64decode(text, validate=False).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
