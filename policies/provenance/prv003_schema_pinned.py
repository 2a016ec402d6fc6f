"""PRV-003: datasets and feature views say which fields they have, and pin that with a digest."""

from collections.abc import Iterator

from policies.engine import Claim, Enforcement, OnUnknown, Resource, Rule, Settings, Severity, require
from policies.linkage.vocabulary import DATASET, FEATURE_VIEW
from policies.provenance.said import pinned, said


def _schema(node: Resource, _: Settings) -> Iterator[Claim]:
    schema = node["schema"]
    yield require(schema["fields"].filled(), "nothing says which fields it has", at=schema["fields"])
    yield require(pinned(schema["digest"]), f"its schema is not pinned: schema.digest is {schema['digest']}")
    for field in schema["fields"].each():
        yield require(said(field["name"]), f"a field has no name: it is {field['name']}")
        yield require(said(field["type"]), f"the field {field['name']} has no type")


RULE = Rule(
    id="PRV-003",
    version=1,
    title="Schemas are declared and pinned",
    why="A column that changes its type or unit breaks no program and every model that reads it.",
    fix="Set schema.fields with name and type of each field, and schema.digest to the sha256 of the schema.",
    severity=Severity.HIGH,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    alone=dict.fromkeys((DATASET, FEATURE_VIEW), _schema),
)
