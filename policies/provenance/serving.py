"""Which endpoints answer with a model."""

from collections.abc import Iterator

from policies.engine import Truth, any_of
from policies.engine.truth import YES
from policies.linkage import Graph, Node, doubts
from policies.linkage.vocabulary import EdgeKind, NodeKind


def endpoints_of(graph: Graph, model: Node) -> Iterator[tuple[Node, Truth]]:
    """Yield the endpoints that answer with ``model``, and those that may: their inputs are not all known."""
    serving = {edge.downstream for edge in graph.out_of(model.id) if edge.kind is EdgeKind.SERVED_BY}
    for endpoint in graph.of(NodeKind.ENDPOINT):
        if endpoint.id in serving:
            yield endpoint, YES
        elif missing := doubts.incomplete(graph, endpoint.id):
            yield endpoint, Truth(None, missing)


def served(graph: Graph, model: Node) -> Truth:
    """Return whether any endpoint answers with ``model``."""
    return any_of(serves for _, serves in endpoints_of(graph, model))
