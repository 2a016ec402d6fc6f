"""PRV-011: where answers of an endpoint become its own training data, both sides say so."""

from collections.abc import Iterator

from policies import linkage
from policies.engine import (
    Claim,
    Enforcement,
    Inventory,
    OnUnknown,
    Resource,
    Rule,
    Settings,
    Severity,
    Truth,
    require,
)
from policies.engine.truth import NO, YES
from policies.linkage import Graph, doubts
from policies.linkage.upstream import digests
from policies.linkage.vocabulary import ENDPOINT, EdgeKind, NodeKind


def _declared(endpoint: Resource, inventory: Inventory, _: Settings) -> Iterator[Claim]:
    graph = linkage.of(inventory)
    here = graph.declared_by(endpoint).id
    around = sorted({here, *graph.ancestors(here)})
    yield from _by_the_endpoint(graph, endpoint, here, around)
    yield from _by_the_dataset(graph, endpoint, here, around)
    for key in around:
        if missing := doubts.incomplete(graph, key):
            wrong = f"{graph.nodes[key].label} takes its answers in, and trains it, without saying so"
            yield require(Truth(None, missing), wrong, witness=graph.path(key, here))


def _by_the_endpoint(graph: Graph, endpoint: Resource, here: str, around: list[str]) -> Iterator[Claim]:
    """Whatever takes answers in and comes back must be named, and be called what it is."""
    feeds = endpoint["feeds"]
    for edge in graph.out_of(here):
        if edge.downstream not in around:
            continue
        fed, way = graph.nodes[edge.downstream], graph.path(edge.downstream, here)
        yield require(
            YES if edge.kind is EdgeKind.FED_BACK else NO,
            f"{fed.label} takes its answers in, and trains it: its edge must be fedBack, and is {edge.kind}",
            witness=way,
        )
        yield require(
            feeds.any(lambda item, name=fed.id: item.equals(name)),
            f"{fed.label} takes its answers in, and trains it: feeds does not name {fed.id}",
            at=feeds,
            witness=way,
        )


def _by_the_dataset(graph: Graph, endpoint: Resource, here: str, around: list[str]) -> Iterator[Claim]:
    """A dataset that the endpoint says it feeds, and that comes back, must say so too."""
    datasets = [key for key in around if graph.nodes[key].kind is NodeKind.DATASET]
    for fed in endpoint["feeds"].each():
        for key in datasets:
            named = fed.equals(key)
            if named.state is False:
                continue
            missing = doubts.incomplete(graph, key)
            back = any(edge.upstream == here for edge in graph.into(key))
            says = YES if back else Truth(None, missing) if missing else NO
            yield require(
                named.implies(says),
                f"its answers are kept in {graph.nodes[key].label}, which trains it and has no edge fedBack",
                at=fed,
                witness=graph.path(key, here),
            )


RULE = Rule(
    id="PRV-011",
    version=1,
    title="Feedback loops are declared on both sides",
    why="A model that learns from what it made people do drifts towards its own mistakes, and no metric "
    "shows it.",
    fix="Name the dataset in feeds of the endpoint, and the endpoint with an edge fedBack in the dataset; "
    "or take the "
    "answers out of the training data.",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    unknown=OnUnknown.DEFER,
    joined={ENDPOINT: _declared},
    upstream=digests,
)
