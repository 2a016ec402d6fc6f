"""RSD-004: copies of data go nowhere that the data must not be."""

from collections.abc import Iterator

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
    all_of,
    require,
)
from policies.engine.truth import YES
from policies.linkage import Attribute, Graph, Node, Place, Region, nodes, physical
from policies.linkage.upstream import digests
from policies.linkage.vocabulary import KINDS, NodeKind
from policies.residency.copies import copies
from policies.residency.where import STORED, hop_to, limits, path_to, told, within


def _copied(resource: Resource, inventory: Inventory, _: Settings) -> Iterator[Claim]:
    graph = linkage.of(inventory)
    node = graph.declared_by(resource)
    region, open_ = limits(graph, node, Attribute.STORAGE)
    if region == Region() and not open_:
        return
    for place in node.places:
        if place.view["role"].one_of(STORED).state is not False:
            yield from _of_place(graph, node, place, inventory)


def _of_place(graph: Graph, node: Node, place: Place, inventory: Inventory) -> Iterator[Claim]:
    region, open_ = limits(graph, node, Attribute.STORAGE)
    stored = place.view["role"].one_of(STORED)
    prefix = (nodes.text(node["path"]) or node.name) if node.kind is NodeKind.DATASET else None
    if (is_seen := physical.seen(place)).state is not True:
        wrong = f"{place.node or 'a place'} is copied to where it must not be"
        yield require(stored.implies(is_seen), wrong, at=place.view, witness=graph.hops((), node.id))
    for part in physical.resources_of(place, inventory):
        for copy in copies(part.resource, inventory, prefix):
            fine = YES if region == Region() else copy.to.country(lambda code: within(region, code))
            holds = (stored & part.belongs & copy.made).implies(all_of((fine, *open_)))
            if holds.state is not True:
                path = path_to(graph, node)
                maker = Hop(node=copy.maker.name, urn=copy.maker.urn, edge="copiedBy")
                wrong = f"{copy.maker.name} copies {place.node} to {copy.to.shown}"
                yield require(
                    holds,
                    f"{wrong}, and {told(region, path, node)}",
                    at=place.view,
                    witness=(*path, hop_to(place), maker),
                )


RULE = Rule(
    id="RSD-004",
    version=1,
    title="Replicas and backups stay where the data must stay",
    why="Geo-redundancy is a transfer that nobody ordered: the copy lies in whatever region the provider "
    "paired.",
    fix="Replicate within allowed countries: another destination, zone redundancy instead of "
    "geo-redundancy, or a "
    "backup vault in an allowed region.",
    severity=Severity.HIGH,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    joined=dict.fromkeys(KINDS, _copied),
    upstream=digests,
)
