"""How the attributes of data travel: what a node inherits from everything upstream of it.

Each attribute is a lattice, and joining can only make it stricter: classification grows, licences add up,
places and purposes narrow, retention shortens, risk rises. Only a declared transform with evidence lowers a
classification, and only as far as it says. What is not known travels too: it makes an attribute *open*,
and an open attribute is never taken for a harmless one.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any, Final

import networkx as nx

from policies.engine.values import Absent, Held, Secret
from policies.linkage import plain, regions
from policies.linkage.nodes import Node
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
_NONE: Final = frozenset[str]()


@dataclass(frozen=True, kw_only=True, slots=True)
class Region:
    """Where something may be: ``allowed`` of ``None`` means anywhere that is not forbidden."""

    allowed: frozenset[str] | None = None
    forbidden: frozenset[str] = frozenset()

    def __and__(self, other: "Region") -> "Region":
        if other in (self, _ANYWHERE):
            return self
        return Region(
            allowed=_narrower(self.allowed, other.allowed), forbidden=self.forbidden | other.forbidden
        )


_ANYWHERE: Final = Region()


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
        if other is NOTHING or self is other:
            return self
        if self is NOTHING:
            return other
        return Effective(
            confidentiality=self.confidentiality
            if self.confidentiality.rank >= other.confidentiality.rank
            else other.confidentiality,
            codes=self.codes | other.codes,
            licences=self.licences | other.licences,
            storage=self.storage & other.storage,
            processing=self.processing & other.processing,
            on_prem_only=self.on_prem_only or other.on_prem_only,
            purposes=_narrower(self.purposes, other.purposes),
            retention_days=_shorter(self.retention_days, other.retention_days),
            risk=self.risk if self.risk.rank >= other.risk.rank else other.risk,
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
    for members in in_order(graph):
        looped = len(members) > 1 or any(edge.upstream == members[0] for edge in graph.into(members[0]))
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


def in_order(graph: "Graph") -> Iterable[Sequence[str]]:
    """Return sets of nodes so that each comes after everything it needs; nodes of a loop come together."""
    needs = {node: [edge.upstream for edge in graph.into(node)] for node in graph.nodes}
    try:
        return [(node,) for node in TopologicalSorter(needs).static_order()]
    except CycleError:
        # Tarjan's order, as networkx gives it: a component comes after everything it leads to.
        return [sorted(part) for part in reversed(list(nx.strongly_connected_components(graph.flow)))]


def declared(node: Node) -> Effective:
    """Return what ``node`` says of itself."""
    draft = _Draft(node)
    for key, value in node.resource.judged.items():
        reader = _READERS.get(key)
        if reader is not None and value is not None:
            reader(draft, value.value if isinstance(value, Secret) else value)
    return draft.effective()


def _transformed(node: Node, arriving: Effective) -> Effective:
    """Return what is certainly left of what arrives once the transforms that have evidence were applied."""
    if isinstance(plain.at(node.resource.judged, "reduces"), Absent):
        return arriving
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


class _Draft:
    """Collects what one node says; only what it says is looked at."""

    def __init__(self, node: Node) -> None:
        self.fields: dict[str, Any] = {}
        # A dataset that does not say what it holds may hold anything.
        self.open = set(_UNSAID.get(node.kind, ()))
        if node.kind is NodeKind.DATASET and node.inputs:
            self.open.discard(Attribute.LICENCES)

    def effective(self) -> Effective:
        return Effective(**self.fields, open=frozenset(self.open)) if self.fields or self.open else NOTHING

    def note(self, attribute: Attribute, *, whole: bool) -> None:
        """Remember whether everything about ``attribute`` is known."""
        if whole:
            self.open.discard(attribute)
        else:
            self.open.add(attribute)

    def level(self, value: Held) -> None:
        level, whole = plain.word(value, Confidentiality)
        self.fields["confidentiality"] = level or Confidentiality.PUBLIC
        self.note(Attribute.CONFIDENTIALITY, whole=whole)

    def classification(self, value: Held) -> None:
        codes, codes_known = plain.texts(plain.at(value, "contains"))
        evaluated, evaluated_known = plain.texts(plain.at(value, "evaluated"))
        self.fields["codes"] = frozenset(codes)
        looked = "all" in evaluated or frozenset(evaluated) >= CODES or Attribute.CODES not in self.open
        self.note(Attribute.CODES, whole=codes_known and evaluated_known and looked)

    def licence(self, value: Held) -> None:
        whole = isinstance(value, str)
        self.fields["licences"] = frozenset((value,)) if whole else _NONE
        self.note(Attribute.LICENCES, whole=whole)

    def purposes(self, value: Held) -> None:
        purposes, whole = plain.texts(value)
        # A list that is not known to its end may still allow any purpose.
        self.fields["purposes"] = frozenset(purposes) if whole else None
        self.note(Attribute.PURPOSES, whole=whole)

    def retention(self, value: Held) -> None:
        whole = isinstance(value, int) and not isinstance(value, bool)
        self.fields["retention_days"] = value if whole else None
        self.note(Attribute.RETENTION, whole=whole)

    def risk(self, value: Held) -> None:
        tier, whole = plain.word(value, RiskTier)
        self.fields["risk"] = tier or RiskTier.MINIMAL
        self.note(Attribute.RISK, whole=whole)

    def on_prem_only(self, value: Held) -> None:
        self.fields["on_prem_only"] = value is True
        if not isinstance(value, bool):
            self.open |= {Attribute.STORAGE, Attribute.PROCESSING}

    def only_in(self, name: str, attribute: Attribute, value: Held) -> None:
        countries, whole = _countries(*plain.texts(value))
        # As with purposes: what is not known yet may allow any country.
        self._narrow(name, attribute, Region(allowed=countries if whole else None), whole=whole)

    def never_in(self, name: str, attribute: Attribute, value: Held) -> None:
        countries, whole = _countries(*plain.texts(value))
        self._narrow(name, attribute, Region(forbidden=countries), whole=whole)

    def _narrow(self, name: str, attribute: Attribute, region: Region, *, whole: bool) -> None:
        self.fields[name] = self.fields.get(name, _ANYWHERE) & region
        if not whole:
            self.open.add(attribute)


_UNSAID: Final[Mapping[NodeKind, Sequence[Attribute]]] = {
    NodeKind.DATASET: (Attribute.CONFIDENTIALITY, Attribute.CODES, Attribute.LICENCES),
    NodeKind.SOURCE: (Attribute.LICENCES,),
}
"""What is open unless a node of that kind says it; a dataset made from others inherits its licence."""

_READERS: Final[Mapping[str, Callable[[_Draft, Held], None]]] = {
    "confidentiality": _Draft.level,
    "classification": _Draft.classification,
    "license": _Draft.licence,
    "purposes": _Draft.purposes,
    "retentionDays": _Draft.retention,
    "riskTier": _Draft.risk,
    "onPremOnly": _Draft.on_prem_only,
    "storageAllowed": lambda draft, value: draft.only_in("storage", Attribute.STORAGE, value),
    "storageForbidden": lambda draft, value: draft.never_in("storage", Attribute.STORAGE, value),
    "processingIncluded": lambda draft, value: draft.only_in("processing", Attribute.PROCESSING, value),
    "processingExcluded": lambda draft, value: draft.never_in("processing", Attribute.PROCESSING, value),
}


@cache
def _countries(words: tuple[str, ...], complete: bool) -> tuple[frozenset[str], bool]:  # noqa: FBT001 - a pair
    """Return the countries that ``words`` name, groups by their members, so that sets can be joined."""
    countries, known = regions.expand(words)
    return countries, known and complete


def _narrower(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    if one is None or other is None:
        return other if one is None else one
    return one & other


def _shorter(one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)
