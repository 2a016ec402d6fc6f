"""What a Croissant file supplies, whatever words it uses for the terms of the standard."""

import json
from pathlib import Path
from typing import Any

import pytest

from stacks.spec import Document, load
from stacks.spec.lineage import Dataset
from tests.policies.linkage.exports import judges
from tests.stacks.imports.platforms import CROISSANT, croissant, platform


def loaded(folder: Path, contract: str = CROISSANT, **said: Any) -> tuple[Document, Dataset]:
    document = load(platform(folder, contract, **said))
    (dataset,) = document.platform.datasets.values()
    return document, dataset


def said_by(dataset: Dataset) -> dict[str, Any]:
    return dataset.model_dump(by_alias=True, mode="json", exclude_unset=True)


def test_the_example_is_one_to_the_standards_own_library() -> None:
    judges.croissant(CROISSANT)


def test_it_supplies_what_the_platform_file_does_not_say(tmp_path: Path) -> None:
    document, dataset = loaded(tmp_path)

    assert said_by(dataset) == {
        "store": "raw",
        "contract": "contracts/clicks.contract",
        "schema": "contracts/clicks.contract",
        "about": "Clicks 🥐 on result pages.",
        "version": "2.1.0",
        "live": True,
        "license": "CC-BY-4.0",
        "owner": {"team": "click-stream", "contact": "clicks@acme.example"},
        "date": "2026-10-31",
        "format": ["application/x-parquet"],
        "classification": {"contains": ["pi"]},
        "purposes": ["training", "evaluation"],
        "storageAllowed": ["DE", "NL"],
        "retention": "90d",
        "quality": {"limitations": "Bots are not removed.; Not for billing.", "biases": "Mostly desktop."},
    }
    assert dataset.fields_file is not None
    assert [
        (field.name, field.type, field.nullable, field.unit, field.description)
        for field in document.fields[dataset.fields_file].fields
    ] == [
        ("user_id", "string", True, None, "Who clicked."),
        ("time", "timestamp", True, "ms", None),
        ("ranks", "array<float32>", True, None, None),
        ("place", "object", True, None, None),
        ("place.city", "string", True, None, None),
    ]


@pytest.mark.parametrize(
    ("context", "words"),
    [
        ({"sc": "http://schema.org/", "dct": "http://purl.org/dc/terms/"}, ("sc:license", "dct:conformsTo")),
        (
            {"@vocab": "http://schema.org/", "c": {"@id": "d:conformsTo"}, "d": "https://purl.org/dc/terms/"},
            ("license", "c"),
        ),
        ({}, ("https://schema.org/license", "http://purl.org/dc/terms/conformsTo")),
        (
            {"terms": "s:license", "s": "https://www.schema.org/"},
            ("terms", "http://purl.org/dc/terms/conformsTo"),
        ),
    ],
)
def test_a_term_is_found_under_any_word_for_it(
    tmp_path: Path, context: dict[str, Any], words: tuple[str, str]
) -> None:
    licence, conforms = words
    document = {
        "@context": context,
        "@type": "https://schema.org/Dataset",
        conforms: "https://mlcommons.org/croissant/1.0/",
        licence: {"@id": "https://creativecommons.org/licenses/by-nc/4.0/"},
    }

    assert loaded(tmp_path, json.dumps(document))[1].license == "CC-BY-NC-4.0"


@pytest.mark.parametrize(
    ("licence", "expected"),
    [
        ("mit", "MIT"),
        (["MIT", "https://spdx.org/licenses/CC-BY-4.0"], "MIT AND CC-BY-4.0"),
        ({"name": "Apache", "url": "https://www.apache.org/licenses/LICENSE-2.0"}, "Apache-2.0"),
        ("https://acme.example/terms", "LicenseRef-acme.example-terms"),
        ("all rights reserved", "LicenseRef-all-rights-reserved"),
        (None, None),
    ],
)
def test_a_licence_is_an_expression_and_never_lost(
    tmp_path: Path, licence: Any, expected: str | None
) -> None:
    assert loaded(tmp_path, croissant(license=licence))[1].license == expected


