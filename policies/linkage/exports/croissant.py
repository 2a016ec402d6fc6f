"""Croissant 1.1: one JSON-LD document for each dataset, with provenance (PROV-O) and RAI fields.

A reader finds what the data is, who answers for it, what it was made from, and under which conditions it may
be used. The conditions are those that hold, with all that the dataset inherits, as an offer in ODRL.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import quote

from policies.engine.data import read
from policies.linkage.exports import licences, terms, told
from policies.linkage.exports.header import Header
from policies.linkage.exports.told import Told
from policies.linkage.graph import Graph
from policies.linkage.nodes import Node
from policies.linkage.propagate import Effective, Region
from policies.linkage.vocabulary import NodeKind

TABLE: Final = cast("Mapping[str, Any]", read(Path(__file__).parent / "tables" / "croissant.toml"))
_TYPES: Final = {
    name: token for token, names in cast("dict[str, list[str]]", TABLE["types"]).items() for name in names
}
_CODES: Final = cast("Mapping[str, str]", TABLE["codes"])
_ANYTHING: Final = "sc:Text"
"""The type of a field whose own type Croissant does not know."""
CONSENT: Final = "urn:trunkline:consent"
"""What tells a consent from a condition, where both are usage information."""
_DURATION: Final = "http://www.w3.org/2001/XMLSchema#duration"

Document = Mapping[str, Any]


def documents(graph: Graph, header: Header) -> Mapping[str, Document]:
    """Return the description of every dataset, by the dataset's id."""
    return {node.id: _document(graph, node, header) for node in graph.of(NodeKind.DATASET)}


def type_of(name: str) -> tuple[str, bool]:
    """Return the Croissant type of a field's type, and whether it is a list of that type."""
    plain = name.lower()
    if plain.startswith(("array<", "list<")) and plain.endswith(">"):
        return type_of(name[plain.index("<") + 1 : -1])[0], True
    # decimal(10, 2) is a decimal.
    return _TYPES.get(plain.partition("(")[0], _ANYTHING), False


def _document(graph: Graph, node: Node, header: Header) -> Document:
    said, effect = told.by(node), graph.effective(node.id)
    urn = header.urn(node.id)
    found: dict[str, Any] = {
        "@context": TABLE["context"],
        "@type": "sc:Dataset",
        "@id": urn,
        "conformsTo": [TABLE["version"], TABLE["rai"]],
        "name": node.name,
        "description": said["about"].text() or f"The dataset {node.name} of {header.platform}.",
        "url": urn,
        "license": _licences(said, effect),
        "creator": _team(said),
        "datePublished": said["date"].day() or header.day,
        "dateCreated": said["date"].day(),
        "version": said["version"].text(),
        "isLiveDataset": said["live"].flag(),
        "identifier": said["digest"].text(),
        "distribution": _files(node, said),
        "recordSet": _records(node, said),
        "usageInfo": _conditions(node, said, effect, header),
        **_provenance(graph, node, said, header),
        **_responsible(said, effect),
    }
    return {key: value for key, value in found.items() if value not in (None, [], {})}


def _licences(said: Told, effect: Effective) -> Sequence[str]:
    expression = licences.declared(said) or licences.concluded(effect)
    return [licences.link(expression)] if expression else []


def _team(said: Told) -> Sequence[Document]:
    team, contact = said["owner"]["team"].text(), said["owner"]["contact"].email()
    if team is None:
        return []
    return [{"@type": "sc:Organization", "name": team, **({"email": contact} if contact else {})}]


def _files(node: Node, said: Told) -> Sequence[Document]:
    path = said["path"].text() or node.name
    return [
        {
            "@type": "cr:FileSet",
            "@id": _files_id(node, index),
            "name": "files",
            "encodingFormat": form,
            "includes": f"{path.strip('/')}/**",
        }
        for index, form in enumerate(said["format"].texts())
    ]


def _files_id(node: Node, index: int = 0) -> str:
    # Fields are called clicks/<field>, so that no field can have this id.
    return f"{_anchor(node.name)}.files" + (f"-{index + 1}" if index else "")


def _anchor(name: str) -> str:
    """Return a name as part of an id in the document; mlcroissant takes no blank there, not even as %20."""
    return quote(name, safe="").replace("~", "%7E").replace("%", "~")


def _records(node: Node, said: Told) -> Sequence[Document]:
    stored = bool(said["format"].texts())
    fields: dict[str, Document] = {}
    for field in said["schema"]["fields"].each():
        name = field["name"].text()
        # An id stands once in a document: of fields with one name, the first.
        if name is not None and name not in fields:
            fields[name] = _field(node, name, field, stored=stored)
    if not fields:
        return []
    return [
        {
            "@type": "cr:RecordSet",
            "@id": _anchor(node.name),
            "name": node.name,
            "field": list(fields.values()),
        }
    ]


