"""PRV-021: a model is judged on data that it did not learn from."""

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
    require,
)
from policies.linkage import Edge, Graph, doubts
from policies.linkage.upstream import digests
from policies.linkage.vocabulary import MODEL, EdgeKind
from policies.provenance.splits import shared


def _apart(model: Resource, inventory: Inventory, _: Settings) -> Iterator[Claim]:
    graph = linkage.of(inventory)
    node = graph.declared_by(model)
    judgments = [edge for edge in graph.into(node.id, flow_only=False) if edge.kind is EdgeKind.EVALUATED_BY]
    for edge in judgments:
        yield from _judged_by(graph, node.id, edge)
    if missing := doubts.incomplete(graph, node.id):
        wrong = "it is judged on data that it learned from"
        yield require(Truth(None, missing), wrong, witness=graph.hops((), node.id))


def _judged_by(graph: Graph, model: str, edge: Edge) -> Iterator[Claim]:
    back = graph.hops((edge,), edge.upstream)[1:]
    tested_on = {each.upstream for each in graph.into(edge.upstream)}
    for each in shared(graph, model, edge.upstream):
        label = graph.nodes[each.node].label
        wrong = (
            f"it is judged on {label}, which it learned from"
            if each.node in tested_on
            else f"it learned from {label}, and what it is judged on was made from that too; no partition "
            "says that these are different rows"
        )
        yield require(each.apart, wrong, witness=(*graph.path(each.node, edge.upstream), *back))
    upstream = {*graph.ancestors(model), edge.upstream, *graph.ancestors(edge.upstream)} - {model}
    for key in sorted(upstream):
        if missing := doubts.incomplete(graph, key):
            way = graph.path(key, edge.upstream)
            yield require(
                Truth(None, missing),
                (
                    f"it is judged on something that {graph.nodes[key].label} was made from, which it "
                    "learned from"
                ),
                witness=(*way, *back) if way else graph.path(key, model),
            )


RULE = Rule(
    id="PRV-021",
    version=1,
    title="Models are judged on data they did not learn from",
    why="A model that has seen the answers passes every test, and nobody knows how it does on anything else.",
    fix="Evaluate on other data; or declare both datasets as a partition of the same whole, with different "
    "names and "
    "digests, if that is how they were split.",
    severity=Severity.HIGH,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    joined={MODEL: _apart},
    upstream=digests,
)
