"""PRV-007: what was made from protected data is called as protected, unless a transform changed that."""

from collections.abc import Iterator
from typing import Final

from policies import linkage
from policies.engine import (
    Claim,
    Enforcement,
    Hop,
    Inventory,
    OnUnknown,
    Resource,
    Rule,
    Settings,
    Severity,
    Truth,
    forbid,
    require,
)
from policies.engine.view import Plain
from policies.linkage import Attribute, Graph, Node, doubts
from policies.linkage.reductions import Reduction, reductions
from policies.linkage.upstream import digests
from policies.linkage.vocabulary import DATASET, FEATURE_VIEW, MODEL, TRAINING, Confidentiality

_WITHOUT: Final = "no transform with evidence lies between"


def _kept(resource: Resource, inventory: Inventory, _: Settings) -> Iterator[Claim]:
    graph = linkage.of(inventory)
    node = graph.declared_by(resource)
    yield from _transforms(graph, node)
    if resource.kind != TRAINING:
        yield from _level(graph, node)
    if resource.kind == DATASET:
        yield from _codes(graph, node)


def _transforms(graph: Graph, node: Node) -> Iterator[Claim]:
    """A transform that lacks something lowers nothing; who declared it believes that it does."""
    here = graph.hops((), node.id)
    for reduction in reductions(node):
        technology = reduction.view["technology"]
        if reduction.lacks:
            wrong = f"its transform {technology} lowers nothing: it lacks {', '.join(reduction.lacks)}"
            yield forbid(reduction.view.present(), wrong, at=reduction.view, witness=here)
        elif not reduction.known:
            yield require(_unread(reduction), f"its transform {technology} lowers nothing", witness=here)


def _unread(reduction: Reduction) -> Truth:
    return reduction.view.present().doubtful()


def _level(graph: Graph, node: Node) -> Iterator[Claim]:
    says = node["confidentiality"]
    surely = graph.effective(node.id).confidentiality
    path = graph.witness(
        node.id,
        lambda key: key != node.id and graph.nodes[key]["confidentiality"].equals(surely).state is True,
        lambda key: graph.effective(key).confidentiality.rank >= surely.rank,
    )
    yield require(
        says.present().implies(says.satisfies(lambda word: _rank(word) >= surely.rank)),
        f"it is called {says}, and {surely} data of {_first(path)} reaches it; {_WITHOUT}",
        witness=path,
    )
    more = doubts.arriving(graph, node.id, Attribute.CONFIDENTIALITY)
    closest = says.satisfies(lambda word: _rank(word) == Confidentiality.RESTRICTED.rank)
    if more:
        yield require(
            says.present().implies(closest | Truth(None, more)),
            f"it is called {says}, and data that is held more closely reaches it; {_WITHOUT}",
            witness=graph.hops((), node.id),
        )


def _codes(graph: Graph, dataset: Node) -> Iterator[Claim]:
    classified = dataset["classification"]
    for code in sorted(graph.effective(dataset.id).codes):
        path = graph.witness(
            dataset.id,
            lambda key, code=code: key != dataset.id and _declares(graph.nodes[key], code),
            lambda key, code=code: code in graph.effective(key).codes,
        )
        yield require(
            classified.present().implies(
                classified["contains"].any(lambda item, code=code: item.equals(code))
            ),
            f"its classification does not name {code}, which reaches it from {_first(path)}; {_WITHOUT}",
            at=classified["contains"],
            witness=path,
        )
    if more := doubts.arriving(graph, dataset.id, Attribute.CODES):
        yield require(
            classified.present().implies(Truth(None, more)),
            f"its classification does not name everything that reaches it; {_WITHOUT}",
            witness=graph.hops((), dataset.id),
        )


def _declares(node: Node, code: str) -> bool:
    return node["classification"]["contains"].any(lambda item: item.equals(code)).state is True


def _rank(word: Plain) -> int:
    return next((level.rank for level in Confidentiality if level == word), 0)


def _first(path: tuple[Hop, ...]) -> str:
    return path[0].node if path else "something upstream"


RULE = Rule(
    id="PRV-007",
    version=1,
    title="Classification never drops without a transform",
    why="Personal data does not stop being personal when somebody writes it into a table with another name.",
    fix="Raise confidentiality or classification.contains to what arrives, or declare the transform in "
    "reduces, with "
    "technology, tool, what it removes and the digest of the evidence.",
    severity=Severity.CRITICAL,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    joined=dict.fromkeys((DATASET, FEATURE_VIEW, TRAINING, MODEL), _kept),
    upstream=digests,
)