def _field(node: Node, name: str, field: Told, *, stored: bool) -> Document:
    kind, listed = type_of(field["type"].text() or "")
    unit = field["unit"].text()
    return {
        "@type": "cr:Field",
        "@id": f"{_anchor(node.name)}/{_anchor(name)}",
        "name": name,
        "dataType": kind,
        **({"isArray": True, "arrayShape": "-1"} if listed else {}),
        **({"unitText": unit} if unit else {}),
        **({"source": {"fileSet": {"@id": _files_id(node)}, "extract": {"column": name}}} if stored else {}),
    }


# -- where it comes from -------------------------------------------------------------------------------------


def _provenance(graph: Graph, node: Node, said: Told, header: Header) -> Mapping[str, Any]:
    team = said["owner"]["team"].text()
    made = [
        {
            "@type": "prov:Activity",
            "prov:label": _transform(entry),
            **({"prov:wasAssociatedWith": tool} if (tool := entry["tool"].text()) else {}),
        }
        for entry in said["reduces"].each()
        if entry["technology"].text()
    ]
    return {
        "prov:wasDerivedFrom": [{"@id": header.urn(edge.upstream)} for edge in graph.into(node.id)],
        "prov:wasGeneratedBy": made,
        "prov:wasAttributedTo": {"@type": "prov:Agent", "prov:label": team} if team else None,
    }


def _transform(entry: Told) -> str:
    parameters = ", ".join(f"{key}={value}" for key, value in entry["parameters"].pairs().items())
    return " ".join(filter(None, [entry["technology"].text(), f"({parameters})" if parameters else None]))


def _responsible(said: Told, effect: Effective) -> Mapping[str, Any]:
    """Return the fields of Croissant RAI."""
    quality = said["quality"]
    origin = said["origin"].texts()
    transforms = [_transform(entry) for entry in said["reduces"].each()]
    days = effect.retention_days
    return {
        "rai:dataCollection": f"Collected in {', '.join(origin)}." if origin else None,
        "rai:dataCollectionType": list(said["method"].texts()),
        "rai:dataCollectionMissingData": quality["gaps"].text(),
        "rai:dataManipulationProtocol": "; ".join(filter(None, transforms)) or None,
        "rai:dataReleaseMaintenancePlan": f"Deleted {days} days after it was written." if days else None,
        "rai:personalSensitiveInformation": [
            f"{code}: {_CODES[code]}" if code in _CODES else code for code in sorted(effect.codes)
        ],
        "rai:dataBiases": _listed(quality["biases"]),
        "rai:dataLimitations": _listed(quality["limitations"]),
        "rai:dataUseCases": sorted(effect.purposes) if effect.purposes is not None else None,
    }


def _listed(view: Told) -> Sequence[str]:
    text = view.text()
    return [text] if text else []


# -- what may be done with it --------------------------------------------------------------------------------


def _conditions(node: Node, said: Told, effect: Effective, header: Header) -> Sequence[Document]:
    days = effect.retention_days
    store = [
        *_within(effect.storage),
        *(
            [_constraint("elapsedTime", "lteq", {"@value": f"P{days}D", "@type": _DURATION})]
            if days is not None
            else []
        ),
    ]
    use = [
        *_within(effect.processing),
        *(
            [_constraint("purpose", "isAnyOf", sorted(effect.purposes))]
            if effect.purposes is not None
            else []
        ),
    ]
    permissions = [
        {"@type": "odrl:Permission", "odrl:action": {"@id": f"odrl:{action}"}, "odrl:constraint": constraints}
        for action, constraints in (("archive", store), ("use", use))
        if constraints
    ]
    offer = {
        "@type": ["sc:CreativeWork", "odrl:Offer"],
        "@id": header.urn(node.id, "conditions"),
        "name": "Conditions of use",
        "odrl:permission": permissions,
    }
    consents = [
        {"@type": "sc:CreativeWork", "additionalType": CONSENT, "name": text}
        for text in said["consents"].texts()
    ]
    return [*([offer] if permissions else []), *consents]


def _within(where: Region) -> Iterator[Document]:
    countries = terms.region(where)
    if "allowed" in countries:
        yield _constraint("spatial", "isAnyOf", countries["allowed"])
    if "forbidden" in countries:
        yield _constraint("spatial", "isNoneOf", countries["forbidden"])


def _constraint(left: str, operator: str, right: object) -> Document:
    return {
        "@type": "odrl:Constraint",
        "odrl:leftOperand": {"@id": f"odrl:{left}"},
        "odrl:operator": {"@id": f"odrl:{operator}"},
        "odrl:rightOperand": right,
    }
