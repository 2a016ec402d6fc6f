"""PRV-023: what somebody else made has a supplier, a licence and a digest."""

from collections.abc import Iterator

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
    all_of,
    require,
)
from policies.engine.truth import NO
from policies.linkage import Graph, Node, doubts
from policies.linkage.vocabulary import MODEL, SOURCE, NodeKind
from policies.provenance.said import pinned, said


def _supplied(resource: Resource, inventory: Inventory, _: Settings) -> Iterator[Claim]:
    graph = linkage.of(inventory)
    node = graph.declared_by(resource)
    here = graph.hops((), node.id)
    foreign = resource["thirdParty"].is_true()
    if foreign.state is False:
        return
    supplier, licence, digest = resource["issuer"]["name"], resource["license"], resource["digest"]
    yield require(
        foreign.implies(said(supplier)),
        "somebody else made it, and nothing says who",
        at=supplier,
        witness=here,
    )
    yield require(
        foreign.implies(said(licence)),
        "somebody else made it, and nothing says under which licence",
        at=licence,
        witness=here,
    )
    yield require(
        foreign.implies(pinned(digest) | _pinned_where_taken(graph, node)),
        f"somebody else made it, and nothing pins what was taken over: digest is {digest}",
        at=digest,
        witness=here,
    )


def _pinned_where_taken(graph: Graph, node: Node) -> Truth:
    """Return whether live data is pinned in every dataset that was made from it."""
    if node.kind is not NodeKind.SOURCE or node["live"].is_true().state is False:
        return NO
    taken = {edge.downstream for edge in graph.out_of(node.id)}
    copies = [pinned(graph.nodes[key]["digest"]) for key in sorted(taken)]
    # Whoever does not tell its inputs yet may be made from it.
    maybe = [
        pinned(other["digest"]) | Truth(None, missing)
        for other in graph.of(NodeKind.DATASET)
        if other.id not in taken and (missing := doubts.incomplete(graph, other.id))
    ]
    return node["live"].is_true() & all_of((*copies, *maybe))


RULE = Rule(
    id="PRV-023",
    version=1,
    title="What third parties made has supplier, licence and digest",
    why="A base model or dataset that is silently replaced upstream changes every model made from it.",
    fix="Set issuer.name, license and digest; of a live source, pin each dataset made from it with a digest.",
    severity=Severity.HIGH,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    joined=dict.fromkeys((SOURCE, MODEL), _supplied),
)
