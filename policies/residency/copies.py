"""Copies of data that something in the stack makes: replication, geo-redundancy, snapshots, backups."""

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from policies.engine import Inventory, Resource, Truth, View, any_of
from policies.engine.data import read
from policies.engine.truth import YES
from policies.linkage.lifecycle import below_prefix
from policies.residency.destinations import Destination, destinations

_TABLE: Final = read(Path(__file__).parent / "tables" / "copies.toml")
_COPIES: Final = cast("list[dict[str, Any]]", _TABLE["copies"])
_BACKUP: Final = cast("Mapping[str, str]", _TABLE["backup"])


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy, and where it goes."""

    maker: Resource
    made: Truth
    """Whether it is made, and of this data."""
    to: Destination


def copies(original: Resource, inventory: Inventory, prefix: str | None = None) -> Iterator[Copy]:
    """Yield every copy of ``original`` that something in the stack makes, or may make.

    Args:
        original: What is copied.
        inventory: All resources.
        prefix: Where in it the data lies, if that is known.
    """
    for maker, names, entry in _makers(original, inventory):
        for place in maker.properties.follow(entry.get("each", "")):
            made = names & _about(place, entry, prefix)
            for to in destinations(maker, place, entry, inventory):
                yield Copy(maker, made, to)
    yield from _backed_up(original, inventory)


def _makers(original: Resource, inventory: Inventory) -> Iterator[tuple[Resource, Truth, Mapping[str, Any]]]:
    """Yield what may copy ``original``, whether it is about it, and the entry that says so."""
    for entry in _of_itself().get(original.kind, ()):
        yield original, YES, entry
    for entry in _COPIES:
        if entry.get("original") == original.kind:
            for maker, names in inventory.referring(original, {entry["kind"]: entry["of"]}):
                yield maker, names, entry
        elif entry.get("beside") == original.kind:
            for maker in inventory.of(entry["kind"]):
                if maker.provider == original.provider:
                    yield maker, YES, entry


@functools.cache
def _of_itself() -> Mapping[str, Sequence[Mapping[str, Any]]]:
    by_kind: dict[str, list[Mapping[str, Any]]] = {}
    for entry in _COPIES:
        if "of" not in entry and "beside" not in entry:
            by_kind.setdefault(entry["kind"], []).append(entry)
    return by_kind


def _about(place: View, entry: Mapping[str, Any], prefix: str | None) -> Truth:
    """Return whether a copy is made and holds the data, as far as that can be seen."""
    about = YES
    if "when" in entry:
        about &= any_of(view.one_of(entry["is"]) for view in place.follow(entry["when"]))
    for path in entry.get("prefixes", ()):
        for view in place.follow(path):
            about &= ~view.filled().doubtful() if prefix is None else below_prefix(view, prefix)
    narrowed = any_of(view.filled() for path in entry.get("narrowed", ()) for view in place.follow(path))
    return about & ~narrowed.doubtful()


def _backed_up(original: Resource, inventory: Inventory) -> Iterator[Copy]:
    if not original.kind.startswith("aws:"):
        return
    for selection in inventory.of(_BACKUP["selection"]):
        chosen = selection[_BACKUP["names"]].any(
            lambda name: inventory.refers(name, original) | name.equals("*")
        )
        # What is chosen by its tags cannot be seen from here.
        chosen |= selection["selectionTags"].filled().doubtful()
        for plan in inventory.of(_BACKUP["of"]):
            runs = chosen & inventory.refers(selection[_BACKUP["plan"]], plan)
            if runs.state is not False:
                for to in destinations(plan, plan.properties, _BACKUP, inventory):
                    yield Copy(plan, runs, to)
