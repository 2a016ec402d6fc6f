"""Croissant: what mlcroissant reads back is what the dataset declares, conditions of use included."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest

from policies.linkage.exports import croissant, write
from tests.policies.linkage.exports import judges
from tests.policies.linkage.exports.declared import GRAPH, HEADER, graph, node

DOCUMENTS = croissant.documents(GRAPH, HEADER)
CLICKS = DOCUMENTS["dataset:clicks"]


def test_there_is_a_document_for_each_dataset_and_for_nothing_else() -> None:
    assert sorted(write(GRAPH, "croissant", HEADER)) == [
        f"{name}.croissant.json" for name in ("anonymous", "bare", "clicks", "late")
    ]


def test_mlcroissant_reads_what_was_declared() -> None:
    metadata = judges.croissant(write(GRAPH, "croissant", HEADER)["clicks.croissant.json"]).metadata

    assert metadata.conforms_to == [
        "http://mlcommons.org/croissant/1.1",
        "http://mlcommons.org/croissant/RAI/1.0",
    ]
    assert metadata.name == "clicks"
    assert metadata.description == "Clicks on result pages, one row each."
    assert metadata.version == "3.1"
    assert metadata.license == ["CC-BY-4.0 AND LicenseRef-acme"]
    assert [(creator.name, creator.email) for creator in metadata.creators] == [
        ("clickstream", "clickstream@acme.example")
    ]
    assert metadata.data_limitations == ["No bots removed."]
    assert metadata.data_biases == ["Mostly desktop."]
    assert metadata.data_collection_missing_data == "June."
    assert metadata.personal_sensitive_information == ["pi: Personal Information (PI)"]
    assert metadata.data_use_cases == ["evaluation", "training"]
    assert metadata.data_release_maintenance_plan == "Deleted 90 days after it was written."
    (files,) = metadata.file_sets
    assert (files.includes, files.encoding_formats) == (["clicks/v1/**"], ["application/vnd.apache.parquet"])
    (records,) = metadata.record_sets
    assert [(field.name, field.data_type, field.is_array) for field in records.fields] == [
        ("user_id", bytes, None),
        ("time", pd.Timestamp, None),
        ("ranks", np.float32, True),
        ("price", float, None),
        ("shape", bytes, None),
    ]
    assert records.fields[0].source.extract.column == "user_id"


def test_what_it_was_made_from_is_told_in_prov() -> None:
    assert CLICKS["prov:wasDerivedFrom"] == [{"@id": "urn:trunkline:acme-ml:source:feed"}]
    assert DOCUMENTS["dataset:anonymous"]["prov:wasDerivedFrom"] == [
        {"@id": CLICKS["@id"]},
        {"@id": "urn:trunkline:acme-ml:endpoint:rank"},
    ]
    assert DOCUMENTS["dataset:anonymous"]["prov:wasGeneratedBy"] == [
        {"@type": "prov:Activity", "prov:label": "k-anonymity (k=10)", "prov:wasAssociatedWith": "arx 3.9"}
    ]


def constraints(document: Mapping[str, Any], action: str) -> dict[tuple[str, str], Any]:
    offer = next(item for item in document["usageInfo"] if "odrl:Offer" in item["@type"])
    (permission,) = [
        each for each in offer["odrl:permission"] if each["odrl:action"] == {"@id": f"odrl:{action}"}
    ]
    return {
        (each["odrl:leftOperand"]["@id"], each["odrl:operator"]["@id"]): each["odrl:rightOperand"]
        for each in permission["odrl:constraint"]
    }


def test_the_conditions_are_those_that_hold_with_all_that_is_inherited() -> None:
    store, use = constraints(CLICKS, "archive"), constraints(CLICKS, "use")

    assert "DE" in store["odrl:spatial", "odrl:isAnyOf"]  # the source allows the EU, the dataset not France
    assert "FR" not in store["odrl:spatial", "odrl:isAnyOf"]
    assert store["odrl:spatial", "odrl:isNoneOf"] == ["FR"]
    assert store["odrl:elapsedTime", "odrl:lteq"]["@value"] == "P90D"
    assert use == {
        ("odrl:spatial", "odrl:isAnyOf"): ["DE", "NL"],
        ("odrl:purpose", "odrl:isAnyOf"): ["evaluation", "training"],
    }
    assert [
        item["name"] for item in CLICKS["usageInfo"] if item.get("additionalType") == croissant.CONSENT
    ] == ["consent register 7"]


def test_no_purpose_at_all_is_a_condition_and_not_the_absence_of_one() -> None:
    (document,) = croissant.documents(graph(node("Dataset", "a", {"purposes": []})), HEADER).values()

    assert constraints(document, "use") == {("odrl:purpose", "odrl:isAnyOf"): []}


def test_nothing_is_made_up_for_a_dataset_that_says_nothing() -> None:
    bare = DOCUMENTS["dataset:bare"]

    assert set(bare) == {
        "@context",
        "@type",
        "@id",
        "conformsTo",
        "name",
        "description",
        "url",
        "datePublished",
    }
    assert bare["datePublished"] == "2026-11-23"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("int64", ("cr:Int64", False)),
        ("DOUBLE", ("cr:Float64", False)),
        ("varchar(18)", ("sc:Text", False)),
        ("decimal(10, 2)", ("sc:Float", False)),
        ("array<float32>", ("cr:Float32", True)),
        ("array<array<date>>", ("sc:Date", True)),
        ("geometry", ("sc:Text", False)),
        ("array<", ("sc:Text", False)),
    ],
)
def test_types_are_those_of_croissant(name: str, expected: tuple[str, bool]) -> None:
    assert croissant.type_of(name) == expected


@pytest.mark.parametrize(
    ("licence", "expected"),
    [
        ("CC-BY-4.0", ["https://spdx.org/licenses/CC-BY-4.0"]),
        ("MIT OR Apache-2.0", ["MIT OR Apache-2.0"]),
        ("LicenseRef-acme", ["LicenseRef-acme"]),
        ("not a licence (", None),
    ],
)
def test_a_licence_of_the_list_is_a_link(licence: str, expected: list[str] | None) -> None:
    (document,) = croissant.documents(graph(node("Dataset", "a", {"license": licence})), HEADER).values()

    assert document.get("license") == expected


def test_odd_names_give_files_that_stay_where_they_are_written() -> None:
    names = ["../../etc/passwd", "a b", "x" * 500, "x" * 501]
    nodes = [node("Dataset", f"n{index}", {"node": f"dataset:{name}"}) for index, name in enumerate(names)]

    files = write(graph(*nodes), "croissant", HEADER)

    assert len(files) == len(names)
    assert all("/" not in name and len(name) < 255 for name in files)
