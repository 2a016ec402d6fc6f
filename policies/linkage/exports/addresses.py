"""Where the stores of a graph really are, as far as the resources of a stack tell.

A platform file alone cannot tell: the engine makes up the names of buckets. Without an address, an export
names data by its place in the platform.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, cast

from policies.engine import Inventory, Resource
from policies.engine.data import read
from policies.engine.view import View
from policies.linkage import physical
from policies.linkage.graph import Graph
from policies.linkage.nodes import Place
from policies.linkage.vocabulary import EdgeKind

_KINDS: Final = cast(
    "Mapping[str, Mapping[str, str]]", read(Path(__file__).parent / "tables" / "addresses.toml")["kinds"]
)


def of(graph: Graph, inventory: Inventory) -> Mapping[str, str]:
    """Return the address of every store whose address is known and not secret, by the id of the store."""
    found: dict[str, str] = {}
    for _, place in graph.places(EdgeKind.STORED_IN, EdgeKind.REGISTERED_IN):
        if place.node not in found and (address := _address(place, inventory)) is not None:
            found[place.node] = address
    return {store: found[store] for store in sorted(found)}


def _address(place: Place, inventory: Inventory) -> str | None:
    parts = [part.resource for part in physical.resources_of(place, inventory) if part.belongs.state is True]
    told = {address for part in parts if (address := _told(part)) is not None}
    # Two buckets behind one store: neither name is the store's.
    return told.pop() if len(told) == 1 else None


def _told(resource: Resource) -> str | None:
    form = _KINDS.get(resource.kind)
    if form is None:
        return None
    found: dict[str, str] = {}
    for key, path in form.items():
        if key == "address":
            continue
        known = [
            view.raw
            for view in resource.known_as([path])
            if isinstance(view.raw, str) and view.raw and not _secret(view)
        ]
        if not known:
            return None
        found[key] = known[-1]
    return form["address"].format(**found)


def _secret(view: View) -> bool:
    return view.secret
