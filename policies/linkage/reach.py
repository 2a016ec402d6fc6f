"""Whether data of some kind reaches a node, three-valued, with the path that proves it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from policies.engine import Hop, Truth
from policies.engine.truth import NO, YES
from policies.linkage import doubts
from policies.linkage.nodes import Node

if TYPE_CHECKING:
    from policies.linkage.graph import Graph

Question: TypeAlias = Callable[[Node], Truth]


@dataclass(frozen=True, slots=True)
class Reached:
    """The answer, and the shortest path that proves a true one or leaves an unknown one open."""

    truth: Truth
    path: tuple[Hop, ...] = ()


def reached(graph: "Graph", end: str, origin: Question, carries: Question = lambda _: YES) -> Reached:
    """Return whether data of an ``origin`` reaches ``end``, through nodes that carry it on.

    Args:
        graph: The graph.
        end: Where the data would arrive; it is asked first whether it is an origin itself.
        origin: Whether a node is where such data begins.
        carries: Whether a node lets it through; asked of every node in between.
    """
    begins = _remembered(graph, origin)
    lets_through = _remembered(graph, carries)
    certain = graph.witness(
        end,
        lambda node: begins(node).state is True,
        lambda node: begins(node).state is True or lets_through(node).state is True,
    )
    if certain:
        return Reached(YES, certain)
    possible = graph.witness(
        end,
        lambda node: begins(node).state is not False or bool(doubts.incomplete(graph, node)),
        lambda node: begins(node).state is not False or lets_through(node).state is not False,
    )
    if not possible:
        return Reached(NO)
    by_urn = {node.urn: key for key, node in graph.nodes.items()}
    path = [by_urn[hop.urn] for hop in possible]
    missing = [
        *(begins(path[0]).because if begins(path[0]).state is None else doubts.incomplete(graph, path[0])),
        *(
            reading
            for key in path[1:-1]
            if lets_through(key).state is None
            for reading in lets_through(key).because
        ),
    ]
    return Reached(Truth(None, tuple(dict.fromkeys(missing))), possible)


def _remembered(graph: "Graph", question: Question) -> Callable[[str], Truth]:
    answers: dict[str, Truth] = {}

    def answer(node: str) -> Truth:
        if node not in answers:
            answers[node] = question(graph.nodes[node])
        return answers[node]

    return answer
