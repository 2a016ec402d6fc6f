"""Whether data that a model is judged on is apart from the data it learned from.

Two datasets are apart where nothing upstream of one is upstream of the other. Where something is, they are
apart only if somebody split it and says so: each way goes through a dataset that is a ``partition`` of the
same whole, with another name and another digest than those on the other side. Distinct digests alone would
not do: two snapshots of a table are distinct, and hold nearly the same rows.
"""

from collections import deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from policies.engine import Truth, View, all_of
from policies.engine.truth import NO, YES
from policies.linkage import Graph, Node, nodes
from policies.linkage.vocabulary import NodeKind
from policies.provenance.said import pinned, said

_DATA: Final = frozenset({NodeKind.SOURCE, NodeKind.DATASET})


@dataclass(frozen=True, slots=True)
class Shared:
    """A source or dataset that both sides come from."""

    node: str
    apart: Truth
    """Whether the sides are declared to take different rows of it."""


def shared(graph: Graph, learned: str, judged: str) -> Iterator[Shared]:
    """Yield what is upstream of both nodes and not known to be apart; of a chain, what is nearest to them.

    Args:
        graph: The graph.
        learned: The model.
        judged: Its evaluation.
    """
    of_model, of_evaluation = graph.ancestors(learned), graph.ancestors(judged)
    common = sorted(key for key in of_model.keys() & of_evaluation.keys() if graph.nodes[key].kind in _DATA)
    parts = [
        [key for key in sorted(side) if _may_be_part(graph.nodes[key])] for side in (of_model, of_evaluation)
    ]
    answers = {key: _apart(graph, key, (learned, judged), parts) for key in common}
    together = [key for key in common if answers[key].state is not True]
    for key in sorted(together, key=lambda each: (of_evaluation[each], each)):
        nearer = [other for other in together if of_evaluation[other] < of_evaluation[key]]
        if not any(
            key in graph.ancestors(other) and answers[other].state is answers[key].state for other in nearer
        ):
            yield Shared(key, answers[key])


def _apart(graph: Graph, common: str, ends: tuple[str, str], parts: Sequence[Sequence[str]]) -> Truth:
    (learned, judged), (trained_on, tested_on) = ends, parts
    wholes = {nodes.text(graph.nodes[key]["partition"]["of"]) for key in tested_on} - {None}
    for whole in sorted(filter(None, wholes)):
        held_out = [key for key in tested_on if _is_apart(graph, key, whole, trained_on).state is True]
        trained = [key for key in trained_on if _is_part(graph, key, whole).state is True]
        if not _reaches(graph, common, judged, held_out) and not _reaches(graph, common, learned, trained):
            return YES
    if _reaches(graph, common, judged, tested_on) or _reaches(graph, common, learned, trained_on):
        return NO  # a way that no partition lies on
    open_ = [
        reading
        for key in sorted({*trained_on, *tested_on})
        for view in _read(graph.nodes[key])
        if view.present().state is None
        for reading in view.present().because
    ]
    return Truth(None, tuple(open_)) if open_ else NO


def _reaches(graph: Graph, start: str, end: str, around: Collection[str]) -> bool:
    """Return whether data of ``start`` gets to ``end`` on a way around all these nodes but itself."""
    closed = set(around) - {start}
    seen, waiting = {end}, deque([end])
    while waiting:
        here = waiting.popleft()
        if here == start:
            return True
        for edge in graph.into(here):
            if edge.upstream not in seen and edge.upstream not in closed:
                seen.add(edge.upstream)
                waiting.append(edge.upstream)
    return False


def _may_be_part(node: Node) -> bool:
    return node.kind is NodeKind.DATASET and node["partition"].present().state is not False


def _read(node: Node) -> tuple[View, View, View]:
    return node["partition"]["of"], node["partition"]["name"], node["digest"]


def _is_part(graph: Graph, key: str, whole: str) -> Truth:
    """Return whether a dataset is a pinned part of ``whole`` that was made from it."""
    of, name, digest = _read(graph.nodes[key])
    made_from = YES if whole in graph.ancestors(key) else NO
    return of.equals(whole) & said(name) & pinned(digest) & made_from


def _is_apart(graph: Graph, key: str, whole: str, others: Collection[str]) -> Truth:
    """Return whether a dataset is such a part, and no part of ``whole`` on the other side may be the same."""
    _, name, digest = _read(graph.nodes[key])
    differences: list[Truth] = []
    for other in others:
        its_whole, its_name, its_digest = _read(graph.nodes[other])
        other_rows = name.relates(its_name, _unequal) & digest.relates(its_digest, _unequal)
        differences.append(~its_whole.equals(whole) | other_rows)
    return _is_part(graph, key, whole) & all_of(differences)


def _unequal(one: object, other: object) -> bool:
    return one != other
