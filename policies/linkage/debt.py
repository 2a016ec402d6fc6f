"""Debt in the data dependencies of a stack: how much of each kind, and which nodes are behind it.

After Sculley et al., "Hidden Technical Debt in Machine Learning Systems" (NeurIPS 2015). :mod:`measures` and
:mod:`fields` say what counts; :mod:`trend` keeps the counts over time.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from policies.engine import Inventory
from policies.engine.values import Held, Opaque, Secret, Unknown
from policies.linkage import fields, graph, measures, reconcile
from policies.linkage.links import Reconciliation
from policies.linkage.measures import Item
from policies.linkage.propagate import in_order


class Measure(StrEnum):
    """A kind of debt; the value is its key in records."""

    UNDECLARED_CONSUMERS = "undeclaredConsumers"
    DEAD_LINKS = "deadLinks"
    UNSTABLE_INPUTS = "unstableInputs"
    UNUSED_FIELDS = "unusedFields"
    UNREAD_DATA = "unreadData"
    FEEDBACK_LOOPS = "feedbackLoops"
    CORRECTION_CASCADES = "correctionCascades"
    SCHEMA_MISMATCHES = "schemaMismatches"
    TRAIN_SERVE_SKEW = "trainServeSkew"
    EVALUATION_OVERLAP = "evaluationOverlap"
    FAN_IN = "fanIn"
    """The most inputs of any node."""
    DEPTH = "depth"
    """The most steps from the first data to the last consumer."""
    OPEN_NODES = "openNodes"
    """Nodes of which nobody knows all inputs: what they owe is not counted yet."""


PHYSICAL: Final = frozenset({Measure.UNDECLARED_CONSUMERS, Measure.DEAD_LINKS})
"""Kinds that only resources can show; a platform file alone does not."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Debt:
    """The debt of one graph. Kinds that were not measured are missing."""

    digest: str
    """Of the graph; see :func:`digest_of`."""
    counts: Mapping[Measure, int]
    items: Mapping[Measure, Sequence[Item]]
    """The cases behind each count, sorted; of fan-in and depth, the nodes that reach it."""

    def record(self) -> dict[str, Any]:
        """Return it as plain data, in a fixed order."""
        return {
            "digest": self.digest,
            "counts": {measure.value: self.counts[measure] for measure in Measure if measure in self.counts},
            "nodes": {
                measure.value: [item.record() for item in self.items[measure]]
                for measure in Measure
                if measure in self.items
            },
        }


def of(inventory: Inventory) -> Debt:
    """Return the debt of a stack; computed once for each inventory."""
    return inventory.derive(_build)


def measure(declared: graph.Graph, found: Reconciliation | None = None) -> Debt:
    """Return the debt of a graph.

    Args:
        declared: The graph.
        found: What its reconciliation with the physical side says; without it, as for a platform file alone,
            the two kinds that need it are not measured.
    """
    order = tuple(in_order(declared))
    items: dict[Measure, Iterable[Item]] = {
        Measure.UNSTABLE_INPUTS: measures.unstable(declared),
        Measure.UNUSED_FIELDS: fields.unused(declared),
        Measure.UNREAD_DATA: measures.unread(declared),
        Measure.FEEDBACK_LOOPS: measures.loops(declared),
        Measure.CORRECTION_CASCADES: measures.cascades(declared, order),
        Measure.SCHEMA_MISMATCHES: fields.mismatches(declared),
        Measure.TRAIN_SERVE_SKEW: fields.skew(declared),
        Measure.EVALUATION_OVERLAP: measures.overlaps(declared, order),
        Measure.OPEN_NODES: _open(declared),
    }
    if found is not None:
        items[Measure.UNDECLARED_CONSUMERS] = _undeclared(found)
        items[Measure.DEAD_LINKS] = _dead(found)
    listed = {kind: tuple(sorted(set(each))) for kind, each in items.items()}
    counts = {kind: len(each) for kind, each in listed.items()}
    for kind, (most, widest) in {
        Measure.FAN_IN: measures.fan_in(declared),
        Measure.DEPTH: measures.depth(declared, order),
    }.items():
        counts[kind], listed[kind] = most, tuple(sorted(widest))
    return Debt(digest=digest_of(declared), counts=counts, items=listed)


def digest_of(declared: graph.Graph) -> str:
    """Return ``sha256:…`` of everything that the nodes declare.

    It is the same for the same declarations, wherever their lines stand, whatever created them and in which
    order. Values that arrived secret, or that nobody knows yet, count by being so.
    """
    nodes = {
        node.id: {
            key: _plain(value)
            for key, value in node.resource.judged.items()
            if value is not None and key not in _NOT_DECLARED
        }
        for node in declared.nodes.values()
    }
    text = json.dumps(nodes, sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


_NOT_DECLARED: Final = frozenset({"position", "resource"})
"""Where something stands, and what it became: neither is part of what it is."""


def _plain(value: Held) -> Any:
    match value:
        case Secret():
            return "[secret]"
        case Unknown():
            return "[unknown]"
        case Opaque():
            return f"[{value.what}]"
        case Mapping():
            return {key: _plain(item) for key, item in value.items() if key not in _NOT_DECLARED}
        case list() | tuple():
            return [_plain(item) for item in value]
        case _:
            return value


def _undeclared(found: Reconciliation) -> Iterable[Item]:
    for stray in found.strays:
        if stray.undeclared.state is True:
            names = (stray.use.holder, stray.use.consumer)
            yield Item(tuple(name for name in names if name), str(stray.use.end.identity))


def _dead(found: Reconciliation) -> Iterable[Item]:
    for link in found.links:
        if link.alive.state is False:
            yield Item((link.need.consumer, link.need.edge.upstream, *link.missing))


def _open(declared: graph.Graph) -> Iterable[Item]:
    broken = {edge.downstream for edge in declared.dangling}
    for node in declared.nodes.values():
        if not node.inputs_known or node.id in broken:
            yield Item((node.id,))


def _build(inventory: Inventory) -> Debt:
    declared, found = graph.of(inventory), reconcile.of(inventory)
    with graph.kept():
        return measure(declared, found)
