"""Questions people ask of the graph: what breaks if this goes, what it rests on, what a change does."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policies.engine import Hop
from policies.linkage.graph import Graph
from policies.linkage.nodes import Edge, Node
from policies.linkage.propagate import Attribute, Effective, Region


class NodeError(ValueError):
    """A node that the graph does not have; the message names the nearest."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reached:
    """A node that another one reaches, and the shortest way between them."""

    node: Node
    distance: int
    path: tuple[Hop, ...]


def find(graph: Graph, name: str) -> Node:
    """Return the node with this id, or the only one with this name.

    Raises:
        NodeError: There is none, or more than one.
    """
    if name in graph.nodes:
        return graph.nodes[name]
    named = [node for node in graph.nodes.values() if node.name == name]
    if len(named) == 1:
        return named[0]
    if named:
        ids = ", ".join(node.id for node in named)
        raise NodeError(f"{name!r} is the name of {len(named)} nodes. Write one of their ids: {ids}.")
    near = _nearest(name, graph)
    hint = f" Did you mean {near}?" if near else ""
    raise NodeError(
        f"there is no node {name!r}; the graph has {len(graph.nodes)}.{hint} `trunkline graph` lists them."
    )


def impact(graph: Graph, node: Node) -> Sequence[Reached]:
    """Return everything that would notice if ``node`` changed or went, the nearest first."""
    reached = graph.descendants(node.id)
    return [
        Reached(node=graph.nodes[key], distance=distance, path=graph.path(node.id, key))
        for key, distance in sorted(reached.items(), key=lambda pair: (pair[1], pair[0]))
    ]


def why(graph: Graph, node: Node) -> Sequence[Reached]:
    """Return everything that ``node`` rests on, the nearest first."""
    reached = graph.ancestors(node.id)
    return [
        Reached(node=graph.nodes[key], distance=distance, path=graph.path(key, node.id))
        for key, distance in sorted(reached.items(), key=lambda pair: (pair[1], pair[0]))
    ]


def obligations(effect: Effective) -> Mapping[str, Any]:
    """Return what holds for the data at a node, as plain data; what is open is named as such."""
    return {
        "confidentiality": effect.confidentiality.value,
        "codes": sorted(effect.codes),
        "licences": sorted(effect.licences),
        "storage": _region(effect.storage),
        "processing": _region(effect.processing),
        "onPremOnly": effect.on_prem_only,
        "purposes": None if effect.purposes is None else sorted(effect.purposes),
        "retentionDays": effect.retention_days,
        "riskTier": effect.risk.value,
        "open": sorted(attribute.value for attribute in effect.open),
    }


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What differs between two graphs."""

    nodes_added: tuple[str, ...]
    nodes_removed: tuple[str, ...]
    edges_added: tuple[Edge, ...]
    edges_removed: tuple[Edge, ...]
    obligations: Mapping[str, Mapping[str, tuple[Any, Any]]]
    """For each node that both have and that inherits something else now: attribute, before and after."""
    newly_fed: Mapping[str, tuple[tuple[Hop, ...], ...]]
    """For each endpoint and model: the paths from data that did not reach it before."""

    @property
    def empty(self) -> bool:
        """Whether nothing differs."""
        return not (
            self.nodes_added
            or self.nodes_removed
            or self.edges_added
            or self.edges_removed
            or self.obligations
        )


def difference(before: Graph, after: Graph) -> Change:
    """Return what ``after`` has that ``before`` has not, and the other way round."""
    old, new = set(_edges(before)), set(_edges(after))
    both = [key for key in after.nodes if key in before.nodes]
    return Change(
        nodes_added=tuple(sorted(set(after.nodes) - set(before.nodes))),
        nodes_removed=tuple(sorted(set(before.nodes) - set(after.nodes))),
        edges_added=_by_key(after, new - old),
        edges_removed=_by_key(before, old - new),
        obligations={
            key: changed
            for key in both
            if (changed := _changed(obligations(before.effective(key)), obligations(after.effective(key))))
        },
        newly_fed={
            node.id: paths
            for node in after.nodes.values()
            if node.kind.value in {"model", "endpoint"} and (paths := _new_paths(before, after, node))
        },
    )


def _new_paths(before: Graph, after: Graph, node: Node) -> tuple[tuple[Hop, ...], ...]:
    known = set(before.ancestors(node.id)) if node.id in before.nodes else set[str]()
    fresh = [
        key
        for key in sorted(after.ancestors(node.id))
        if key not in known and after.nodes[key].kind.value in {"source", "dataset"}
    ]
    return tuple(after.path(key, node.id) for key in fresh)


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> Mapping[str, tuple[Any, Any]]:
    return {key: (before[key], after[key]) for key in after if before[key] != after[key]}


def _edges(graph: Graph) -> Iterator[tuple[str, str, str]]:
    for node in graph.nodes:
        for edge in graph.into(node, flow_only=False):
            yield edge.upstream, edge.downstream, edge.kind.value


def _by_key(graph: Graph, wanted: set[tuple[str, str, str]]) -> tuple[Edge, ...]:
    return tuple(
        edge
        for node in graph.nodes
        for edge in graph.into(node, flow_only=False)
        if (edge.upstream, edge.downstream, edge.kind.value) in wanted
    )


def _region(region: Region) -> Mapping[str, Any]:
    allowed = None if region.allowed is None else sorted(region.allowed)
    return {"allowed": allowed, "forbidden": sorted(region.forbidden)}


def _nearest(name: str, graph: Graph) -> str | None:
    from difflib import get_close_matches  # noqa: PLC0415 - only for an error

    names = [*graph.nodes, *(node.name for node in graph.nodes.values())]
    close = get_close_matches(name, names, n=1, cutoff=0.6)
    return close[0] if close else None


__all__ = [
    "Attribute",
    "Change",
    "NodeError",
    "Reached",
    "difference",
    "find",
    "impact",
    "obligations",
    "why",
]
