"""Conditions of use in a Croissant file: ``usageInfo`` with terms of DUO and offers in ODRL.

What has a word in a platform file is read as that. Every other condition becomes a licence that nobody here
knows, so that it is never lost.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final, cast, get_args

from policies.linkage.exports.croissant import CONSENT
from stacks.imports import licences
from stacks.imports.jsonld import TABLE, Thing
from stacks.imports.supplied import Fact
from stacks.spec import tables
from stacks.spec.lineage import Purpose
from stacks.spec.problems import KeyPath

_DUO: Final = cast("Mapping[str, str]", TABLE["purposes"])
_PURPOSES: Final = frozenset(get_args(Purpose))
_PLACES: Final = {
    ("archive", "isAnyOf"): "storageAllowed",
    ("archive", "isNoneOf"): "storageForbidden",
    ("use", "isAnyOf"): "processingIncluded",
    ("use", "isNoneOf"): "processingExcluded",
}


def read(dataset: Thing) -> tuple[Mapping[str, Fact], list[str]]:
    """Return what ``usageInfo`` says by key of a platform file, and every condition that has no key."""
    reader = _Reader()
    for thing in dataset.all("usageInfo"):
        reader.take(thing)
    return reader.facts, reader.unknown


class _Reader:
    def __init__(self) -> None:
        self.facts: dict[str, Fact] = {}
        self.unknown: list[str] = []

    def take(self, thing: Thing) -> None:
        """Read one condition."""
        if CONSENT in thing.texts("additionalType"):
            self._add("consents", [text for text in [_name(thing)] if text], thing.path)
        elif any(kind.startswith("odrl:") for kind in thing.kinds()):
            self._offer(thing)
        elif (code := _duo(thing)) is not None:
            if code in _DUO:
                self._narrow("purposes", [_DUO[code]], thing.path)
            else:
                self.unknown.append(licences.reference(f"DUO-{code}"))
        else:
            self.unknown.append(licences.reference(_name(thing) or "conditions"))

    def _offer(self, offer: Thing) -> None:
        read: list[tuple[str, list[str] | str, KeyPath]] = []
        other = any(
            True for name in ("odrl:prohibition", "odrl:obligation", "odrl:duty") for _ in offer.all(name)
        )
        for permission in offer.all("odrl:permission"):
            action = _odrl(permission.first("odrl:action"))
            for constraint in permission.all("odrl:constraint"):
                found = _constraint(action, constraint)
                other |= found is None
                read.extend([(*found, constraint.path)] if found else [])
            other |= action not in {"archive", "use"} or any(True for _ in permission.all("odrl:duty"))
        for key, value, path in read:
            if isinstance(value, str):
                self.facts.setdefault(key, Fact(value, path))
            elif key in {"storageForbidden", "processingExcluded"}:
                self._add(key, value, path)
            else:
                self._narrow(key, value, path)
        if other or not read:
            self.unknown.append(licences.reference(_name(offer) or "conditions"))

    def _add(self, key: str, values: list[str], path: KeyPath) -> None:
        known = self.facts.get(key)
        self.facts[key] = Fact([*(known.value if known else []), *values], known.path if known else path)

    def _narrow(self, key: str, values: list[str], path: KeyPath) -> None:
        known = self.facts.get(key)
        kept = values if known is None else [value for value in known.value if value in values]
        self.facts[key] = Fact(kept, path)


def _constraint(action: str | None, constraint: Thing) -> tuple[str, list[str] | str] | None:
    """Return the key and value that a constraint of ODRL means; ``None`` where it means none."""
    left = _odrl(constraint.first("odrl:leftOperand"))
    operator = _odrl(constraint.first("odrl:operator")) or ""
    operator = {"eq": "isAnyOf", "isA": "isAnyOf"}.get(operator, operator)
    values = constraint.texts("odrl:rightOperand")
    if left == "spatial" and set(values) <= set(tables.countries()):
        key = _PLACES.get((action or "", operator))
        return (key, values) if key else None
    if left == "purpose" and action == "use" and operator == "isAnyOf" and set(values) <= _PURPOSES:
        return "purposes", values
    days = re.fullmatch(r"P([1-9][0-9]{0,4})D", values[0]) if len(values) == 1 else None
    if left == "elapsedTime" and action == "archive" and operator == "lteq" and days:
        return "retention", f"{days[1]}d"
    return None


def _odrl(thing: Thing | None) -> str | None:
    word = thing.word() if thing is not None else None
    return word.removeprefix("odrl:") if word and word.startswith("odrl:") else None


def _duo(thing: Thing) -> str | None:
    """Return the number of a term of DUO."""
    for text in _candidates(thing):
        if (match := re.fullmatch(r"(?:duo:|DUO[_:])([0-9]{7})", text)) is not None:
            return match[1]
    return None


def _candidates(thing: Thing) -> Iterator[str]:
    for name in ("termCode", "url", "@id"):
        yield from (word for each in thing.all(name) if (word := each.word()) is not None)
    if (word := thing.word()) is not None:
        yield word


def _name(thing: Thing) -> str | None:
    return next((text for key in ("name", "url", "@id") for text in thing.texts(key)), thing.text())
