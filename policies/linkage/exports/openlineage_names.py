"""What a node is called in OpenLineage: a namespace and a name that is unique in it.

Data in a store whose address is known is named as https://openlineage.io/docs/spec/naming asks, so that it is
the same node as in the events of whatever reads it. Everything else is named by its place in the platform.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from policies.linkage.exports import told
from policies.linkage.exports.header import Header
from policies.linkage.graph import Graph
from policies.linkage.nodes import Node
from policies.linkage.vocabulary import EdgeKind, NodeKind

DATA: Final = (NodeKind.SOURCE, NodeKind.DATASET, NodeKind.FEATURE_VIEW, NodeKind.MODEL)
"""Kinds of node that are data to OpenLineage; the others are jobs."""


class Names:
    """The names of the nodes of one graph."""

    def __init__(self, graph: Graph, header: Header) -> None:
        self._header = header
        physical = {node.id: found for node in graph.of(*DATA) if (found := self._physical(node)) is not None}
        times = Counter(map(_pair, physical.values()))
        # Two datasets under one prefix: the address names neither of them alone.
        self._known = {node: name for node, name in physical.items() if times[_pair(name)] == 1}

    def dataset(self, node: Node) -> Mapping[str, str]:
        """Return namespace and name of data."""
        return self._known.get(node.id) or self.logical(node)

    def logical(self, node: Node) -> Mapping[str, str]:
        """Return namespace and name by the place in the platform; they never change."""
        return {"namespace": self._header.namespace, "name": node.id}

    def moved(self, node: Node) -> bool:
        """Return whether data is named by its address and not by its place in the platform."""
        return node.id in self._known

    def job(self, node: Node) -> Mapping[str, str]:
        """Return namespace and name of a job; of data, that of the job that makes it."""
        name = f"make:{node.id}" if node.kind in DATA else node.id
        return {"namespace": self._header.namespace, "name": name}

    def address(self, node: Node) -> str | None:
        """Return the address of the store that holds the data; ``None`` where it is not known."""
        stores = [place.node for place in node.places if place.kind is EdgeKind.STORED_IN]
        return self._header.addresses.get(stores[0]) if len(stores) == 1 else None

    def _physical(self, node: Node) -> Mapping[str, str] | None:
        address, path = self.address(node), told.by(node)["path"].text()
        if address is None or path is None:
            return None
        return {"namespace": address, "name": path.strip("/")}


def _pair(name: Mapping[str, str]) -> tuple[str, str]:
    return name["namespace"], name["name"]
