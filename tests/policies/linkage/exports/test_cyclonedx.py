"""CycloneDX: a model's card names its data, and the dependencies are those of the graph."""

import copy
import uuid
from collections.abc import Mapping
from typing import Any

from policies.linkage.exports import cyclonedx
from tests.policies.linkage.exports.declared import BARE, GRAPH, HEADER, graph, node

BOM = cyclonedx.document(GRAPH, HEADER)


def urn(name: str) -> str:
    return f"urn:trunkline:acme-ml:{name}"


def part(name: str) -> Mapping[str, Any]:
    return next(each for each in [*BOM["components"], *BOM["services"]] if each["bom-ref"] == urn(name))


def test_a_model_is_a_model_with_a_card() -> None:
    model = part("model:ranker")

    assert model["type"] == "machine-learning-model"
    assert model["hashes"] == [{"alg": "SHA-256", "content": "e" * 64}]
    assert model["externalReferences"] == [{"type": "model-card", "url": "https://acme.example/cards/ranker"}]
    card = model["modelCard"]
    assert card["modelParameters"]["datasets"] == [{"ref": urn("featureView:seven-days")}]
    assert card["considerations"]["useCases"] == ["Order search results."]
    assert "dataset clicks: No bots removed." in card["considerations"]["technicalLimitations"]
    assert {"name": "Risk tier high (Regulation (EU) 2024/1689)"} in card["considerations"][
        "ethicalConsiderations"
    ]
    assert {"name": "trunkline:testedOn", "value": urn("dataset:anonymous")} in card["properties"]
    assert {"name": "trunkline:signature:identity", "value": "ci@acme.example"} in card["properties"]


def test_a_model_descends_from_the_model_that_its_training_began_with() -> None:
    (ancestor,) = part("model:ranker")["pedigree"]["ancestors"]

    assert (ancestor["name"], ancestor["version"]) == ("base", "7")
    assert {"name": "trunkline:ref", "value": urn("model:base")} in ancestor["properties"]


def test_a_dataset_says_who_governs_it_and_what_is_inside() -> None:
    clicks = part("dataset:clicks")
    (data,) = clicks["data"]

    assert data["classification"] == "confidential"
    assert data["sensitiveData"] == ["pi"]
    (owner,) = data["governance"]["owners"]
    assert owner["organization"]["name"] == "clickstream"
    assert {"name": "trunkline:field:time", "value": "timestamp"} in data["contents"]["properties"]
    assert clicks["licenses"] == [
        {"expression": "CC-BY-4.0 AND LicenseRef-acme", "acknowledgement": "declared"}
    ]
    assert {"name": "trunkline:effective:retentionDays", "value": "90"} in clicks["properties"]


def test_a_licence_that_nobody_declared_is_concluded_and_one_that_nobody_knows_is_left_out() -> None:
    assert part("dataset:anonymous")["licenses"] == [
        {"expression": "Apache-2.0 AND CC-BY-4.0 AND LicenseRef-acme", "acknowledgement": "concluded"}
    ]
    assert "licenses" not in part("dataset:late")
    assert "licenses" not in part("dataset:bare")


def test_an_open_classification_is_not_called_public() -> None:
    assert "classification" not in part("dataset:bare")["data"][0]
    assert part("endpoint:rank")["data"] == [{"flow": "outbound", "classification": "confidential"}]
    reads = node("Endpoint", "e", {"inputs": [{"node": "dataset:bare", "edge": "readsFrom"}]})
    (service,) = cyclonedx.document(graph(BARE, reads), HEADER)["services"]
    assert service["data"] == [{"flow": "outbound", "classification": "unknown"}]


def test_dependencies_are_those_of_the_graph_with_trainings_seen_through() -> None:
    found = {entry["ref"]: entry["dependsOn"] for entry in BOM["dependencies"]}

    assert found == {
        urn(name): [urn(other) for other in others]
        for name, others in {
            "source:feed": [],
            "dataset:clicks": ["source:feed"],
            "dataset:anonymous": ["dataset:clicks", "endpoint:rank"],
            "dataset:bare": [],
            "dataset:late": [],
            "featureView:seven-days": ["dataset:clicks"],
            "model:base": [],
            "model:ranker": ["featureView:seven-days", "model:base"],
            "endpoint:rank": ["featureView:seven-days", "model:ranker"],
        }.items()
    }


def test_an_endpoint_is_a_service_across_the_boundary_of_trust() -> None:
    service = part("endpoint:rank")

    assert service["authenticated"] is True
    assert service["x-trust-boundary"] is True
    (open_one,) = cyclonedx.document(graph(node("Endpoint", "e", {})), HEADER)["services"]
    assert open_one["authenticated"] is False


def test_the_serial_number_follows_from_the_content() -> None:
    again = cyclonedx.document(GRAPH, HEADER)
    other = cyclonedx.document(graph(node("Model", "m", {})), HEADER)

    assert copy.deepcopy(again) == BOM
    assert uuid.UUID(BOM["serialNumber"]).version == 5
    assert other["serialNumber"] != BOM["serialNumber"]


def test_trainings_that_read_each_others_models_in_a_circle_are_told_once() -> None:
    made = [
        node(
            "Training",
            name,
            {"node": f"training:{name}", "inputs": [{"node": f"training:{other}", "edge": "producedBy"}]},
        )
        for name, other in (("a", "b"), ("b", "a"))
    ]
    model = node("Model", "m", {"node": "model:m", "inputs": [{"node": "training:a", "edge": "producedBy"}]})

    assert cyclonedx.document(graph(*made, model), HEADER)["dependencies"] == [
        {"ref": urn("model:m"), "dependsOn": []}
    ]