def offer(action: str, left: str, operator: str, *right: Any, **more: Any) -> dict[str, Any]:
    constraint = {"odrl:leftOperand": {"@id": f"odrl:{left}"}, "odrl:operator": {"@id": f"odrl:{operator}"}}
    permission = {
        "odrl:action": {"@id": f"odrl:{action}"},
        "odrl:constraint": {**constraint, "odrl:rightOperand": list(right)},
    }
    return {"@type": "odrl:Offer", "name": "house rules", "odrl:permission": permission, **more}


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (offer("use", "spatial", "isAnyOf", "DE"), {"processingIncluded": ["DE"]}),
        (offer("use", "spatial", "isNoneOf", "US"), {"processingExcluded": ["US"]}),
        (offer("archive", "spatial", "eq", "DE"), {"storageAllowed": ["DE"]}),
        (offer("use", "purpose", "isAnyOf", "research"), {"purposes": ["research"]}),
        (offer("archive", "elapsedTime", "lteq", "P30D"), {"retention": "30d"}),
        (
            [offer("use", "spatial", "isAnyOf", "DE", "NL"), offer("use", "spatial", "isAnyOf", "NL", "FR")],
            {"processingIncluded": ["NL"]},
        ),
        ({"@type": "DefinedTerm", "termCode": "DUO_0000042"}, {"purposes": ["research"]}),
        (
            {"@type": "DefinedTerm", "url": "http://purl.obolibrary.org/obo/DUO_0000007"},
            {"purposes": ["research"]},
        ),
        # What has no word here is a licence that nobody knows.
        ({"@type": "DefinedTerm", "termCode": "DUO_0000018"}, {"license": "MIT AND LicenseRef-DUO-0000018"}),
        (offer("use", "spatial", "isAnyOf", "the moon"), {"license": "MIT AND LicenseRef-house-rules"}),
        (offer("sell", "spatial", "isAnyOf", "DE"), {"license": "MIT AND LicenseRef-house-rules"}),
        (offer("archive", "elapsedTime", "lteq", "P1M"), {"license": "MIT AND LicenseRef-house-rules"}),
        (
            offer(
                "use", "purpose", "isAnyOf", "research", **{"odrl:prohibition": {"odrl:action": "odrl:sell"}}
            ),
            {"purposes": ["research"], "license": "MIT AND LicenseRef-house-rules"},
        ),
        ("https://acme.example/rules", {"license": "MIT AND LicenseRef-acme.example-rules"}),
        (
            {"@type": "sc:CreativeWork", "additionalType": "urn:trunkline:consent", "name": "register 7"},
            {"consents": ["register 7"]},
        ),
    ],
)
def test_conditions_of_use_are_kept(tmp_path: Path, usage: Any, expected: dict[str, Any]) -> None:
    plain = {"license": "MIT", "usageInfo": usage, "rai:dataUseCases": None}
    _, dataset = loaded(tmp_path, croissant(**plain))
    conditions = {"license", "purposes", "retention", "consents"} | {
        "storageAllowed",
        "storageForbidden",
        "processingIncluded",
        "processingExcluded",
    }

    assert {key: value for key, value in said_by(dataset).items() if key in conditions} == {
        "license": "MIT",
        **expected,
    }


@pytest.mark.parametrize(
    ("texts", "codes"),
    [(["pi: Personal Information (PI)", "spi"], ["pi", "spi"]), ("Gender, age", None), (None, None)],
)
def test_a_text_without_a_code_supplies_none(tmp_path: Path, texts: Any, codes: list[str] | None) -> None:
    _, dataset = loaded(tmp_path, croissant(**{"rai:personalSensitiveInformation": texts}))

    assert (dataset.classification.contains if dataset.classification else None) == codes


@pytest.mark.parametrize(
    ("changes", "digest"),
    [
        (
            {"distribution": [{"@type": "cr:FileObject", "@id": "a", "sha256": "a" * 64}]},
            "sha256:" + "a" * 64,
        ),
        ({"distribution": [{"@id": "a", "sha256": "a" * 64}, {"@id": "b", "sha256": "b" * 64}]}, None),
        (
            {"distribution": [{"@id": "a", "sha256": "https://github.com/mlcommons/croissant/issues/80"}]},
            None,
        ),
        ({"identifier": "sha256:" + "c" * 64}, "sha256:" + "c" * 64),
    ],
)
def test_a_digest_is_that_of_all_the_data(
    tmp_path: Path, changes: dict[str, Any], digest: str | None
) -> None:
    assert loaded(tmp_path, croissant(**changes))[1].digest == digest


@pytest.mark.parametrize("kind", ["cr:Split", "sc:Enumeration"])
def test_a_record_set_that_only_lists_values_is_not_the_data(tmp_path: Path, kind: str) -> None:
    listing = {"@id": "values", "dataType": kind, "field": [{"@id": "values/name", "dataType": "sc:Text"}]}
    rows = {"@id": "rows", "field": [{"@id": "rows/sum", "dataType": "sc:Float"}]}
    document, dataset = loaded(tmp_path, croissant(recordSet=[listing, rows]))

    assert dataset.fields_file is not None
    assert [field.name for field in document.fields[dataset.fields_file].fields] == ["sum"]


def test_a_creator_is_no_owner(tmp_path: Path) -> None:
    creator = {"@type": "sc:Organization", "name": "Feeds", "email": "feeds@acme.example"}

    assert loaded(tmp_path, croissant(maintainer=None, creator=creator))[1].owner is None


def test_a_text_in_several_languages_is_read_in_english(tmp_path: Path) -> None:
    texts = {"de": "Klicks", "en": "Clicks"}

    assert loaded(tmp_path, croissant(description=texts))[1].about == "Clicks"
    assert loaded(tmp_path, croissant(description={"de": "Klicks"}))[1].about == "Klicks"
