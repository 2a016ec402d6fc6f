"""PRV-016: of every dataset it is known when it must be gone, and its store deletes it by then."""

from collections.abc import Iterator
from typing import Final

from policies import linkage
from policies.engine import (
    Claim,
    Enforcement,
    Hop,
    Inventory,
    OnUnknown,
    Parameter,
    Resource,
    Rule,
    Settings,
    Severity,
    Truth,
    require,
)
from policies.engine.truth import NO, YES
from policies.linkage import Attribute, Graph, Node, Place, doubts, lifecycle, nodes, physical
from policies.linkage.upstream import digests
from policies.linkage.vocabulary import DATASET, FEATURE_VIEW

_STORED: Final = "storedIn"


def _dataset(dataset: Resource, inventory: Inventory, settings: Settings) -> Iterator[Claim]:
    graph = linkage.of(inventory)
    node = graph.declared_by(dataset)
    held = dataset["hold"].is_true()
    days = graph.effective(node.id).retention_days
    here = graph.hops((), node.id)
    declared = YES if days is not None else NO
    open_ = doubts.readings(graph, node.id, Attribute.RETENTION) if _open(graph, node) else ()
    yield require(
        held | declared | (Truth(None, open_) if open_ else NO),
        "nothing says when it must be gone: retentionDays is not set, nor is it held for a reason",
        at=dataset["retentionDays"],
        witness=here,
    )
    if days is not None:
        own = dataset["retentionDays"]
        limit = _limit(graph, node.id, days)
        yield require(
            held | ~own.present() | own.at_most(days),
            f"it is kept for {own} days, and {limit[0].node} must be gone after {days}",
            at=own,
            witness=limit,
        )
    yield from _deleted(graph, node, held, inventory, settings)


def _view(view: Resource, inventory: Inventory, settings: Settings) -> Iterator[Claim]:
    """Features are kept no longer than the data they were computed from."""
    graph = linkage.of(inventory)
    node = graph.declared_by(view)
    if graph.effective(node.id).retention_days is None:
        yield from _earlier(graph, node, NO)
    yield from _deleted(graph, node, NO, inventory, settings)


def _earlier(graph: Graph, node: Node, held: Truth) -> Iterator[Claim]:
    """Somebody upstream may want it gone, or gone earlier."""
    if _open(graph, node):
        missing = Truth(None, doubts.readings(graph, node.id, Attribute.RETENTION))
        wrong = "it is kept longer than something it was made from"
        yield require(held | missing, wrong, witness=graph.hops((), node.id))


def _deleted(
    graph: Graph, node: Node, held: Truth, inventory: Inventory, settings: Settings
) -> Iterator[Claim]:
    days = graph.effective(node.id).retention_days
    if days is None:
        return
    yield from _earlier(graph, node, held)
    path = _limit(graph, node.id, days)
    for place in node.places:
        stored = place.view["role"].equals(_STORED)
        checked = YES if place.node in settings.texts("checked") else NO
        hop = Hop(node=place.node, urn=place.resource or "", edge=_STORED)
        for deletes, wrong in _stores(place, node, days, inventory):
            yield require(
                held | checked | stored.implies(deletes), wrong, at=place.view, witness=(*path, hop)
            )


def _stores(place: Place, node: Node, days: int, inventory: Inventory) -> Iterator[tuple[Truth, str]]:
    """Yield whether each store that the place is made of deletes in time."""
    parts = physical.resources_of(place, inventory)
    around = [part.resource for part in parts]
    prefix = nodes.text(node["path"]) or node.name
    found = NO
    for part in parts:
        store = part.resource
        # Below a component, logs are about the store and not what is stored.
        is_log = store.kind in lifecycle.LOGS and store.urn == place.resource
        if store.kind not in lifecycle.OBJECT_STORES and not is_log:
            continue
        found |= part.belongs
        gone = lifecycle.gone_within(store, inventory, days, path=prefix, around=around)
        wrong = (
            f"it must be gone after {days} days, and {place.node} ({store.name}) does not delete it by then"
        )
        yield part.belongs.implies(gone), wrong
    unseen = Truth(None, place.view["resource"].present().because)
    yield found | unseen, f"it must be gone after {days} days, and {place.node} keeps it"


def _open(graph: Graph, node: Node) -> bool:
    return Attribute.RETENTION in graph.effective(node.id).open


def _limit(graph: Graph, node: str, days: int) -> tuple[Hop, ...]:
    """Return the path from what must be gone first."""
    return graph.witness(
        node, lambda key: graph.nodes[key]["retentionDays"].equals(days).state is True
    ) or graph.hops((), node)


RULE = Rule(
    id="PRV-016",
    version=1,
    title="Retention is declared, and stores delete by then",
    why="Regulation (EU) 2016/679, article 5(1)(e): a promise to delete is worth what the lifecycle of the "
    "store says.",
    fix="Set retentionDays, or hold with its reason in about, and give the store a lifecycle that deletes "
    "current "
    "and old versions by then.",
    severity=Severity.HIGH,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    joined={DATASET: _dataset, FEATURE_VIEW: _view},
    upstream=digests,
    parameters={
        "checked": Parameter(
            about="Places, such as store:archive, that no resource of the stack is, and whose lifecycle "
            "somebody has "
            "checked by hand.",
            schema={"type": "array", "items": {"type": "string"}},
            default=[],
        )
    },
)
