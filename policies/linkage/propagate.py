"""How the attributes of data travel: what a node inherits from everything upstream of it.

Each attribute is a lattice, and joining can only make it stricter: classification grows, licences add up,
places and purposes narrow, retention shortens, risk rises. Only a declared transform with evidence lowers a
classification, and only as far as it says. What is not known travels too: it makes an attribute *open*,
and an open attribute is never taken for a harmless one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import networkx as nx

from policies.engine import View
from policies.linkage import regions
from policies.linkage.nodes import Node, absent, known, text, texts, word
from policies.linkage.reductions import reductions
from policies.linkage.vocabulary import CODES, Confidentiality, NodeKind, RiskTier

if TYPE_CHECKING:
    from policies.linkage.graph import Graph


class Attribute(StrEnum):
    """What travels with data."""

    CONFIDENTIALITY = "confidentiality"
    CODES = "codes"
    LICENCES = "licences"
    STORAGE = "storage"
    PROCESSING = "processing"
    PURPOSES = "purposes"
    RETENTION = "retention"
    RISK = "risk"


EVERYTHING: Final = frozenset(Attribute)


@dataclass(frozen=True, kw_only=True, slots=True)
class Region:
    """Where something may be: ``allowed`` of ``None`` means anywhere that is not forbidden."""

    allowed: frozenset[str] | None = None
    forbidden: frozenset[str] = frozenset()

    def __and__(self, other: "Region") -> "Region":
        return Region(
            allowed=_narrower(self.allowed, other.allowed), forbidden=self.forbidden | other.forbidden
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Effective:
    """What holds for the data at a node."""

    confidentiality: Confidentiality = Confidentiality.PUBLIC
    codes: frozenset[str] = frozenset()
    licences: frozenset[str] = frozenset()
    """SPDX expressions whose obligations all apply."""
    storage: Region = Region()
    processing: Region = Region()
    on_prem_only: bool = False
    purposes: frozenset[str] | None = None
    """Purposes that every input allows; ``None`` where none of them names any."""
    retention_days: int | None = None
    """The shortest time after which an input must be gone; ``None`` where none names any."""
    risk: RiskTier = RiskTier.MINIMAL
    open: frozenset[Attribute] = frozenset()
    """Attributes that something upstream, or here, does not tell yet or does not tell at all."""

    def __and__(self, other: "Effective") -> "Effective":
        return Effective(
            confidentiality=max(self.confidentiality, other.confidentiality, key=lambda level: level.rank),
            codes=self.codes | other.codes,
            licences=self.licences | other.licences,
            storage=self.storage & other.storage,
            processing=self.processing & other.processing,
            on_prem_only=self.on_prem_only or other.on_prem_only,
            purposes=_narrower(self.purposes, other.purposes),
            retention_days=_shorter(self.retention_days, other.retention_days),
            risk=max(self.risk, other.risk, key=lambda tier: tier.rank),
            open=self.open | other.open,
        )


NOTHING: Final = Effective()


def propagate(graph: "Graph") -> tuple[Mapping[str, Effective], Mapping[str, Effective]]:
    """Return what holds at every node, and what each inherits before its own transform, by id.

    Nodes that feed each other in a loop are settled together: the lattices are finite and joins only tighten,
    so repeating until nothing changes ends.
    """
    own = {key: declared(node) for key, node in graph.nodes.items()}
    broken = {edge.downstream for edge in graph.dangling}
    effective: dict[str, Effective] = {}
    incoming: dict[str, Effective] = {}
    # Tarjan's order: a component comes after everything it leads to; reversed, after everything it needs.
    parts = list(nx.strongly_connected_components(graph.flow))
    for part in reversed(parts):
        members = sorted(part)
        looped = len(members) > 1 or graph.flow.has_edge(members[0], members[0])
        changed = True
        while changed:
            changed = False
            for key in members:
                node = graph.nodes[key]
                arriving = _joined(effective.get(edge.upstream, NOTHING) for edge in graph.into(key))
                if key in broken or not node.inputs_known:
                    arriving = replace(arriving, open=EVERYTHING)
                now = _transformed(node, arriving) & own[key]
                changed |= effective.get(key) != now and looped
                incoming[key], effective[key] = arriving, now
    return effective, incoming


def declared(node: Node) -> Effective:
    """Return what ``node`` says of itself."""
    missing: set[Attribute] = set()
    level, level_known = word(node["confidentiality"], Confidentiality)
    codes, codes_known = texts(node["classification"]["contains"])
    evaluated, evaluated_known = _evaluated(node)
    risk, risk_known = word(node["riskTier"], RiskTier)
    licence = text(node["license"])
    purposes, purposes_known = texts(node["purposes"])
    storage, storage_known = _region(node, "storageAllowed", "storageForbidden")
    processing, processing_known = _region(node, "processingIncluded", "processingExcluded")
    retention, retention_known = _days(node)
    on_prem_known = known(node["onPremOnly"])
    missing |= {Attribute.CONFIDENTIALITY} if not level_known else set()
    missing |= {Attribute.CODES} if not codes_known or not evaluated_known else set()
    missing |= {Attribute.RISK} if not risk_known else set()
    missing |= {Attribute.LICENCES} if not known(node["license"]) else set()
    missing |= {Attribute.PURPOSES} if not purposes_known else set()
    missing |= {Attribute.STORAGE} if not storage_known or not on_prem_known else set()
    missing |= {Attribute.PROCESSING} if not processing_known or not on_prem_known else set()
    missing |= {Attribute.RETENTION} if not retention_known else set()
    if node.kind is NodeKind.DATASET:
        # A dataset that does not say what it holds may hold anything.
        missing |= {Attribute.CONFIDENTIALITY} if level is None else set()
        missing |= {Attribute.CODES} if evaluated is None or CODES - evaluated else set()
    if licence is None and (
        node.kind is NodeKind.SOURCE or (node.kind is NodeKind.DATASET and not node.inputs)
    ):
        missing.add(Attribute.LICENCES)
    return Effective(
        confidentiality=level or Confidentiality.PUBLIC,
        codes=frozenset(codes),
        licences=frozenset({licence} if licence else ()),
        storage=storage,
        processing=processing,
        on_prem_only=node["onPremOnly"].raw is True,
        # As with countries: a list that is not known to its end may still allow any purpose.
        purposes=frozenset(purposes) if purposes_known and not absent(node["purposes"]) else None,
        retention_days=retention,
        risk=risk or RiskTier.MINIMAL,
        open=frozenset(missing),
    )


def _transformed(node: Node, arriving: Effective) -> Effective:
    """Return what is certainly left of what arrives once the transforms that have evidence were applied."""
    left = arriving
    for reduction in reductions(node):
        if reduction.lacks:
            continue
        left = replace(left, codes=left.codes - reduction.removes)
        if reduction.lowers_to is not None and reduction.lowers_to.rank < left.confidentiality.rank:
            left = replace(left, confidentiality=reduction.lowers_to)
        if not reduction.known:
            # It may turn out to count or not: what it could remove is neither there for certain nor gone.
            left = replace(left, open=left.open | {Attribute.CODES, Attribute.CONFIDENTIALITY})
    return left


def _joined(effects: Iterable[Effective]) -> Effective:
    joined = NOTHING
    for effect in effects:
        joined &= effect
    return joined


def _evaluated(node: Node) -> tuple[frozenset[str] | None, bool]:
    """Return the codes that somebody looked for, ``None`` where nobody says, and whether that is known."""
    view = node["classification"]["evaluated"]
    if absent(view):
        return None, known(node["classification"])
    found, complete = texts(view)
    return (CODES if "all" in found else frozenset(found)), complete


def _region(node: Node, allowed_key: str, forbidden_key: str) -> tuple[Region, bool]:
    allowed, allowed_known = _countries(node[allowed_key])
    forbidden, forbidden_known = _countries(node[forbidden_key])
    # A list that is not known to its end may still allow any country; what it names, it forbids already.
    limited = allowed_known and not absent(node[allowed_key])
    return Region(
        allowed=allowed if limited else None, forbidden=forbidden
    ), allowed_known and forbidden_known


def _countries(view: View) -> tuple[frozenset[str], bool]:
    """Return the countries of a list, groups replaced by their members, and whether that is all of them."""
    words, complete = texts(view)
    countries, all_known = regions.expand(words)
    return countries, complete and all_known


def _days(node: Node) -> tuple[int | None, bool]:
    view = node["retentionDays"]
    if isinstance(view.raw, int) and not isinstance(view.raw, bool):
        return view.raw, True
    return None, absent(view)


def _narrower(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    if one is None or other is None:
        return other if one is None else one
    return one & other


def _shorter(one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)
