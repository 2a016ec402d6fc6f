"""PRV-012: a model in production was trained on data that stands still."""

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
    any_of,
    forbid,
)
from policies.engine.truth import YES
from policies.linkage import Node
from policies.linkage.reach import reached
from policies.linkage.upstream import digests
from policies.linkage.vocabulary import MODEL, NodeKind
from policies.provenance.said import pinned
from policies.provenance.serving import endpoints_of

_PRODUCTION: Final = "production"
_DATA: Final = frozenset({NodeKind.SOURCE, NodeKind.DATASET})


def _stable(model: Resource, inventory: Inventory, _: Settings) -> Iterator[Claim]:
    graph = linkage.of(inventory)
    node = graph.declared_by(model)
    produces = model["stage"].equals(_PRODUCTION) | any_of(
        serves & endpoint["stage"].equals(_PRODUCTION) for endpoint, serves in endpoints_of(node, inventory)
    )
    if produces.state is False:
        return
    found = reached(graph, node.id, _moving, _unpinned)
    origin = found.path[0].node if found.path else "something"
    yield forbid(
        produces & found.truth,
        f"it is in production, and {origin} upstream changes without a version: no digest pins it on the way",
        witness=found.path,
    )


def _moving(node: Node) -> Truth:
    return node["live"].is_true() & _unpinned(node) if node.kind in _DATA else ~YES


def _unpinned(node: Node) -> Truth:
    return ~pinned(node["digest"]) if node.kind in _DATA else YES


RULE = Rule(
    id="PRV-012",
    version=1,
    title="Production models depend on no live data without a digest",
    why="A training that cannot be repeated cannot be explained: what the model learned from is no longer "
    "there.",
    fix="Train on a snapshot: a dataset with a digest between the live data and the training.",
    severity=Severity.HIGH,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    joined={MODEL: _stable},
    upstream=digests,
)
