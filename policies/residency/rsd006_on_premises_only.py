"""RSD-006: what must stay on premises has no path to a public cloud."""

from collections.abc import Iterator
from typing import Final

from policies import linkage
from policies.engine import (
    Claim,
    Enforcement,
    Inventory,
    OnUnknown,
    Resource,
    Rule,
    Settings,
    Severity,
    Truth,
    any_of,
    require,
)
from policies.engine.truth import NO, YES
from policies.linkage import Attribute, Graph, Node, Place, doubts, physical
from policies.linkage.upstream import digests
from policies.linkage.vocabulary import KINDS
from policies.residency.where import hop_to

_ON_PREMISES: Final = "onprem"
_CLOUDS: Final = ("aws", "azure")
_OF_CLOUDS: Final = ("aws:", "azure-native:")
_KEY_ONLY: Final = "encryptedBy"
"""A key in a cloud is no path for the data; RSD-009 judges it."""


def _inside(resource: Resource, inventory: Inventory, _: Settings) -> Iterator[Claim]:
    graph = linkage.of(inventory)
    node = graph.declared_by(resource)
    bound = _bound(graph, node)
    if bound.state is False:
        return
    path = graph.witness(
        node.id, lambda key: graph.nodes[key]["onPremOnly"].is_true().state is True
    ) or graph.hops((), node.id)
    for place in node.places:
        about_data = ~place.view["role"].equals(_KEY_ONLY)
        yield require(
            (bound & about_data).implies(_on_premises(place, inventory)),
            f"{place.node} is in a public cloud, and data of {path[0].node} must never reach one",
            at=place.view,
            witness=(*path, hop_to(place)),
        )


def _bound(graph: Graph, node: Node) -> Truth:
    """Return whether data that must stay on premises reaches the node."""
    if graph.effective(node.id).on_prem_only:
        return YES
    # An unknown onPremOnly leaves both open.
    if {Attribute.STORAGE, Attribute.PROCESSING} <= graph.effective(node.id).open:
        return Truth(None, doubts.readings(graph, node.id, Attribute.STORAGE))
    return NO


def _on_premises(place: Place, inventory: Inventory) -> Truth:
    provider = place.view["provider"]
    inside, outside = provider.equals(_ON_PREMISES), provider.one_of(_CLOUDS)
    # A place that does not say whose it is may be anybody's.
    says = inside | (~outside).doubtful()
    parts = physical.resources_of(place, inventory)
    made_there = any_of(part.belongs for part in parts if part.resource.kind.startswith(_OF_CLOUDS))
    return says & ~made_there & physical.seen(place)


RULE = Rule(
    id="RSD-006",
    version=1,
    title="On-premises data has no path to a public cloud",
    why="What was promised to stay in the building is out of it once a feature view in a cloud reads it.",
    fix="Move what reads it to a site on premises, or leave this data out of it.",
    severity=Severity.CRITICAL,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    joined=dict.fromkeys(KINDS, _inside),
    upstream=digests,
)
