"""What a contract of the Open Data Contract Standard supplies."""

from pathlib import Path
from typing import Any

import pytest

from stacks.spec import Document, load
from stacks.spec.lineage import Dataset
from tests.stacks.imports.platforms import ODCS, changed, platform

SLA = "  - {property: retention, value: 3, unit: y, element: clicks.time}\n"


def loaded(folder: Path, contract: str = ODCS, **said: Any) -> tuple[Document, Dataset]:
    document = load(platform(folder, contract, **said))
    (dataset,) = document.platform.datasets.values()
    return document, dataset


def said_by(dataset: Dataset) -> dict[str, Any]:
    return dataset.model_dump(by_alias=True, mode="json", exclude_unset=True)


def test_it_supplies_what_the_platform_file_does_not_say(tmp_path: Path) -> None:
    _, dataset = loaded(tmp_path)

    assert said_by(dataset) == {
        "store": "raw",
        "contract": "contracts/clicks.contract",
        "schema": "contracts/clicks.contract",
        "about": "One row for each click.",
        "version": "2.1.0",
        "license": "CC-BY-4.0",
        "owner": {"team": "click-stream", "contact": "clicks@acme.example"},
        "retention": "1095d",
        "confidentiality": "restricted",
        "purposes": ["training", "evaluation"],
        "storageForbidden": ["US"],
        "quality": {
            "limitations": "Bots are not removed. Not for billing.",
            "gaps": "No time is missing.",
        },
    }


def test_it_supplies_the_fields(tmp_path: Path) -> None:
    document, dataset = loaded(tmp_path)

    assert dataset.fields_file is not None
    assert [
        (field.name, field.type, field.nullable, field.unit, field.description)
        for field in document.fields[dataset.fields_file].fields
    ] == [
        ("user_id", "string", False, None, "Who clicked."),
        ("time", "timestamp", False, "ms", None),
        ("ranks", "array<number>", True, None, None),
        ("place", "object", True, None, None),
        ("place.city", "string", True, None, None),
    ]


