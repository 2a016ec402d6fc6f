"""PRV-008: every model and endpoint leads back to declared sources, and no edge leads nowhere."""

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
    Truth,
    require,
)
from policies.engine.truth import NO, YES
from policies.linkage import Graph, Node, doubts
from policies.linkage.upstream import digests
from policies.linkage.vocabulary import ENDPOINT, KINDS, MODEL, NodeKind


def _edges(resource: Resource, inventory: Inventory, _: Settings) -> Iterator[Claim]:
    graph = linkage.of(inventory)
    node = graph.declared_by(resource)
    here = graph.hops((), node.id)
    named = [*(item["node"] for item in resource["inputs"].each()), *resource["feeds"].each()]
    for view in named:
        declared = view.satisfies(lambda name: str(name) in graph.nodes)
        yield require(
            declared, f"it names {view}, which nothing in this stack declares", at=view, witness=here
        )


def _sources(resource: Resource, inventory: Inventory, settings: Settings) -> Iterator[Claim]:
    yield from _edges(resource, inventory, settings)
    graph = linkage.of(inventory)
    node = graph.declared_by(resource)
    upstream = sorted({node.id, *graph.ancestors(node.id)})
    roots = {key for key in upstream if not graph.into(key)}
    for key in upstream:
        here = graph.nodes[key]
        if missing := doubts.incomplete(graph, key):
            # What the node itself names is judged above.
            if key != node.id or key not in graph.broken:
                wrong = f"{here.label} names what nothing in this stack declares"
                named = Truth(False if key in graph.broken else None, missing)
                yield require(named, wrong, witness=graph.path(key, node.id))
        elif key in roots and (begins := _begins(here)).state is not True:
            yield require(begins, _wrong(graph, key, node), witness=graph.path(key, node.id))
    if not roots:
        yield require(
            NO, "its data begins nowhere: all of it is made from itself", witness=_around(graph, node)
        )


def _begins(root: Node) -> Truth:
    """Return whether lineage may begin at a node that has no inputs."""
    return {
        NodeKind.SOURCE: YES,
        # Collected first-hand: it says itself how it came about.
        NodeKind.DATASET: root["method"].filled(),
        NodeKind.MODEL: root["thirdParty"].is_true(),
    }.get(root.kind, NO)


def _wrong(graph: Graph, root: str, node: Node) -> str:
    what = "it" if root == node.id else graph.nodes[root].label
    if graph.nodes[root].kind is NodeKind.ENDPOINT:
        return f"{what} answers with no declared model"
    return f"nothing says what {what} was made from"


def _around(graph: Graph, node: Node) -> tuple[Hop, ...]:
    """Return the shortest way from the node back to itself."""
    ways = [graph.path(edge.downstream, node.id) for edge in graph.out_of(node.id)]
    return min((way for way in ways if way), key=len, default=graph.hops((), node.id))


RULE = Rule(
    id="PRV-008",
    version=1,
    title="Models and endpoints lead back to declared sources",
    why="Nobody can say what a model learned from if its data begins at a name that means nothing.",
    fix="Declare what the edge names, or remove the edge; give a dataset the source it was made from, or "
    "say with "
    "method how it was collected; say thirdParty of a model that somebody else made.",
    severity=Severity.CRITICAL,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    joined={**dict.fromkeys(KINDS, _edges), MODEL: _sources, ENDPOINT: _sources},
    upstream=digests,
)
