"""Which endpoints answer with a model."""

from collections.abc import Iterator, Sequence

from policies import linkage
from policies.engine import Inventory, Truth, any_of
from policies.engine.truth import YES
from policies.linkage import Node, doubts
from policies.linkage.vocabulary import EdgeKind, NodeKind


def endpoints_of(model: Node, inventory: Inventory) -> Iterator[tuple[Node, Truth]]:
    """Yield the endpoints that answer with ``model``, and those that may: their inputs are not all known."""
    graph = linkage.of(inventory)
    serving = {
        edge.downstream
        for edge in graph.out_of(model.id)
        if edge.kind is EdgeKind.SERVED_BY and graph.nodes[edge.downstream].kind is NodeKind.ENDPOINT
    }
    for key in sorted(serving):
        yield graph.nodes[key], YES
    for endpoint in inventory.derive(_not_told):
        if endpoint.id not in serving:
            yield endpoint, Truth(None, doubts.incomplete(graph, endpoint.id))


def served(model: Node, inventory: Inventory) -> Truth:
    """Return whether any endpoint answers with ``model``."""
    return any_of(serves for _, serves in endpoints_of(model, inventory))


def _not_told(inventory: Inventory) -> Sequence[Node]:
    graph = linkage.of(inventory)
    return [node for node in graph.of(NodeKind.ENDPOINT) if doubts.incomplete(graph, node.id)]
