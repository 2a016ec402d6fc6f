"""RSD-009: keys lie where their data may lie, and data that stays on premises has its key there."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, cast

from policies import linkage
from policies.engine import (
    Claim,
    Enforcement,
    Hop,
    Inventory,
    OnUnknown,
    Resource,
    Rule,
    Settings,
    Severity,
    Truth,
    all_of,
    require,
)
from policies.engine.data import read
from policies.engine.truth import YES
from policies.linkage import Attribute, Graph, Node, Place, Region, physical
from policies.linkage.upstream import digests
from policies.linkage.vocabulary import KINDS
from policies.residency.destinations import Destination, destinations
from policies.residency.where import STORED, allowed, forbidden, hop_to, limits, path_to, told, within

_KEYS: Final = cast("list[dict[str, Any]]", read(Path(__file__).parent / "tables" / "keys.toml")["keys"])
_BY: Final = ("encryptedBy",)
_ON_PREMISES: Final = "onprem"


def _near(resource: Resource, inventory: Inventory, _: Settings) -> Iterator[Claim]:
    graph = linkage.of(inventory)
    node = graph.declared_by(resource)
    yield from allowed(graph, node, inventory, _BY, Attribute.STORAGE)
    yield from forbidden(graph, node, inventory, _BY, Attribute.STORAGE)
    if graph.effective(node.id).on_prem_only:
        yield from _on_premises(graph, node)
    region, open_ = limits(graph, node, Attribute.STORAGE)
    if region != Region() or open_:
        for place in node.places:
            yield from _of_stores(graph, node, place, inventory)


def _on_premises(graph: Graph, node: Node) -> Iterator[Claim]:
    path = graph.witness(
        node.id, lambda key: graph.nodes[key]["onPremOnly"].is_true().state is True
    ) or graph.hops((), node.id)
    for place in node.places:
        provider = place.view["provider"]
        inside = provider.equals(_ON_PREMISES) | (~provider.present()).doubtful()
        yield require(
            place.view["role"].one_of(_BY).implies(inside),
            (
                f"{place.node} is in a public cloud, and encrypts data of {path[0].node} that must stay on "
                "premises"
            ),
            at=place.view,
            witness=(*path, hop_to(place)),
        )


def _of_stores(graph: Graph, node: Node, place: Place, inventory: Inventory) -> Iterator[Claim]:
    """Keys that the stores of a place use, and copies of keys that are made for it."""
    region, open_ = limits(graph, node, Attribute.STORAGE)
    stored = place.view["role"].one_of(STORED)
    if (is_seen := physical.seen(place)).state is not True:
        wrong = f"{place.node or 'a place'} uses a key from where its data must not be"
        yield require(stored.implies(is_seen), wrong, at=place.view, witness=graph.hops((), node.id))
    for part in physical.resources_of(place, inventory):
        for user, uses, key in _keys_of(part.resource, inventory):
            fine = YES if region == Region() else key.country(lambda code: within(region, code))
            holds = (stored & part.belongs & uses).implies(all_of((fine, *open_)))
            if holds.state is not True:
                path = path_to(graph, node)
                hop = Hop(node=user.name, urn=user.urn, edge="encryptedBy")
                wrong = f"{user.name} uses a key in {key.shown} for {place.node}"
                yield require(
                    holds,
                    f"{wrong}, and {told(region, path, node)}",
                    at=place.view,
                    witness=(*path, hop_to(place), hop),
                )


def _keys_of(part: Resource, inventory: Inventory) -> Iterator[tuple[Resource, Truth, Destination]]:
    for entry in _KEYS:
        if "of" not in entry and entry["kind"] == part.kind:
            for key in destinations(part, part.properties, entry, inventory):
                yield part, YES, key
        elif entry.get("original") == part.kind:
            for user, names in inventory.referring(part, {entry["kind"]: entry["of"]}):
                for key in destinations(user, user.properties, entry, inventory):
                    yield user, names, key


RULE = Rule(
    id="RSD-009",
    version=1,
    title="Keys lie where their data may lie",
    why="Whoever can order the key handed over can read the data, wherever the data is.",
    fix="Use a key in an allowed country, and remove replicas of it elsewhere; keep keys of on-premises "
    "data there.",
    severity=Severity.HIGH,
    enforcement=Enforcement.ADVISORY,
    unknown=OnUnknown.DEFER,
    joined=dict.fromkeys(KINDS, _near),
    upstream=digests,
)
