"""SPDX: the profiles' rules hold, declared and concluded licences differ where they should."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from policies.linkage.exports import spdx
from tests.policies.linkage.exports.declared import BARE, FEED, GRAPH, HEADER, graph, node

DOCUMENT = spdx.document(GRAPH, HEADER)


def urn(name: str) -> str:
    return f"urn:trunkline:acme-ml:{name}"


def element(name: str, document: Mapping[str, Any] = DOCUMENT) -> Mapping[str, Any]:
    return next(each for each in document["@graph"] if each.get("spdxId") == urn(name))


def related(name: str, kind: str) -> list[str]:
    return [
        to
        for each in DOCUMENT["@graph"]
        if each.get("from") == urn(name) and each["relationshipType"] == kind
        for to in each["to"]
    ]


def expression(licence: str) -> str:
    if licence.startswith("expandedlicensing"):
        return licence
    return next(each for each in DOCUMENT["@graph"] if each.get("spdxId") == licence)[
        "simplelicensing_licenseExpression"
    ]


def test_every_package_has_exactly_one_declared_and_one_concluded_licence() -> None:
    """What the AI and Dataset profiles of 3.0.1 ask for under "Profile conformance"."""
    packages = [each["spdxId"] for each in DOCUMENT["@graph"] if "Package" in each["type"]]
    licensed = Counter(
        (each["from"], each["relationshipType"])
        for each in DOCUMENT["@graph"]
        if each["type"] == "Relationship" and len(each["to"]) == 1
    )

    assert len(packages) == 9
    for package in packages:
        assert licensed[package, "hasDeclaredLicense"] == 1
        assert licensed[package, "hasConcludedLicense"] == 1


def test_what_is_declared_and_what_follows_are_told_apart() -> None:
    assert [expression(to) for to in related("model:ranker", "hasDeclaredLicense")] == [
        "expandedlicensing_NoAssertionLicense"
    ]
    assert [expression(to) for to in related("model:ranker", "hasConcludedLicense")] == [
        "Apache-2.0 AND CC-BY-4.0 AND LicenseRef-acme"
    ]
    assert [expression(to) for to in related("model:base", "hasDeclaredLicense")] == ["Apache-2.0"]
    # Made from something that nobody declared: nobody can conclude anything.
    assert related("dataset:late", "hasConcludedLicense") == ["expandedlicensing_NoAssertionLicense"]


def test_a_licence_is_not_concluded_from_a_part_of_what_data_was_made_from() -> None:
    inputs = [{"node": name, "edge": "derivedFrom"} for name in ("source:feed", "dataset:bare")]
    mixed = node("Dataset", "mixed", {"node": "dataset:mixed", "inputs": inputs})
    document = spdx.document(graph(FEED, BARE, mixed), HEADER)

    assert element("relationship:dataset:mixed:hasConcludedLicense", document)["to"] == [
        "expandedlicensing_NoAssertionLicense"
    ]


@pytest.mark.parametrize(
    ("name", "kind", "others"),
    [
        ("model:ranker", "trainedOn", ["featureView:seven-days"]),
        ("model:ranker", "testedOn", ["dataset:anonymous"]),
        ("model:ranker", "descendantOf", ["model:base"]),
        ("dataset:clicks", "descendantOf", ["source:feed"]),
        ("dataset:anonymous", "descendantOf", ["dataset:clicks"]),
        ("endpoint:rank", "dependsOn", ["featureView:seven-days", "model:ranker"]),
        ("endpoint:rank", "generates", ["dataset:anonymous"]),
        ("dataset:bare", "descendantOf", []),
        ("dataset:late", "descendantOf", []),
    ],
)
def test_the_edges_of_the_graph_are_relationships(name: str, kind: str, others: list[str]) -> None:
    assert related(name, kind) == [urn(other) for other in others]


def test_a_dataset_is_described_in_the_words_of_its_profile() -> None:
    clicks, anonymous = element("dataset:clicks"), element("dataset:anonymous")

    assert clicks["dataset_datasetType"] == ["structured"]
    assert clicks["dataset_confidentialityLevel"] == "red"
    assert clicks["dataset_hasSensitivePersonalInformation"] == "yes"
    assert clicks["dataset_knownBias"] == ["Mostly desktop."]
    assert clicks["builtTime"] == "2026-10-31T00:00:00Z"
    assert clicks["verifiedUsing"] == [{"type": "Hash", "algorithm": "sha256", "hashValue": "b" * 64}]
    assert anonymous["dataset_anonymizationMethodUsed"] == ["k-anonymity"]
    assert anonymous["dataset_hasSensitivePersonalInformation"] == "no"
    assert element("dataset:bare")["dataset_hasSensitivePersonalInformation"] == "noAssertion"
    assert "dataset_confidentialityLevel" not in element("dataset:bare")


def test_no_level_of_confidentiality_is_told_more_openly_than_it_is() -> None:
    """Of the Traffic Light Protocol, only what is clear may leave the organisation without asking."""
    order = ["clear", "green", "amber", "red"]
    levels = [
        element("dataset:a", spdx.document(graph(_held(level)), HEADER))["dataset_confidentialityLevel"]
        for level in ("public", "internal", "confidential", "restricted")
    ]

    assert levels[0] == "clear"
    assert all(order.index(level) >= order.index("amber") for level in levels[1:])
    assert sorted(levels, key=order.index) == levels


def _held(level: str) -> Any:
    return node("Dataset", "a", {"node": "dataset:a", "confidentiality": level})


def test_a_model_is_described_in_the_words_of_its_profile() -> None:
    model = element("model:ranker")

    assert model["type"] == "ai_AIPackage"
    assert model["ai_safetyRiskAssessment"] == "high"
    assert model["ai_useSensitivePersonalInformation"] == "yes"
    assert model["ai_informationAboutTraining"] == "Trained at aws, eu-central-1, DE"
    assert model["suppliedBy"] == urn("organization:ranking")
    assert element("model:base")["suppliedBy"] == urn("organization:Models%20Inc")


def test_the_document_names_all_that_is_in_it() -> None:
    document = element("document")

    assert set(document["element"]) == {
        each["spdxId"] for each in DOCUMENT["@graph"] if each["type"] not in {"CreationInfo", "SpdxDocument"}
    }
    assert {"ai", "dataset"} <= set(document["profileConformance"])
