"""SPDX 3.0.1, AI and Dataset profiles, as JSON-LD: packages of data and models, their licences and lineage.

The declared licence is what a node says of itself. The concluded licence is what follows from the graph:
every licence that its data brings along. Where that is not known, the standard's NoAssertion says so.
"""

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
from policies.linkage.propagate import Attribute, Effective
from policies.linkage.reductions import DIGEST
from policies.linkage.vocabulary import PERSONAL, EdgeKind, NodeKind, RiskTier

_TABLE: Final = cast("Mapping[str, Any]", read(Path(__file__).parent / "tables" / "spdx.toml"))
_DATA: Final = (NodeKind.SOURCE, NodeKind.DATASET, NodeKind.FEATURE_VIEW)
_PACKAGES: Final = (*_DATA, NodeKind.MODEL, NodeKind.ENDPOINT)
_CREATION: Final = "_:creation"

Element = Mapping[str, Any]


def document(graph: Graph, header: Header) -> Element:
    """Return the whole document: one ``SpdxDocument`` and everything it names, by kind and id."""
    return {"@context": _TABLE["context"], "@graph": list(_Writer(graph, header).all())}


class _Writer:
    def __init__(self, graph: Graph, header: Header) -> None:
        self._graph = graph
        self._header = header
        self._packages = list(graph.of(*_PACKAGES))
        self._organizations: dict[str, set[str]] = {}
        self._licences: dict[str, Element] = {}

    def all(self) -> Iterator[Element]:
        trunkline = self._element("SoftwareAgent", "agent", "trunkline", name="trunkline")
        packages = [self._package(node) for node in self._packages]
        relationships = [each for node in self._packages for each in self._relationships(node)]
        elements = [
            trunkline,
            *self._organized(),
            *(self._licences[text] for text in sorted(self._licences)),
            *packages,
            *relationships,
        ]
        yield {
            "type": "CreationInfo",
            "@id": _CREATION,
            "specVersion": _TABLE["version"],
            "created": self._header.instant,
            "createdBy": [trunkline["spdxId"]],
            "comment": f"Written by Trunkline {self._header.version} from a declared linkage graph.",
        }
        roots = [package["spdxId"] for package in packages] or [trunkline["spdxId"]]
        yield self._element(
            "SpdxDocument",
            "document",
            name=self._header.platform,
            profileConformance=_TABLE["profiles"],
            rootElement=roots,
            element=[element["spdxId"] for element in elements],
        )
        yield from elements

    def _element(self, kind: str, *parts: str, **properties: Any) -> dict[str, Any]:
        return {
            "type": kind,
            "spdxId": self._header.urn(*parts),
            "creationInfo": _CREATION,
            **{key: value for key, value in properties.items() if value not in (None, [], {})},
        }

    # -- packages ------------------------------------------------------------------------------------------

    def _package(self, node: Node) -> Element:
        said, effect = told.by(node), self._graph.effective(node.id)
        supplier = self._organization(said["issuer"]["name"].text()) or self._team(said)
        common = {
            "name": node.name,
            "description": said["about"].text(),
            "software_packageVersion": said["version"].text(),
            "software_downloadLocation": self._address(node, said),
            "suppliedBy": supplier,
            "verifiedUsing": _hashes(said),
            "externalRef": _references(said),
            "extension": _extension(terms.of(self._graph, node)),
        }
        if node.kind is NodeKind.ENDPOINT:
            return self._element("software_Package", node.id, **common, software_primaryPurpose="application")
        if node.kind is NodeKind.MODEL:
            return self._element("ai_AIPackage", node.id, **common, **self._model(node, said, effect))
        return self._element("dataset_DatasetPackage", node.id, **common, **self._data(node, said, effect))

    def _model(self, node: Node, said: Told, effect: Effective) -> Mapping[str, Any]:
        trainings = [self._graph.nodes[edge.upstream] for edge in self._graph.into(node.id)]
        tier = said["riskTier"].text()
        return {
            "software_primaryPurpose": "model",
            "ai_informationAboutApplication": said["intendedUse"].text(),
            "ai_informationAboutTraining": "; ".join(filter(None, map(_where, trainings))) or None,
            "ai_modelDataPreprocessing": [text for each in trainings for text in _transforms(told.by(each))],
            "ai_safetyRiskAssessment": _TABLE["risk"][tier] if tier in set(RiskTier) else None,
            "ai_useSensitivePersonalInformation": _personal(effect),
        }

    def _data(self, node: Node, said: Told, effect: Effective) -> Mapping[str, Any]:
        day, quality = said["date"].day(), said["quality"]
        level = terms.level(node, effect)
        methods = said["method"].texts()
        live = said["live"].flag()
        return {
            "software_primaryPurpose": "data",
            "builtTime": f"{day}T00:00:00Z" if day else None,
            "originatedBy": list(
                filter(None, [self._organization(said["issuer"]["name"].text()) or self._team(said)])
            ),
            "dataset_datasetType": ["structured" if said["schema"]["fields"] else "noAssertion"],
            "dataset_confidentialityLevel": _TABLE["confidentiality"][level] if level else None,
            "dataset_hasSensitivePersonalInformation": _personal(effect),
            "dataset_intendedUse": ", ".join(said["purposes"].texts()) or None,
            "dataset_dataCollectionProcess": ", ".join(methods) or None,
            "dataset_dataPreprocessing": _transforms(said),
            "dataset_anonymizationMethodUsed": [
                text for entry in said["reduces"].each() if (text := entry["technology"].text()) is not None
            ],
            "dataset_knownBias": _listed(quality["biases"].text()),
            "dataset_datasetNoise": quality["gaps"].text(),
            "dataset_datasetUpdateMechanism": "changes without a new version" if live else None,
        }

    def _address(self, node: Node, said: Told) -> str | None:
        stores = [place.node for place in node.places if place.kind is EdgeKind.STORED_IN]
        address = self._header.addresses.get(stores[0]) if len(stores) == 1 else None
        path = said["path"].text()
        return f"{address}/{quote(path.strip('/'))}" if address and path else None

    def _team(self, said: Told) -> str | None:
        return self._organization(said["owner"]["team"].text(), said["owner"]["contact"].email())

    def _organization(self, name: str | None, email: str | None = None) -> str | None:
        """Return the id of an organisation, and remember that it is needed."""
        if name is None:
            return None
        self._organizations.setdefault(name, set()).update({email} if email else ())
        return self._header.urn("organization", name)

    def _organized(self) -> list[Element]:
        return [
            self._element(
                "Organization",
                "organization",
                name,
                name=name,
                externalIdentifier=[
                    {"type": "ExternalIdentifier", "externalIdentifierType": "email", "identifier": email}
                    for email in sorted(self._organizations[name])
                ],
            )
            for name in sorted(self._organizations)
        ]

    # -- relationships -------------------------------------------------------------------------------------

    def _relationships(self, node: Node) -> Iterator[Element]:
        said = told.by(node)
        yield self._relation(node, "hasDeclaredLicense", [self._licence(licences.declared(said))])
        concluded = licences.concluded(self._graph.effective(node.id))
        yield self._relation(node, "hasConcludedLicense", [self._licence(concluded)])
        into = self._graph.into(node.id, flow_only=False)
        if node.kind is NodeKind.MODEL:
            yield from self._of_model(node)
        elif node.kind is NodeKind.ENDPOINT:
            yield from self._known(node, "dependsOn", [edge.upstream for edge in into])
            fed = [edge.downstream for edge in self._graph.out_of(node.id)]
            yield from self._known(node, "generates", fed)
        else:
            made_from = [edge.upstream for edge in into if edge.kind is not EdgeKind.FED_BACK]
            yield from self._known(node, "descendantOf", made_from)

    def _of_model(self, node: Node) -> Iterator[Element]:
        trained: list[str] = []
        based: list[str] = []
        tested: list[str] = []
        for made in self._graph.into(node.id, flow_only=False):
            for edge in self._graph.into(made.upstream):
                if made.kind is EdgeKind.EVALUATED_BY:
                    tested.append(edge.upstream)
                elif made.kind is EdgeKind.PRODUCED_BY:
                    (based if edge.kind is EdgeKind.BASED_ON else trained).append(edge.upstream)
        yield from self._known(node, "trainedOn", trained)
        yield from self._known(node, "testedOn", tested)
        yield from self._known(node, "descendantOf", based)

    def _known(self, node: Node, kind: str, others: Sequence[str]) -> Iterator[Element]:
        packages = {other.id for other in self._packages}
        found = sorted(set(others) & packages)
        if found:
            yield self._relation(node, kind, [self._header.urn(other) for other in found])

    def _relation(self, node: Node, kind: str, to: Sequence[str]) -> Element:
        return self._element(
            "Relationship",
            "relationship",
            node.id,
            kind,
            **{"from": self._header.urn(node.id), "relationshipType": kind, "to": to},
        )

    def _licence(self, expression: str | None) -> str:
        if expression is None:
            return _TABLE["no_assertion"]
        found = self._element(
            "simplelicensing_LicenseExpression",
            "licence",
            expression,
            simplelicensing_licenseExpression=expression,
        )
        self._licences[expression] = found
        return found["spdxId"]


