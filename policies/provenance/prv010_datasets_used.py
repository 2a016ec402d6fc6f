"""PRV-010: a dataset that is kept is used, or somebody says why it is kept."""

from collections.abc import Iterator
from typing import Final

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
from policies.engine.truth import NO, YES, Reading
from policies.linkage import Graph, doubts
from policies.linkage.vocabulary import DATASET, NodeKind

_STORED: Final = frozenset({NodeKind.SOURCE, NodeKind.DATASET})


def _used(dataset: Resource, inventory: Inventory, _: Settings) -> Iterator[Claim]:
    graph = linkage.of(inventory)
    node = graph.declared_by(dataset)
    yield require(
        dataset["hold"].is_true() | _consumed(graph, inventory, node.id),
        "nothing is made from it but other datasets, and nothing says why it is kept",
        witness=graph.hops((), node.id),
    )


def _consumed(graph: Graph, inventory: Inventory, node: str) -> Truth:
    if any(graph.nodes[key].kind not in _STORED for key in graph.descendants(node)):
        return YES
    # Whoever does not tell its inputs yet may read it.
    open_ = tuple(reading for key, reading in inventory.derive(_not_told) if key != node)
    return Truth(None, open_) if open_ else NO


def _not_told(inventory: Inventory) -> list[tuple[str, Reading]]:
    graph = linkage.of(inventory)
    return [
        (key, reading)
        for key, node in graph.nodes.items()
        if not node.inputs_known
        for reading in doubts.incomplete(graph, key)
    ]


RULE = Rule(
    id="PRV-010",
    version=1,
    title="Datasets are used, or held for a reason",
    why="Data that nobody reads costs money, can leak, and looks like something that models depend on.",
    fix="Delete it, declare who reads it, or set hold where it is kept for a legal or business reason.",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    unknown=OnUnknown.DEFER,
    joined={DATASET: _used},
)
