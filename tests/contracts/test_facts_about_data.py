"""Facts that rules and builders keep apart, since neither imports the other, are the same facts."""

import json
import tomllib
from pathlib import Path
from typing import Any, get_args

import pytest

from policies.linkage import declarations, regions
from policies.linkage.vocabulary import CODES, Confidentiality, RiskTier
from stacks import gate
from stacks.declarations import declarations as declared
from stacks.spec import lineage, load, words

ROOT = Path(__file__).resolve().parents[2]


def toml(*path: str) -> dict[str, Any]:
    return tomllib.loads(ROOT.joinpath(*path).read_text("utf-8"))


@pytest.mark.parametrize("provider", ["aws", "azure"])
def test_a_region_lies_in_one_country(provider: str) -> None:
    rules, builders = (
        toml("policies", "linkage", "tables", "regions.toml"),
        toml("components", "site", "regions.toml"),
    )
    assert rules[provider] == builders[provider]


def test_every_region_that_a_site_may_be_in_has_a_country() -> None:
    aws = json.loads((ROOT / "stacks/spec/data/aws_regions.json").read_text("utf-8"))["regions"]
    azure = json.loads((ROOT / "stacks/spec/data/azure_locations.json").read_text("utf-8"))
    # Where the regions of intelligence services are is not published.
    public = [name for name, entry in aws.items() if "iso" not in entry["partition"]]
    assert [name for name in public if regions.country_of("aws", name) is None] == []
    assert [name for name in azure["clouds"]["AzureCloud"] if regions.country_of("azure", name) is None] == []


def test_countries_and_groups_are_those_of_the_platform_file() -> None:
    listed = json.loads((ROOT / "stacks/spec/data/countries.json").read_text("utf-8"))["countries"]
    assert set(listed) == regions.COUNTRIES
    assert set(words.GROUPS) == set(regions.GROUPS)


def test_paired_regions_are_regions() -> None:
    table = toml("policies", "linkage", "tables", "regions.toml")
    assert {*table["azure_pairs"], *table["azure_pairs"].values()} <= set(table["azure"])
    for members in regions.GROUPS.values():
        assert members <= regions.COUNTRIES
    assert regions.GROUPS["EU"] < regions.GROUPS["EEA"]


@pytest.mark.parametrize(
    ("of_the_file", "of_the_rules"),
    [
        (lineage.Purpose, declarations.WORDS["purposes"]),
        (lineage.Method, declarations.WORDS["methods"]),
        (lineage.Technology, declarations.WORDS["technologies"]),
        (lineage.Stage, declarations.WORDS["stages"]),
        (lineage.Code, CODES),
        (lineage.Confidentiality, {str(level) for level in Confidentiality}),
        (lineage.RiskTier, {str(tier) for tier in RiskTier}),
    ],
    ids=lambda value: None if isinstance(value, set | frozenset) else "",
)
def test_a_word_of_the_platform_file_is_one_that_rules_read(of_the_file: Any, of_the_rules: set[str]) -> None:
    assert set(get_args(of_the_file)) == set(of_the_rules)


@pytest.mark.parametrize(
    "file", sorted((ROOT / "stacks" / "platforms").glob("*.yaml")), ids=lambda file: file.stem
)
def test_what_a_platform_declares_keeps_to_the_vocabulary(file: Path) -> None:
    found = gate.resources(declared(load(file)))
    assert [
        f"{item.name}.{problem.view.path}: {problem.wrong}"
        for item in found
        for problem in declarations.problems(item)
    ] == []
