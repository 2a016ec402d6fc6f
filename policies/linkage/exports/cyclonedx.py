"""CycloneDX ML-BOM: models with their cards, the data behind them, and the endpoints that serve them.

Models are components of type ``machine-learning-model``; sources, datasets and feature views are of type
``data``; endpoints are services. A training has no component of its own: its inputs are the datasets of the
model's card.
"""

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from re import fullmatch
from typing import Any, Final, cast
from urllib.parse import quote

from policies.engine.data import read
from policies.linkage.exports import licences, terms, told
from policies.linkage.exports.header import Header
from policies.linkage.exports.told import Told
from policies.linkage.graph import Graph
from policies.linkage.nodes import Node
from policies.linkage.propagate import Effective
from policies.linkage.reductions import DIGEST
from policies.linkage.vocabulary import EdgeKind, NodeKind

_TABLE: Final = cast("Mapping[str, Any]", read(Path(__file__).parent / "tables" / "cyclonedx.toml"))
_DATA: Final = (NodeKind.SOURCE, NodeKind.DATASET, NodeKind.FEATURE_VIEW)
_THROUGH: Final = frozenset({NodeKind.TRAINING, NodeKind.EVALUATION})
"""Kinds of node that have no component: what depends on one depends on what it reads."""

Part = Mapping[str, Any]


def document(graph: Graph, header: Header) -> Part:
    """Return the bill of materials; its serial number follows from everything else in it."""
    writer = _Writer(graph, header)
    content = {
        "$schema": _TABLE["schema"],
        "bomFormat": "CycloneDX",
        "specVersion": _TABLE["version"],
        "version": 1,
        "metadata": writer.metadata(),
        "components": [writer.component(node) for node in graph.of(*_DATA, NodeKind.MODEL)],
        "services": [writer.service(node) for node in graph.of(NodeKind.ENDPOINT)],
        "dependencies": [writer.dependency(node) for node in graph.nodes.values() if _shown(node)],
    }
    # A name-based UUID (RFC 9562, version 5): the same content is the same document.
    serial = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(content, sort_keys=True))
    return {**content, "serialNumber": f"urn:uuid:{serial}"}


