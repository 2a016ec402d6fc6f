"""What a declaration entitles a consumer to read: the declared side of the reconciliation.

An edge entitles its consumer to what lies at its other end. It also entitles it to what that was made from,
as long as the data itself comes along: through datasets and feature views, but not through a transform that
takes something out of the data, and not through a model, which is no longer the data that it learned from.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from policies.engine import Truth
from policies.engine.truth import NO, YES, Reading
from policies.linkage import doubts, plain
from policies.linkage.nodes import Edge, Node
from policies.linkage.propagate import in_order
from policies.linkage.vocabulary import EdgeKind, NodeKind

if TYPE_CHECKING:
    from policies.linkage.graph import Graph

_DATA: Final = frozenset({NodeKind.SOURCE, NodeKind.DATASET, NodeKind.FEATURE_VIEW})
_NO_READING: Final = frozenset({EdgeKind.FED_BACK, EdgeKind.PRODUCED_BY})
"""Edges whose downstream node reads nothing at the other end: whoever is there writes."""
_MADE: Final = frozenset({EdgeKind.PRODUCED_BY, EdgeKind.EVALUATED_BY})
"""A training and an evaluation belong to their model: it is entitled to what they are, and they to it."""


@dataclass(frozen=True, slots=True)
class Need:
    """An edge, and the nodes behind it that hold the data that its consumer has to read."""

    edge: Edge
    holders: tuple[str, ...]

    @property
    def consumer(self) -> str:
        """Who has to read it."""
        return self.edge.downstream


class Entitlements:
    """Who may and must read what some nodes hold, by declaration.

    Sets of holders are the bits of a number, so that ten thousand nodes take one pass.
    """

    def __init__(self, graph: "Graph", holders: Iterable[str]) -> None:
        self._graph = graph
        self._names: Sequence[str] = sorted({name for name in holders if name in graph.nodes})
        self._bit = {name: 1 << index for index, name in enumerate(self._names)}
        self._models = sum(bit for name, bit in self._bit.items() if graph.nodes[name].kind is NodeKind.MODEL)
        self._may = dict.fromkeys(graph.nodes, 0)
        """What a node may read."""
        self._behind = dict.fromkeys(graph.nodes, 0)
        """What has to be read to read a node."""
        self._open: dict[str, tuple[Reading, ...]] = {}
        """What is missing before all that a node may read is known."""
        self._listed: dict[int, tuple[str, ...]] = {}
        broken = {edge.downstream for edge in graph.dangling}
        for name, node in graph.nodes.items():
            if name in broken or not node.inputs_known:
                self._open[name] = doubts.incomplete(graph, name)
        for part in in_order(graph):
            self._settle(part)
        for node in graph.of(NodeKind.MODEL):
            for edge in graph.into(node.id, flow_only=False):
                if edge.kind is EdgeKind.EVALUATED_BY:
                    self._may[node.id] |= self._may[edge.upstream]

    def entitled(self, consumer: str, holder: str) -> Truth:
        """Return whether ``consumer`` is entitled to read what ``holder`` holds; unknown where edges are."""
        if consumer == holder or self._may.get(consumer, 0) & self._bit.get(holder, 0):
            return YES
        if any(
            edge.upstream == consumer and edge.kind in _MADE
            for edge in self._graph.into(holder, flow_only=False)
        ):
            return YES  # a training made the model, an evaluation judges it
        missing = self._open.get(consumer, ())
        return Truth(None, missing) if missing else NO

    def needs(self, consumer: str) -> Iterator[Need]:
        """Yield what the edges into ``consumer`` make it read.

        Where a node in between holds nothing of its own, as a feature view that is computed when it is read,
        what is behind it has to be read.
        """
        for edge in self._graph.into(consumer):
            if edge.kind not in _NO_READING and (behind := self._behind[edge.upstream]):
                if behind not in self._listed:
                    self._listed[behind] = tuple(_members(behind, self._names))
                yield Need(edge, self._listed[behind])

    def _settle(self, part: Sequence[str]) -> None:
        changed = True
        while changed:
            changed = False
            for name in part:
                may, behind = self._may[name], 0
                missing = self._open.get(name, ())
                for edge in self._graph.into(name):
                    more, unsure = self._over(edge)
                    may |= more
                    missing = missing or unsure
                    if edge.kind not in _NO_READING:
                        behind |= self._behind[edge.upstream]
                node = self._graph.nodes[name]
                behind = self._bit.get(name) or (behind if node.kind in _DATA and not stored(node) else 0)
                before = self._may[name], self._behind[name], self._open.get(name, ())
                self._may[name], self._behind[name] = may, behind
                if missing:
                    self._open[name] = missing
                changed |= len(part) > 1 and before != (may, behind, missing)

    def _over(self, edge: Edge) -> tuple[int, tuple[Reading, ...]]:
        """Return what comes over an edge, and what leaves that open."""
        if edge.kind is EdgeKind.FED_BACK:
            return 0, ()
        upstream = self._graph.nodes[edge.upstream]
        own, may = self._bit.get(upstream.id, 0), self._may[upstream.id]
        missing = self._open.get(upstream.id, ())
        if edge.kind is EdgeKind.PRODUCED_BY:
            return may, missing
        if upstream.kind in _DATA:
            if (own or stored(upstream)) and reduces(upstream):
                return own, ()
            return own | may, missing
        return (own | (may & self._models), missing) if upstream.kind is NodeKind.MODEL else (own, ())


def reduces(node: Node) -> bool:
    """Return whether ``node`` takes something out of the data, or says so: what it came from differs."""
    found = plain.at(dict(node.resource.judged), "reduces")
    return not plain.known(found) or bool(plain.items(found))


def stored(node: Node) -> bool:
    """Return whether ``node`` keeps its data itself, in this stack or elsewhere."""
    return not node.places_known or any(place.kind is EdgeKind.STORED_IN for place in node.places)


def _members(mask: int, names: Sequence[str]) -> Iterator[str]:
    while mask:
        lowest = mask & -mask
        yield names[lowest.bit_length() - 1]
        mask ^= lowest
