"""What no standard has a word for, in one shape: licences, places, purposes, retention, and transforms.

Every export carries it where its standard leaves room for what it does not know: OpenLineage as a facet of
its own, CycloneDX and SPDX as properties. ``schemas/TrunklineTermsFacet.json`` is its JSON Schema.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from policies.linkage.exports import told
from policies.linkage.exports.told import Told
from policies.linkage.graph import Graph
from policies.linkage.nodes import Node
from policies.linkage.propagate import Attribute, Effective, Region
from policies.linkage.reductions import reductions
from policies.linkage.vocabulary import BINDINGS, Confidentiality, NodeKind, RiskTier

_TEXTS: Final = ("license", "confidentiality", "riskTier", "intendedUse", "stage", "exposure", "digest")
_LISTS: Final = (
    "purposes",
    "consents",
    "storageAllowed",
    "storageForbidden",
    "processingIncluded",
    "processingExcluded",
    "origin",
    "method",
)
_FLAGS: Final = ("live", "onPremOnly", "hold", "commercial", "distributed", "thirdParty")
_ALLOWED: Final = frozenset({"purposes", "storageAllowed", "processingIncluded"})
"""Lists that say something when they are empty: nothing is allowed."""
_JUDGED_BY_RISK: Final = frozenset({NodeKind.TRAINING, NodeKind.MODEL, NodeKind.ENDPOINT})
_ROLES: Final = frozenset(kind.value for kind in BINDINGS)
_PLACE: Final = ("role", "node", "site", "provider", "region", "country")


def of(graph: Graph, node: Node) -> Mapping[str, Any]:
    """Return what ``node`` declares, what holds for it with all it inherits, its transforms and places."""
    said = told.by(node)
    found = {
        "declared": dict(_declared(said)),
        "effective": effective(node, graph.effective(node.id)),
        "reductions": list(_reductions(node, said)),
        "places": [dict(_place(place)) for place in said["places"].each()],
    }
    return {key: value for key, value in found.items() if value}


def effective(node: Node, effect: Effective) -> Mapping[str, Any]:
    """Return what holds for the data at a node; ``open`` names what is not known, which is never nothing."""
    held = level(node, effect)
    at_least = held is None and effect.confidentiality is not Confidentiality.PUBLIC
    found: dict[str, Any] = {
        "confidentiality": held,
        "confidentialityAtLeast": effect.confidentiality if at_least else None,
        "codes": sorted(effect.codes),
        "licences": sorted(effect.licences),
        "storage": region(effect.storage),
        "processing": region(effect.processing),
    }
    if effect.on_prem_only:
        found["onPremOnly"] = True
    found = {key: value for key, value in found.items() if value}
    if effect.purposes is not None:
        found["purposes"] = sorted(effect.purposes)  # none at all says something
    if effect.retention_days is not None:
        found["retentionDays"] = effect.retention_days
    if node.kind in _JUDGED_BY_RISK or effect.risk is not RiskTier.MINIMAL:
        found["riskTier"] = effect.risk.value
    if effect.open:
        found["open"] = sorted(attribute.value for attribute in effect.open)
    return found


def level(node: Node, effect: Effective) -> Confidentiality | None:
    """Return how closely the data at ``node`` is held; ``None`` where that is not known to its end."""
    if node.kind is NodeKind.SOURCE:
        said = told.by(node)["confidentiality"].text()
        return Confidentiality(said) if said in set(Confidentiality) else None
    known = (
        Attribute.CONFIDENTIALITY not in effect.open or effect.confidentiality is Confidentiality.RESTRICTED
    )
    return effect.confidentiality if known else None


def flat(terms: Mapping[str, Any], prefix: str = "trunkline") -> Iterator[tuple[str, str]]:
    """Yield the same as names and texts, such as ``trunkline:effective:retentionDays`` and ``30``."""
    for key, value in terms.items():
        yield from _flat(f"{prefix}:{key}", value)


def _flat(name: str, value: Any) -> Iterator[tuple[str, str]]:
    match value:
        case None:
            return
        case bool():
            yield name, str(value).lower()
        case int() | str():
            yield name, str(value)
        case Mapping():
            for key, item in value.items():
                yield from _flat(f"{name}:{key}", item)
        case _:
            for index, item in enumerate(value):
                # Texts of a list keep one name, as CycloneDX's properties may; entries are told apart.
                yield from _flat(f"{name}:{index}" if isinstance(item, Mapping) else name, item)


def _declared(said: Told) -> Iterator[tuple[str, Any]]:
    for key in _TEXTS:
        if (text := said[key].text()) is not None:
            yield key, text
    for key in _LISTS:
        if (texts := list(said[key].texts())) or (said[key] and key in _ALLOWED):
            yield key, texts
    for key in _FLAGS:
        if (flag := said[key].flag()) is not None:
            yield key, flag
    if (days := said["retentionDays"].whole()) is not None:
        yield "retentionDays", days
    for key in ("contains", "evaluated"):
        if said["classification"][key]:
            yield key, list(said["classification"][key].texts())


def _reductions(node: Node, said: Told) -> Iterator[Mapping[str, Any]]:
    for reduction, entry in zip(reductions(node), said["reduces"].each(), strict=False):
        found: dict[str, Any] = {
            "technology": entry["technology"].text(),
            "tool": entry["tool"].text(),
            "parameters": entry["parameters"].pairs(),
            "removes": list(entry["removes"].texts()),
            "lowersTo": entry["lowersTo"].text(),
            "evidence": entry["evidence"].text(),
        }
        yield {key: value for key, value in found.items() if value} | {"counts": reduction.proven}


def _place(place: Told) -> Iterator[tuple[str, str]]:
    """Yield what a place says; a role that is no binding of the vocabulary says nothing."""
    for key in _PLACE:
        text = place[key].text()
        if text is not None and (key != "role" or text in _ROLES):
            yield key, text


def region(where: Region) -> Mapping[str, Sequence[str]]:
    """Return the countries that are allowed and those that are not; without the former, any other is."""
    found: dict[str, Sequence[str]] = {}
    if where.allowed is not None:
        found["allowed"] = sorted(where.allowed - where.forbidden)
    if where.forbidden:
        found["forbidden"] = sorted(where.forbidden)
    return found
