"""PRV-022: what is wrong with the data behind a high-risk endpoint is written down."""

from collections.abc import Callable, Iterator
from functools import partial
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
    all_of,
    require,
)
from policies.engine.truth import NO, YES
from policies.linkage import Attribute, Edge, Graph, doubts
from policies.linkage.upstream import digests
from policies.linkage.vocabulary import ENDPOINT, EdgeKind, NodeKind, RiskTier
from policies.provenance.said import said

_ASKED: Final = ("limitations", "biases", "gaps")


def _documented(endpoint: Resource, inventory: Inventory, _: Settings) -> Iterator[Claim]:
    graph = linkage.of(inventory)
    node = graph.declared_by(endpoint).id
    high = _high_risk(graph, node)
    if high.state is False:
        return
    for key, way in _behind(graph, node).items():
        upstream = graph.nodes[key]
        if upstream.kind is NodeKind.DATASET:
            answers = {name: said(upstream["quality"][name]) for name in _ASKED}
            silent = ", ".join(name for name, answer in answers.items() if answer.state is not True)
            if silent:
                yield require(
                    high.implies(all_of(answers.values())),
                    f"it is high-risk, and {upstream.label} behind it says nothing about its {silent}",
                    witness=way(),
                )
        if missing := doubts.incomplete(graph, key):
            yield require(
                high.implies(Truth(None, missing)),
                f"it is high-risk, and data behind {upstream.label} says nothing about its flaws",
                witness=way(),
            )


def _high_risk(graph: Graph, endpoint: str) -> Truth:
    effect = graph.effective(endpoint)
    if effect.risk.rank >= RiskTier.HIGH.rank:
        return YES
    if Attribute.RISK in effect.open:
        return Truth(None, doubts.readings(graph, endpoint, Attribute.RISK))
    return NO


def _behind(graph: Graph, endpoint: str) -> dict[str, Callable[[], tuple[Hop, ...]]]:
    """Return what the models behind the endpoint were trained or evaluated on, with the way from each."""
    trained = sorted({endpoint, *graph.ancestors(endpoint)})
    ways: dict[str, Callable[[], tuple[Hop, ...]]] = {
        key: partial(graph.path, key, endpoint) for key in trained
    }
    for model in trained:
        for edge in graph.into(model, flow_only=False):
            if edge.kind is EdgeKind.EVALUATED_BY:
                for key in sorted({edge.upstream, *graph.ancestors(edge.upstream)} - set(ways)):
                    ways[key] = partial(_through, graph, key, edge, endpoint)
    return ways


def _through(graph: Graph, key: str, evaluation: Edge, endpoint: str) -> tuple[Hop, ...]:
    """Return the way of what an evaluation read: to it, on to its model, and to the endpoint."""
    back = graph.hops((evaluation,), evaluation.upstream)[1:]
    return (
        *graph.path(key, evaluation.upstream),
        *back,
        *graph.path(evaluation.downstream, endpoint)[1:],
    )


RULE = Rule(
    id="PRV-022",
    version=1,
    title="Biases, limitations and gaps are documented behind high-risk endpoints",
    why="Regulation (EU) 2024/1689, article 10(2): whoever puts a high-risk system into use has examined "
    "its data.",
    fix="Examine the data, and set quality.limitations, quality.biases and quality.gaps of each dataset.",
    severity=Severity.HIGH,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    joined={ENDPOINT: _documented},
    upstream=digests,
)
