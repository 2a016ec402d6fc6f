"""Add a waiver to a configuration of rules as a person would: the rest of the file stays as it is."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from policies.engine.configuration import WAIVERS

_ENTRIES = "entries"
_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Container:
    """An object or a list in a text: where its brackets are, and where its members' values are."""

    opens: int
    closes: int
    values: Mapping[str, tuple[int, int]]
    """Of an object, by key; of a list, by position."""


def added(text: str, entry: Mapping[str, Any]) -> str:
    """Return the text of a configuration with one waiver more.

    Args:
        text: A configuration that has been read without an error, or nothing.
        entry: The waiver.
    """
    if not text.strip():
        return json.dumps({WAIVERS: {_ENTRIES: [entry]}}, indent=2, ensure_ascii=False) + "\n"
    whole = _container(text, _after_space(text, 0))
    span = whole.values.get(WAIVERS)
    if span is None:
        return _append(text, whole, f"{json.dumps(WAIVERS)}: ", {_ENTRIES: [entry]})
    begins, ends = span
    if text[begins] != "{":  # an enforcement level alone
        level = json.loads(text[begins:ends])
        written = _written({"enforcementLevel": level, _ENTRIES: [entry]}, text, _indent_at(text, begins))
        return text[:begins] + written + text[ends:]
    waivers = _container(text, begins)
    inner = waivers.values.get(_ENTRIES)
    if inner is None:
        return _append(text, waivers, f"{json.dumps(_ENTRIES)}: ", [entry])
    return _append(text, _container(text, inner[0]), "", entry)


def _container(text: str, at: int) -> _Container:
    """Find the members of the object or list that begins at ``at``; the text is known to be JSON."""
    opens, is_object = at, text[at] == "{"
    values: dict[str, tuple[int, int]] = {}
    at = _after_space(text, at + 1)
    while text[at] not in "}]":
        key = str(len(values))
        if is_object:
            key, at = _DECODER.raw_decode(text, at)
            at = _after_space(text, _after_space(text, at) + 1)  # past the colon
        _, ends = _DECODER.raw_decode(text, at)
        values[key] = at, ends
        at = _after_space(text, ends)
        if text[at] == ",":
            at = _after_space(text, at + 1)
    return _Container(opens=opens, closes=at, values=values)


def _append(text: str, container: _Container, key: str, value: object) -> str:
    newline = "\r\n" if "\r\n" in text else "\n"
    outer = _indent_at(text, container.opens)
    if not container.values:
        inner = outer + _step(text)
        member = key + _written(value, text, inner)
        return (
            f"{text[: container.opens + 1]}{newline}{inner}{member}{newline}{outer}{text[container.closes :]}"
        )
    first, last = min(container.values.values()), max(container.values.values())
    alone = "\n" in text[container.opens : first[0]]
    inner = _indent_at(text, first[0]) if alone else outer + _step(text)
    return f"{text[: last[1]]},{newline}{inner}{key}{_written(value, text, inner)}{text[last[1] :]}"


def _written(value: object, text: str, indent: str) -> str:
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = json.dumps(value, indent=_step(text), ensure_ascii=False).split("\n")
    return f"{newline}{indent}".join(lines)


def _step(text: str) -> str:
    """Return how far the text indents one level."""
    found = re.search(r"\n([ \t]+)\S", text)
    return found.group(1) if found else "  "


def _indent_at(text: str, at: int) -> str:
    """Return the indentation of the line that ``at`` is in."""
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return at if found is None else found.end()