def _personal(effect: Effective) -> str:
    if effect.codes & PERSONAL:
        return "yes"
    return "noAssertion" if Attribute.CODES in effect.open else "no"


def _transforms(said: Told) -> Sequence[str]:
    return [
        " with ".join(filter(None, [entry["technology"].text(), entry["tool"].text()]))
        for entry in said["reduces"].each()
        if entry["technology"].text() is not None
    ]


def _where(node: Node) -> str | None:
    places = [
        place for place in told.by(node)["places"].each() if place["role"].text() == EdgeKind.PROCESSED_IN
    ]
    where = [
        ", ".join(text for key in ("site", "region", "country") if (text := place[key].text()) is not None)
        for place in places
    ]
    return f"Trained at {' and '.join(filter(None, where))}" if any(where) else None


def _hashes(said: Told) -> Sequence[Element]:
    digest = said["digest"].text() or ""
    algorithm, _, value = digest.partition(":")
    return [{"type": "Hash", "algorithm": algorithm, "hashValue": value}] if fullmatch(DIGEST, digest) else []


def _references(said: Told) -> Sequence[Element]:
    found = (("documentation", said["card"].link()), ("documentation", said["url"].link()))
    return [{"type": "ExternalRef", "externalRefType": kind, "locator": [url]} for kind, url in found if url]


def _extension(found: Mapping[str, Any]) -> Sequence[Element]:
    properties = [
        {
            "type": "extension_CdxPropertyEntry",
            "extension_cdxPropName": name,
            "extension_cdxPropValue": value,
        }
        for name, value in terms.flat(found)
    ]
    return [{"type": "extension_CdxPropertiesExtension", "extension_cdxProperty": properties}]


def _listed(text: str | None) -> Sequence[str]:
    return [text] if text else []
