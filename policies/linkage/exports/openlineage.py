"""OpenLineage static events: what exists and what is made of what, before anything ran.

One ``DatasetEvent`` for each source, dataset, feature view and model, one ``JobEvent`` for whatever makes or
reads them. Lineage is told twice: as inputs and outputs of jobs, which every reader knows, and as the
declared lineage of the newer lineage facet. Names follow https://openlineage.io/docs/spec/naming where the
address of a store is known.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from policies.linkage.exports import openlineage_facets as facets
from policies.linkage.exports.header import Header
from policies.linkage.exports.openlineage_names import DATA, Names
from policies.linkage.graph import Graph
from policies.linkage.nodes import Edge, Node
from policies.linkage.vocabulary import EdgeKind, NodeKind

Event = Mapping[str, Any]

_MADE: Final = frozenset({NodeKind.DATASET, NodeKind.FEATURE_VIEW})
"""Data that something makes which has no node of its own; the export calls it a job named after the data."""


def events(graph: Graph, header: Header) -> Sequence[Event]:
    """Return every event: those of data by id, then those of jobs by id."""
    return tuple(_Writer(graph, header).all())


class _Writer:
    def __init__(self, graph: Graph, header: Header) -> None:
        self._graph = graph
        self._header = header
        self._names = Names(graph, header)
        self._facets = facets.Writer(graph, header, self._names)

    def all(self) -> Iterator[Event]:
        for node in self._graph.of(*DATA):
            name = self._names.dataset(node)
            yield {**self._head("dataset"), "dataset": {**name, "facets": self._facets.of_data(node)}}
        for node in self._graph.nodes.values():
            if node.kind not in DATA or self._made(node):
                yield self._job(node)

    def _job(self, node: Node) -> Event:
        inputs, outputs = self._inputs(node), self._outputs(node)
        return {
            **self._head("job"),
            "job": {**self._names.job(node), "facets": self._facets.of_job(node, inputs, outputs)},
            "inputs": inputs,
            "outputs": outputs,
        }

    def _head(self, kind: str) -> Mapping[str, str]:
        return {
            "eventTime": self._header.instant,
            "producer": self._header.producer,
            "schemaURL": facets.EVENTS[kind],
        }

    def _made(self, node: Node) -> Sequence[Edge]:
        """Return the edges over which data becomes ``node`` without a job that is a node of its own."""
        if node.kind not in _MADE:
            return ()
        return [edge for edge in self._graph.into(node.id) if self._graph.nodes[edge.upstream].kind in DATA]

    def _inputs(self, node: Node) -> list[Mapping[str, str]]:
        nodes = [self._graph.nodes[edge.upstream] for edge in self._graph.into(node.id)]
        if node.kind is NodeKind.EVALUATION:
            # The model that it judges is not upstream of it: no data flows from the one into the other.
            nodes += [
                self._graph.nodes[edge.downstream]
                for edge in self._graph.out_of(node.id, flow_only=False)
                if edge.kind is EdgeKind.EVALUATED_BY
            ]
        return self._named(nodes)

    def _outputs(self, node: Node) -> list[Mapping[str, str]]:
        if node.kind in _MADE:
            return [self._names.dataset(node)]
        return self._named([self._graph.nodes[edge.downstream] for edge in self._graph.out_of(node.id)])

    def _named(self, nodes: Sequence[Node]) -> list[Mapping[str, str]]:
        found = {node.id: self._names.dataset(node) for node in nodes if node.kind in DATA}
        return [found[node] for node in sorted(found)]