def test_what_the_platform_file_says_wins(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text("fields:\n  - {name: only, type: int64}\n", encoding="utf-8")
    document, dataset = loaded(
        tmp_path,
        about="Ours.",
        version="9",
        retention="30d",
        purposes=["training"],
        schema="own.yaml",
        owner={"team": "ml", "contact": "ml@acme.example"},
        license="CC-BY-4.0 AND LicenseRef-acme",
    )

    assert (dataset.about, dataset.version, dataset.license) == (
        "Ours.",
        "9",
        "CC-BY-4.0 AND LicenseRef-acme",
    )
    assert said_by(dataset)["retention"] == "30d"
    assert dataset.purposes == ["training"]
    assert [field.name for field in document.fields["own.yaml"].fields] == ["only"]


def test_a_rule_about_fields_knows_those_of_a_contract(tmp_path: Path) -> None:
    view = "features:\n  seven: {reads: [clicks], site: aws, expects: {clicks: [time, place.city]}}\n"

    assert load(platform(tmp_path, ODCS, rest=view)).platform.features["seven"].expects


def test_the_nodes_declare_what_the_contract_supplies(tmp_path: Path) -> None:
    from stacks.declarations import declarations  # noqa: PLC0415 - the other tests need the loader alone

    document, _ = loaded(tmp_path)
    (node,) = declarations(document)

    assert node.properties["license"] == "CC-BY-4.0"
    assert node.properties["retentionDays"] == 1095
    assert node.properties["schema"]["fields"][1] == {
        "name": "time",
        "type": "timestamp",
        "unit": "ms",
        "nullable": False,
    }
    assert "contract" not in node.properties


@pytest.mark.parametrize(
    ("promises", "days"),
    [
        ("  - {property: retention, value: 3, unit: y}\n", "1095d"),
        ("  - {property: RE, value: '90', unit: days}\n", "90d"),
        ("  - {property: retention, value: 1.5, unit: w}\n", "10d"),
        # The shortest counts, and what concerns another table does not.
        (
            "  - {property: retention, value: 1, unit: w}\n  - {property: retention, value: 9, unit: d}\n",
            "7d",
        ),
        ("  - {property: latency, value: 3, unit: d}\n", None),
    ],
)
def test_retention_is_told_in_days(tmp_path: Path, promises: str, days: str | None) -> None:
    _, dataset = loaded(tmp_path, changed(ODCS, (SLA, promises)))

    assert said_by(dataset).get("retention") == days


def test_of_several_tables_the_one_with_the_name_of_the_dataset_counts(tmp_path: Path) -> None:
    more = (
        "  - name: billing\n"
        "    physicalName: user-bills\n"
        "    properties: [{name: sum, logicalType: number, classification: internal}]\n"
        "team:\n"
    )
    two = changed(
        ODCS,
        ("team:\n", more),
        (SLA, SLA + "  - {property: retention, value: 1, unit: d, element: billing.sum}\n"),
    )

    _, clicks = loaded(tmp_path, two)
    document, billing = loaded(tmp_path, two, called="user-bills")

    assert (clicks.confidentiality, said_by(clicks)["retention"]) == ("restricted", "1095d")
    assert (billing.confidentiality, said_by(billing)["retention"]) == ("internal", "1d")
    assert billing.fields_file is not None
    assert [field.name for field in document.fields[billing.fields_file].fields] == ["sum"]


@pytest.mark.parametrize(
    ("changes", "level"),
    [
        ([], "restricted"),
        ([("classification: restricted", "classification: Internal")], "confidential"),
        # A column that does not say may be held more closely; nothing is closer than restricted.
        ([("        classification: internal\n", "")], "restricted"),
        (
            [
                ("        classification: internal\n", ""),
                ("classification: restricted", "classification: public"),
            ],
            None,
        ),
        # What a part of a column says counts too.
        (
            [
                ("classification: restricted", "classification: public"),
                ("{name: city,", "{name: city, classification: restricted,"),
            ],
            "restricted",
        ),
    ],
)
def test_a_table_is_held_as_closely_as_its_closest_column(
    tmp_path: Path, changes: list[tuple[str, str]], level: str | None
) -> None:
    _, dataset = loaded(tmp_path, changed(ODCS, *changes))

    assert dataset.confidentiality == level


@pytest.mark.parametrize(
    ("changes", "owner"),
    [
        ([('url: "mailto:clicks@acme.example"', "scope: issues")], None),
        (
            [("channel: clicks", "channel: help@acme.example"), (', url: "mailto:clicks@acme.example"', "")],
            "help@",
        ),
        ([("tool: email", "tool: slack"), ("username: ada", "username: ada@acme.example")], "ada@"),
        ([("  name: Click Stream\n", "")], None),
    ],
)
def test_an_owner_is_a_team_and_an_address(
    tmp_path: Path, changes: list[tuple[str, str]], owner: str | None
) -> None:
    _, dataset = loaded(tmp_path, changed(ODCS, *changes))

    assert (dataset.owner.contact if dataset.owner else None) == (f"{owner}acme.example" if owner else None)


def test_the_team_of_version_3_0_is_a_list(tmp_path: Path) -> None:
    old = changed(
        ODCS,
        ("v3.1.0", "v3.0.2"),
        ("  name: Click Stream\n  members:\n    - {username: ada, role: Owner}\n", "  - {username: ada}\n"),
    )

    assert loaded(tmp_path, old)[1].owner is None


def test_texts_on_many_lines_become_one_and_long_ones_end(tmp_path: Path) -> None:
    long = "word " * 400
    _, dataset = loaded(tmp_path, changed(ODCS, ("One row for each click.", f'"{long}"')))

    assert dataset.about is not None
    assert len(dataset.about) <= 1000
    assert dataset.about.endswith("word…")


def test_a_custom_property_is_read_like_the_key_of_its_name(tmp_path: Path) -> None:
    custom = (
        "customProperties:\n"
        "  - {property: confidentiality, value: restricted}\n"
        "  - {property: classification, value: {contains: [pi], evaluated: [all]}}\n"
        "  - {property: license, value: 'https://spdx.org/licenses/CC-BY-4.0.html'}\n"
        "  - {property: store, value: elsewhere}\n"
    )
    _, dataset = loaded(
        tmp_path, changed(ODCS, ("customProperties:\n  - {property: p", custom + "  - {property: p"))
    )

    assert dataset.classification is not None
    assert dataset.classification.evaluated == ["all"]
    assert dataset.license == "CC-BY-4.0"
    assert dataset.store == "raw"  # where data lies is for the platform file alone


def test_placeholders_in_a_query_are_nobodys_business(tmp_path: Path) -> None:
    assert "${object}" in ODCS
    assert loaded(tmp_path)[1].version == "2.1.0"
