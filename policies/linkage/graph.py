"""The graph of what a stack declares: who reads whose data, and where it lies."""

import contextlib
import functools
import gc
from collections import defaultdict, deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence

import networkx as nx

from policies.engine import Hop, Inventory, Resource
from policies.linkage.nodes import Edge, Node, Place, read
from policies.linkage.propagate import Effective, propagate
from policies.linkage.vocabulary import KINDS, NO_FLOW, EdgeKind, NodeKind


class Graph:
    """Declared nodes and the edges between them. Nothing asked here depends on the order of resources."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        by_id: defaultdict[str, list[Node]] = defaultdict(list)
        for node in nodes:
            by_id[node.id].append(node)
        self.nodes: Mapping[str, Node] = {key: min(by_id[key], key=lambda n: n.urn) for key in sorted(by_id)}
        """Every node, by id; of one that is declared twice, the first by URN."""
        self.declared_twice: Mapping[str, Sequence[Node]] = {
            key: tuple(sorted(same, key=lambda node: node.urn))
            for key, same in by_id.items()
            if len(same) > 1
        }
        """All declarations of the ids that more than one resource declares."""
        self._by_urn = {node.urn: node for same in by_id.values() for node in same}
        self._up: defaultdict[str, list[Edge]] = defaultdict(list)
        self._down: defaultdict[str, list[Edge]] = defaultdict(list)
        dangling: list[Edge] = []
        for node in self._by_urn.values():
            for edge in node.inputs:
                if edge.upstream not in self.nodes:
                    dangling.append(edge)
                elif edge not in self._up[node.id]:
                    self._up[node.id].append(edge)
                    self._down[edge.upstream].append(edge)
        for edges in (*self._up.values(), *self._down.values()):
            if len(edges) > 1:
                edges.sort(key=_ordered)
        self._flow_up = {node: _flowing(edges) for node, edges in self._up.items()}
        self._flow_down = {node: _flowing(edges) for node, edges in self._down.items()}
        self.dangling: Sequence[Edge] = sorted(dangling, key=lambda edge: (edge.downstream, edge.upstream))
        """Edges whose upstream nobody declares."""
        self.broken: frozenset[str] = frozenset(edge.downstream for edge in dangling)
        """Ids of the nodes that these edges end at."""

    # -- asking --------------------------------------------------------------------------------------------

    def declared_by(self, resource: Resource) -> Node:
        """Return the node that ``resource`` declares.

        Raises:
            KeyError: It declares none.
        """
        return self._by_urn[resource.urn]

    def of(self, *kinds: NodeKind) -> Iterator[Node]:
        """Yield the nodes of these kinds, by id."""
        return (node for node in self.nodes.values() if node.kind in kinds)

    def into(self, node: str, *, flow_only: bool = True) -> Sequence[Edge]:
        """Return the edges that end at ``node``; unless told otherwise, those that data flows over."""
        return (self._flow_up if flow_only else self._up).get(node, ())

    def out_of(self, node: str, *, flow_only: bool = True) -> Sequence[Edge]:
        """Return the edges that begin at ``node``; unless told otherwise, those that data flows over."""
        return (self._flow_down if flow_only else self._down).get(node, ())

    def ancestors(self, node: str) -> Mapping[str, int]:
        """Return every node whose data reaches ``node``, with the number of edges between; not itself."""
        return self._reach(node, lambda here: [edge.upstream for edge in self.into(here)])

    def descendants(self, node: str) -> Mapping[str, int]:
        """Return every node that the data of ``node`` reaches, with the number of edges between."""
        return self._reach(node, lambda here: [edge.downstream for edge in self.out_of(here)])

    def complete(self, node: str) -> bool:
        """Return whether everything upstream of ``node`` is declared and known."""
        return not {edge.downstream for edge in self.dangling} & {node, *self.ancestors(node)} and all(
            self.nodes[each].inputs_known for each in (node, *self.ancestors(node))
        )

    @functools.cached_property
    def loops(self) -> Sequence[Sequence[str]]:
        """Return the cycles of data: sets of nodes that all feed each other, each sorted."""
        found = nx.strongly_connected_components(self.flow)
        return sorted(sorted(part) for part in found if len(part) > 1 or self._feeds_itself(part))

    def _feeds_itself(self, part: Iterable[str]) -> bool:
        return any(edge.downstream == node for node in part for edge in self.out_of(node))

    @functools.cached_property
    def flow(self) -> "nx.DiGraph[str]":
        """The same graph for the algorithms of networkx: only edges that data flows over."""
        graph: nx.DiGraph[str] = nx.DiGraph()
        graph.add_nodes_from(self.nodes)
        graph.add_edges_from(
            (edge.upstream, edge.downstream) for node in self.nodes for edge in self.into(node)
        )
        return graph

    @functools.cached_property
    def _effects(self) -> tuple[Mapping[str, Effective], Mapping[str, Effective]]:
        with kept():
            return propagate(self)

    def effective(self, node: str) -> Effective:
        """Return what holds for the data at ``node``: its own attributes and all that it inherits."""
        return self._effects[0][node]

    def incoming(self, node: str) -> Effective:
        """Return what ``node`` inherits from its inputs, before any transform of its own."""
        return self._effects[1][node]

    def places(self, *kinds: EdgeKind) -> Iterator[tuple[Node, Place]]:
        """Yield the nodes that are bound to a place by one of these kinds of edge, with the place."""
        for node in self.nodes.values():
            for place in node.places:
                if place.kind in kinds:
                    yield node, place

    # -- proving -------------------------------------------------------------------------------------------

    def witness(
        self, end: str, origin: Callable[[str], bool], carries: Callable[[str], bool] = lambda _: True
    ) -> tuple[Hop, ...]:
        """Return the shortest path of data to ``end`` from a node for which ``origin`` holds.

        Args:
            end: Where the path ends.
            origin: Whether a path may begin at a node; ``end`` itself is asked first.
            carries: Whether a path may run through a node, as one that still carries an attribute.

        Returns:
            The hops, the origin first; nothing if there is no such path. Of several shortest paths, the same
            one every time.
        """
        came: dict[str, Edge | None] = {end: None}
        waiting = deque([end])
        while waiting:
            here = waiting.popleft()
            if origin(here):
                return self.hops(self._walk(here, came), here)
            for edge in self.into(here):
                if edge.upstream not in came and carries(edge.upstream):
                    came[edge.upstream] = edge
                    waiting.append(edge.upstream)
        return ()

    def path(self, start: str, end: str) -> tuple[Hop, ...]:
        """Return the shortest path of data from ``start`` to ``end``; nothing if there is none."""
        return self.witness(end, lambda node: node == start)

    def hops(self, edges: Iterable[Edge], start: str) -> tuple[Hop, ...]:
        """Return a path as the hops of a finding."""
        first = self.nodes[start]
        found = [Hop(node=first.label, urn=first.urn, position=first.position)]
        for edge in edges:
            node = self.nodes[edge.downstream]
            found.append(
                Hop(node=node.label, urn=node.urn, edge=edge.kind, position=edge.position or node.position)
            )
        return tuple(found)

    @staticmethod
    def _walk(start: str, came: Mapping[str, Edge | None]) -> Iterator[Edge]:
        here = start
        while (edge := came[here]) is not None:
            yield edge
            here = edge.downstream

    @staticmethod
    def _reach(start: str, step: Callable[[str], Iterable[str]]) -> Mapping[str, int]:
        distance = {start: 0}
        waiting = deque([start])
        while waiting:
            here = waiting.popleft()
            for there in step(here):
                if there not in distance:
                    distance[there] = distance[here] + 1
                    waiting.append(there)
        del distance[start]
        return distance


def _ordered(edge: Edge) -> tuple[str, str, str]:
    return edge.upstream, edge.downstream, edge.kind


def _flowing(edges: Sequence[Edge]) -> Sequence[Edge]:
    """Return the edges that data flows over."""
    return [edge for edge in edges if edge.kind not in NO_FLOW]


def of(inventory: Inventory) -> Graph:
    """Return the graph that the resources of ``inventory`` declare; computed once for each inventory."""
    return inventory.derive(_build)


def _build(inventory: Inventory) -> Graph:
    with kept():
        return Graph(read(resource) for resource in inventory.of(*KINDS))


@contextlib.contextmanager
def kept() -> Generator[None]:
    """Look for no garbage meanwhile: all that is made here stays, and looking costs a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
