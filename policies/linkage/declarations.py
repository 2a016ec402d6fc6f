"""The vocabulary as data, and what is wrong with a declaration that does not keep to it.

Rules read what they know and pass over the rest. A misspelt property would therefore be nobody's: it is an
error here, so that it cannot look like something nobody said.
"""

import difflib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeAlias, cast

from policies.engine import Resource, View
from policies.engine.data import read
from policies.engine.values import Absent, Opaque, Secret, Unknown
from policies.linkage import regions
from policies.linkage.reductions import TECHNOLOGIES
from policies.linkage.vocabulary import BINDINGS, CODES, KINDS, Confidentiality, EdgeKind, NodeKind, RiskTier

Shape: TypeAlias = "str | Sequence[Shape] | Mapping[str, Shape]"

_TABLE: Final = read(Path(__file__).parent / "tables" / "vocabulary.toml")

PROPERTIES: Final = cast("Mapping[str, Mapping[str, Any]]", _TABLE["properties"])
"""Every property: the kinds of node it is ``of``, and the shape it ``is``."""

WORDS: Final[Mapping[str, frozenset[str]]] = {
    **{name: frozenset(words) for name, words in cast("dict[str, list[str]]", _TABLE["words"]).items()},
    "versions": frozenset(cast("list[str]", _TABLE["versions"])),
    "codes": CODES,
    "evaluated": CODES | {"all"},
    "confidentiality": frozenset(Confidentiality),
    "riskTiers": frozenset(RiskTier),
    "edges": frozenset(EdgeKind) - BINDINGS,
    "technologies": TECHNOLOGIES | frozenset(cast("list[str]", _TABLE["words"]["other_technologies"])),
    "countries": regions.COUNTRIES,
    "places": regions.COUNTRIES | frozenset(regions.GROUPS),
}
"""The words that a property of the shape ``word:<list>`` may hold."""

_FEW: Final = 12
_CALLED: Final = {
    "text": "a text",
    "flag": "true or false",
    "whole": "a whole number, 0 or more",
    "day": "a day",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that the vocabulary does not allow, or that it may not allow."""

    view: View
    wrong: str
    known: bool = True
    """Whether it is certain; what nobody knows yet may turn out to be no word at all."""
    word: bool = False
    """Whether it is a value, and not a name or a shape, that is not allowed."""


def problems(resource: Resource) -> Iterator[Problem]:
    """Yield what the vocabulary does not allow of a declaration, or may not once it is known.

    A text may be any text, so one that is not known yet is fine.

    Raises:
        KeyError: The resource declares no node.
    """
    allowed = _allowed(KINDS[resource.kind])
    for key, _ in resource.properties.entries():
        view = resource[key]
        if key in allowed:
            yield from _shape(view, PROPERTIES[key]["is"])
        elif not isinstance(view.raw, Absent):
            yield Problem(view, f"{key} is no property of {resource.kind}{_meant(key, allowed)}")


@cache
def _allowed(kind: NodeKind) -> frozenset[str]:
    return frozenset(key for key, entry in PROPERTIES.items() if {"all", kind.value} & set(entry["of"]))


def _shape(view: View, shape: Shape) -> Iterator[Problem]:
    if isinstance(view.raw, Absent):
        return
    if isinstance(view.raw, Unknown | Opaque | Secret):
        if shape != "text":
            yield Problem(view, "it is not known whether it is a word of the vocabulary", known=False)
        return
    if isinstance(shape, str):
        problem = _texts(view.raw) if shape == "texts" else _scalar(view.raw, shape)
        if problem:
            yield Problem(view, problem, word=shape not in {"text", "texts"})
    elif isinstance(shape, Mapping):
        yield from _fields(view, shape)
    elif isinstance(view.raw, str) or not isinstance(view.raw, Sequence):
        yield Problem(view, "it must be a list")
    else:
        for inner in view.each():
            yield from _shape(inner, shape[0])


def _fields(view: View, shape: Mapping[str, Shape]) -> Iterator[Problem]:
    if not isinstance(view.raw, Mapping):
        yield Problem(view, "it must be an object")
        return
    for key, inner in view.entries():
        if key in shape:
            yield from _shape(inner, shape[key])
        elif not isinstance(inner.raw, Absent):
            yield Problem(inner, f"there is no such field{_meant(inner.path.rpartition('.')[2], shape)}")


def _texts(raw: object) -> str | None:
    fits = isinstance(raw, Mapping) and all(isinstance(item, str) for item in raw.values())
    return None if fits else "it must be an object of texts"


def _scalar(raw: object, shape: str) -> str | None:
    name, _, words = shape.partition(":")
    if name == "word":
        allowed = WORDS[words]
        if isinstance(raw, str) and raw in allowed:
            return None
        shown = f": {', '.join(sorted(allowed))}" if len(allowed) <= _FEW else ""
        return f"it must be one of the {words}{shown}"
    fits = {
        "text": isinstance(raw, str),
        "flag": isinstance(raw, bool),
        "whole": isinstance(raw, int) and not isinstance(raw, bool) and raw >= 0,
        "day": isinstance(raw, str) and _is_day(raw),
    }[name]
    return None if fits else f"it must be {_CALLED[name]}"


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _meant(key: str, allowed: Collection[str]) -> str:
    close = difflib.get_close_matches(key, sorted(allowed), n=1)
    return f"; did you mean {close[0]}?" if close else ""
