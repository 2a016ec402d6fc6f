"""What counts as debt in data dependencies, one function for each kind.

The kinds are those of Sculley et al., "Hidden Technical Debt in Machine Learning Systems" (NeurIPS 2015),
sections 2 to 4. Only what is known counts: what nobody can read yet is debt as soon as somebody can.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from re import fullmatch
from typing import Any, Final

from policies.linkage import plain
from policies.linkage.graph import Graph
from policies.linkage.nodes import Edge, Node
from policies.linkage.reductions import DIGEST
from policies.linkage.vocabulary import EdgeKind, NodeKind

DATA: Final = frozenset({NodeKind.SOURCE, NodeKind.DATASET})
_LEARNING: Final = frozenset({NodeKind.TRAINING, NodeKind.ENDPOINT})

Order = Sequence[Sequence[str]]
Masks = Mapping[str, int]
"""For each node a set of others, as bits of a number."""


@dataclass(frozen=True, slots=True, order=True)
class Item:
    """One case: the nodes that it is about, the one to change first, and what is wrong with them."""

    nodes: tuple[str, ...]
    what: str = ""

    def record(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {"nodes": list(self.nodes)} | ({"what": self.what} if self.what else {})


def said(node: Node, *keys: str) -> plain.Held:
    """Return what a declaration says at a path, as plain as it is."""
    value: plain.Held = dict(node.resource.judged)
    for key in keys:
        value = plain.at(value, key)
    return value


def spread(graph: Graph, order: Order, own: Masks, passes: Callable[[str], bool]) -> Masks:
    """Return for each node the bits of everything upstream of it.

    Args:
        graph: The graph.
        order: Its nodes in order, as :func:`policies.linkage.propagate.in_order` gives them.
        own: The bit of each node that has one.
        passes: Whether what arrives at a node goes on from there; its own bit does in any case.
    """
    reach = dict.fromkeys(graph.nodes, 0)
    for part in order:
        changed = True
        while changed:
            changed = False
            for name in part:
                found = reach[name]
                for edge in graph.into(name):
                    found |= own.get(edge.upstream, 0)
                    if passes(edge.upstream):
                        found |= reach[edge.upstream]
                changed |= found != reach[name] and len(part) > 1
                reach[name] = found
    return reach


def unstable(graph: Graph) -> Iterator[Item]:
    """Yield data that changes without a version and reaches a training or an endpoint as it changes."""
    starts = [node.id for node in graph.of(*_LEARNING)]
    for name in _upstream(graph, starts, lambda name: _moves(graph.nodes[name])):
        node = graph.nodes[name]
        if node.kind in DATA and said(node, "live") is True and not pinned(node):
            yield Item((name,))


def unread(graph: Graph) -> Iterator[Item]:
    """Yield datasets that nothing but other data is made from, and that nobody holds for a reason."""
    users = [name for name, node in graph.nodes.items() if node.kind not in DATA]
    used = set(_upstream(graph, users, lambda _: True))
    for node in graph.of(NodeKind.DATASET):
        if node.id not in used and said(node, "hold") is not True:
            yield Item((node.id,))


def loops(graph: Graph) -> Iterator[Item]:
    """Yield nodes that feed each other, and answers that are kept without coming back yet."""
    around = graph.loops
    for loop in around:
        yield Item(tuple(loop), "data comes back to where it came from")
    inside = {name: index for index, loop in enumerate(around) for name in loop}
    for edge in _edges(graph, EdgeKind.FED_BACK):
        if inside.get(edge.upstream, -1) != inside.get(edge.downstream, -2):
            yield Item((edge.downstream, edge.upstream), "answers are kept as data")


def cascades(graph: Graph, order: Order) -> Iterator[Item]:
    """Yield models that depend on others, each followed by these as far as no further model is in between."""
    models = [node.id for node in graph.of(NodeKind.MODEL)]
    own = {name: 1 << index for index, name in enumerate(models)}
    near = spread(graph, order, own, lambda name: name not in own)
    for name in models:
        others = near[name] & ~own[name]
        if others:
            yield Item((name, *_members(others, models)))


def fan_in(graph: Graph) -> tuple[int, list[Item]]:
    """Return the most inputs that any node has, and the nodes that have so many."""
    counts = {name: len({edge.upstream for edge in graph.into(name)}) for name in graph.nodes}
    most = max(counts.values(), default=0)
    return most, [Item((name,)) for name, count in counts.items() if most and count == most]


def depth(graph: Graph, order: Order) -> tuple[int, list[Item]]:
    """Return the most steps that data makes, a loop counting as one place, and where it ends up then."""
    place = {name: index for index, part in enumerate(order) for name in part}
    steps = [0] * len(order)
    for index, part in enumerate(order):
        before = {place[edge.upstream] for name in part for edge in graph.into(name)} - {index}
        steps[index] = max((steps[one] + 1 for one in before), default=0)
    most = max(steps, default=0)
    return most, [
        Item((name,)) for index, part in enumerate(order) if most and steps[index] == most for name in part
    ]


def overlaps(graph: Graph, order: Order) -> Iterator[Item]:
    """Yield models, their evaluations, and the data nearest to these that both come from.

    Data that somebody split does not count, if both sides come from it by way of declared partitions alone
    (``partition`` with its name, and a digest), and by different ones.
    """
    judged = sorted(_edges(graph, EdgeKind.EVALUATED_BY), key=lambda edge: (edge.downstream, edge.upstream))
    if not judged:
        return
    data = [node.id for node in graph.of(*DATA)]
    own = {name: 1 << index for index, name in enumerate(data)}
    whole = spread(graph, order, own, lambda _: True)
    split = _partitions(graph)
    around = spread(graph, order, own, lambda name: name not in split)
    for edge in judged:
        model, evaluation = edge.downstream, edge.upstream
        common = whole[model] & whole[evaluation] & (around[model] | around[evaluation])
        hidden = 0
        for name in _members(common, data):
            hidden |= whole[name]
        for name in _members(common & ~hidden, data) or _members(common, data):
            yield Item((model, evaluation, name))


def pinned(node: Node) -> bool:
    """Return whether a digest says which data it is."""
    digest = said(node, "digest")
    return isinstance(digest, str) and fullmatch(DIGEST, digest) is not None


def _moves(node: Node) -> bool:
    """Return whether data that changes upstream changes here as well."""
    return node.kind not in DATA or not pinned(node)


def _partitions(graph: Graph) -> set[str]:
    """Return the datasets that are a part of something, each with a name and a digest of its own."""
    found: dict[str, tuple[str, str, str]] = {}
    for node in graph.of(NodeKind.DATASET):
        of, name, digest = (
            said(node, *keys) for keys in (("partition", "of"), ("partition", "name"), ("digest",))
        )
        if isinstance(of, str) and isinstance(name, str) and isinstance(digest, str) and pinned(node):
            found[node.id] = (of, name, digest)
    names, digests = [(of, name) for of, name, _ in found.values()], [one[2] for one in found.values()]
    return {
        node
        for node, (of, name, digest) in found.items()
        if names.count((of, name)) == 1 and digests.count(digest) == 1
    }


def _upstream(graph: Graph, starts: Iterable[str], passes: Callable[[str], bool]) -> Iterator[str]:
    """Yield everything upstream of ``starts``, through nodes that pass on what is upstream of them."""
    waiting = deque(starts)
    seen = set(waiting)
    while waiting:
        here = waiting.popleft()
        for edge in graph.into(here):
            if edge.upstream not in seen:
                seen.add(edge.upstream)
                yield edge.upstream
                if passes(edge.upstream):
                    waiting.append(edge.upstream)


def _edges(graph: Graph, kind: EdgeKind) -> Iterator[Edge]:
    return (edge for name in graph.nodes for edge in graph.into(name, flow_only=False) if edge.kind is kind)


def _members(mask: int, names: Sequence[str]) -> list[str]:
    found: list[str] = []
    while mask:
        lowest = mask & -mask
        found.append(names[lowest.bit_length() - 1])
        mask ^= lowest
    return found