class _Writer:
    def __init__(self, graph: Graph, header: Header) -> None:
        self._graph = graph
        self._header = header

    def metadata(self) -> Part:
        return {
            "timestamp": self._header.instant,
            "tools": {
                "components": [
                    {"type": "application", "name": "trunkline", "version": self._header.version},
                ]
            },
            "component": {
                "type": "platform",
                "bom-ref": self._header.urn("platform"),
                "name": self._header.platform,
            },
        }

    # -- components ----------------------------------------------------------------------------------------

    def component(self, node: Node) -> Part:
        said, effect = told.by(node), self._graph.effective(node.id)
        model = node.kind is NodeKind.MODEL
        return _filled(
            {
                "type": "machine-learning-model" if model else "data",
                "bom-ref": self._header.urn(node.id),
                "supplier": _supplier(said),
                "group": None if model else node.kind.value,
                "name": node.name,
                "version": said["version"].text(),
                "description": said["about"].text(),
                "hashes": _hashes(said),
                "licenses": _licences(said, effect),
                "pedigree": self._pedigree(node),
                "externalReferences": _references(said),
                "modelCard": self._card(node, said) if model else None,
                "data": None if model else [self._data(node, said, effect)],
                "properties": _properties(terms.of(self._graph, node)),
            }
        )

    def _data(self, node: Node, said: Told, effect: Effective) -> Part:
        return _filled(
            {
                "type": "dataset",
                "name": node.name,
                "contents": _filled(
                    {
                        "url": self._address(node, said),
                        "properties": [
                            {"name": f"trunkline:field:{name}", "value": field["type"].text() or ""}
                            for field in said["schema"]["fields"].each()
                            if (name := field["name"].text()) is not None
                        ],
                    }
                ),
                "classification": terms.level(node, effect),
                "sensitiveData": sorted(effect.codes),
                "description": said["quality"]["limitations"].text(),
                "governance": _governance(said),
            }
        )

    def _address(self, node: Node, said: Told) -> str | None:
        stores = [place.node for place in node.places if place.kind is EdgeKind.STORED_IN]
        address = self._header.addresses.get(stores[0]) if len(stores) == 1 else None
        path = said["path"].text()
        return f"{address}/{quote(path.strip('/'))}" if address and path else said["url"].link()

    def _card(self, node: Node, said: Told) -> Part:
        tier = said["riskTier"].text()
        limits = [
            f"{origin.label}: {text}"
            for origin in (self._graph.nodes[key] for key in sorted(self._graph.ancestors(node.id)))
            if (text := told.by(origin)["quality"]["limitations"].text()) is not None
        ]
        biases = [
            text
            for key in sorted(self._graph.ancestors(node.id))
            if (text := told.by(self._graph.nodes[key])["quality"]["biases"].text()) is not None
        ]
        risk = f"Risk tier {tier} (Regulation (EU) 2024/1689)" if tier else None
        return _filled(
            {
                "modelParameters": _filled(
                    {
                        "datasets": [
                            {"ref": ref} for ref in self._refs(self._through(node, EdgeKind.PRODUCED_BY))
                        ]
                    }
                ),
                "considerations": _filled(
                    {
                        "useCases": _listed(said["intendedUse"].text()),
                        "technicalLimitations": limits,
                        "ethicalConsiderations": [
                            {"name": name} for name in [*_listed(risk), *(f"Bias: {text}" for text in biases)]
                        ],
                    }
                ),
                "properties": list(self._tested(node)),
            }
        )

    def _tested(self, node: Node) -> Iterator[Part]:
        for ref in self._refs(self._through(node, EdgeKind.EVALUATED_BY)):
            yield {"name": "trunkline:testedOn", "value": ref}
        signature = told.by(node)["signature"]
        for key in ("identity", "issuer", "key"):
            if (text := signature[key].text()) is not None:
                yield {"name": f"trunkline:signature:{key}", "value": text}

    def _through(self, node: Node, kind: EdgeKind) -> Sequence[str]:
        """Return what the training or evaluation behind a model reads."""
        return [
            edge.upstream
            for made in self._graph.into(node.id, flow_only=False)
            if made.kind is kind
            for edge in self._graph.into(made.upstream)
            if edge.kind is not EdgeKind.BASED_ON
        ]

    def _pedigree(self, node: Node) -> Part | None:
        ancestors = [self._graph.nodes[key] for key in self._parents(node)]
        found = [
            _filled(
                {
                    "type": "machine-learning-model" if parent.kind is NodeKind.MODEL else "data",
                    "group": None if parent.kind is NodeKind.MODEL else parent.kind.value,
                    "name": parent.name,
                    "version": told.by(parent)["version"].text(),
                    "properties": [{"name": "trunkline:ref", "value": self._header.urn(parent.id)}],
                }
            )
            for parent in ancestors
            if parent.kind in {*_DATA, NodeKind.MODEL}
        ]
        return {"ancestors": found} if found else None

    def _parents(self, node: Node) -> Sequence[str]:
        """Return what a component was made from: data from data, a model from the one it started from."""
        if node.kind is not NodeKind.MODEL:
            return [edge.upstream for edge in self._graph.into(node.id)]
        return [
            edge.upstream
            for made in self._graph.into(node.id)
            for edge in self._graph.into(made.upstream)
            if edge.kind is EdgeKind.BASED_ON
        ]

    # -- services and dependencies -------------------------------------------------------------------------

    def service(self, node: Node) -> Part:
        said, level = told.by(node), terms.level(node, self._graph.effective(node.id))
        return _filled(
            {
                "bom-ref": self._header.urn(node.id),
                "name": node.name,
                "description": said["about"].text() or said["intendedUse"].text(),
                "authenticated": said["authentication"].text() is not None,
                "x-trust-boundary": said["exposure"].text() == "public",
                "data": [{"flow": "outbound", "classification": level or "unknown"}],
                "properties": _properties(terms.of(self._graph, node)),
            }
        )

    def dependency(self, node: Node) -> Part:
        # An evaluation is judged, not built on: no data flows from it into the model.
        return {
            "ref": self._header.urn(node.id),
            "dependsOn": self._refs(self._needs(node.id, frozenset())),
        }

    def _needs(self, node: str, seen: frozenset[str]) -> Iterator[str]:
        for edge in self._graph.into(node):
            upstream = self._graph.nodes[edge.upstream]
            if upstream.kind not in _THROUGH:
                yield upstream.id
            elif upstream.id not in seen:
                yield from self._needs(upstream.id, seen | {upstream.id})

    def _refs(self, nodes: Iterator[str] | Sequence[str]) -> list[str]:
        return [self._header.urn(node) for node in sorted(set(nodes))]


def _shown(node: Node) -> bool:
    return node.kind not in _THROUGH


def _supplier(said: Told) -> Part | None:
    name, url = said["issuer"]["name"].text(), said["issuer"]["url"].link()
    return {"name": name, **({"url": [url]} if url else {})} if name else None


def _governance(said: Told) -> Part | None:
    team, contact = said["owner"]["team"].text(), said["owner"]["contact"].email()
    if team is None:
        return None
    return {
        "owners": [{"organization": {"name": team, **({"contact": [{"email": contact}]} if contact else {})}}]
    }


def _hashes(said: Told) -> Sequence[Part]:
    digest = said["digest"].text() or ""
    algorithm, _, content = digest.partition(":")
    return [{"alg": _TABLE["hashes"][algorithm], "content": content}] if fullmatch(DIGEST, digest) else []


def _licences(said: Told, effect: Effective) -> Sequence[Part]:
    if (expression := licences.declared(said)) is not None:
        return [{"expression": expression, "acknowledgement": "declared"}]
    if (expression := licences.concluded(effect)) is not None:
        return [{"expression": expression, "acknowledgement": "concluded"}]
    return []


def _references(said: Told) -> Sequence[Part]:
    found = (("model-card", said["card"].link()), ("website", said["url"].link()))
    return [{"type": kind, "url": url} for kind, url in found if url]


def _properties(found: Mapping[str, Any]) -> Sequence[Part]:
    return [{"name": name, "value": value} for name, value in terms.flat(found)]


def _listed(text: str | None) -> Sequence[str]:
    return [text] if text else []


def _filled(part: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in part.items() if value not in (None, [], {})}
