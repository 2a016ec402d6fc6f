"""What Croissant can say survives an export and the import of it by another platform."""

from pathlib import Path
from typing import Any

from policies import linkage
from policies.engine import Inventory
from policies.linkage.exports import Header, write
from stacks import gate
from stacks.declarations import declarations
from stacks.spec import load
from tests.policies.linkage.exports.declared import HEADER
from tests.stacks.imports.platforms import platform

FIELDS = """\
fields:
  - {name: user_id, type: string, nullable: true}
  - {name: time, type: timestamp, unit: ms, nullable: true}
  - {name: ranks, type: array<float32>, nullable: true}
  - {name: clicks, type: int64, nullable: true}
"""
SAID: dict[str, Any] = {
    "about": "Clicks, one row each.",
    "version": "3",
    "digest": "sha256:" + "a" * 64,
    "license": "CC-BY-4.0",
    "classification": {"contains": ["pi", "spi"]},
    "purposes": ["evaluation", "training"],
    "consents": ["register 7"],
    "storageAllowed": ["DE", "NL"],
    "storageForbidden": ["US"],
    "processingIncluded": ["DE"],
    "retention": "90d",
    "method": ["feeds"],
    "date": "2026-10-31",
    "format": ["application/vnd.apache.parquet"],
    "quality": {"limitations": "Bots are not removed.", "biases": "Mostly desktop.", "gaps": "June."},
}


def export(file: Path, header: Header = HEADER) -> str:
    graph = linkage.of(Inventory(gate.resources(declarations(load(file)))))
    return write(graph, "croissant", header)["clicks.croissant.json"]


def test_an_export_is_a_contract(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    (first / "fields.yaml").write_text(FIELDS, encoding="utf-8")
    original = platform(first, "", **SAID, schema="fields.yaml", contract=None)
    document = load(platform(second, export(original)))

    dataset = document.platform.datasets["clicks"]
    told = dataset.model_dump(by_alias=True, mode="json", exclude_unset=True)
    assert {key: told[key] for key in SAID} == SAID
    assert dataset.fields_file is not None
    assert document.fields[dataset.fields_file].fields == load(original).fields["fields.yaml"].fields
    assert set(told) - set(SAID) == {"store", "contract", "schema"}


def test_a_second_export_says_the_same_as_the_first(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    (first / "fields.yaml").write_text(FIELDS, encoding="utf-8")
    once = export(platform(first, "", **SAID, schema="fields.yaml", contract=None))
    twice = export(platform(second, once))

    assert twice == once
