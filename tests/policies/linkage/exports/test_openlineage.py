"""OpenLineage: every edge of the graph arrives, names follow the naming rules, versions are the library's."""

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

import pytest
from openlineage.client.naming import dataset as naming

from policies.linkage.exports import openlineage, write
from policies.linkage.exports.header import Header
from tests.policies.linkage.exports import judges
from tests.policies.linkage.exports.declared import CLICKS, GRAPH, HEADER, graph, node, stored

NAMESPACE = "trunkline://acme-ml"


def by_name(header: Header = HEADER) -> dict[str, Mapping[str, Any]]:
    return {
        event.get("dataset", event.get("job"))["name"]: event for event in openlineage.events(GRAPH, header)
    }


def test_there_is_an_event_for_each_node_and_for_whatever_makes_data() -> None:
    found = by_name()

    assert {name for name, event in found.items() if "dataset" in event} == {
        f"{kind}:{name}"
        for kind, names in {
            "source": ["feed"],
            "dataset": ["clicks", "anonymous", "bare", "late"],
            "featureView": ["seven-days"],
            "model": ["base", "ranker"],
        }.items()
        for name in names
    }
    assert {name for name, event in found.items() if "job" in event} == {
        "make:dataset:clicks",
        "make:dataset:anonymous",
        "make:featureView:seven-days",
        "training:ranker",
        "evaluation:ranker",
        "endpoint:rank",
    }


@pytest.mark.parametrize(
    ("job", "inputs", "outputs"),
    [
        ("make:dataset:clicks", ["source:feed"], ["dataset:clicks"]),
        ("make:dataset:anonymous", ["dataset:clicks"], ["dataset:anonymous"]),
        ("make:featureView:seven-days", ["dataset:clicks"], ["featureView:seven-days"]),
        ("training:ranker", ["featureView:seven-days", "model:base"], ["model:ranker"]),
        ("evaluation:ranker", ["dataset:anonymous", "model:ranker"], []),
        ("endpoint:rank", ["featureView:seven-days", "model:ranker"], ["dataset:anonymous"]),
    ],
)
def test_a_job_says_what_it_reads_and_writes(job: str, inputs: list[str], outputs: list[str]) -> None:
    event = by_name()[job]

    assert [item["name"] for item in event["inputs"]] == inputs
    assert [item["name"] for item in event["outputs"]] == outputs
    # The declared lineage says the same once more.
    entries = event["job"]["facets"]["lineage"]["entries"]
    assert [entry.get("name") for entry in entries] == (outputs or [None])
    assert all([item["name"] for item in entry["inputs"]] == inputs for entry in entries)


def test_every_edge_of_data_is_in_the_lineage_facet_of_what_it_leads_to() -> None:
    told = {
        (source["name"].removeprefix("make:"), name)
        for name, event in by_name().items()
        if "dataset" in event
        for source in event["dataset"]["facets"].get("lineage", {}).get("inputs", [])
    }
    declared = {
        (edge.upstream, edge.downstream)
        for name in GRAPH.nodes
        for edge in GRAPH.into(name)
        if name.partition(":")[0] in {"source", "dataset", "featureView", "model"}
    }

    assert told == declared


def test_a_transform_that_counts_masks_and_one_without_evidence_does_not() -> None:
    def masks(reduction: dict[str, Any]) -> bool:
        made = node(
            "Dataset", "a", {"inputs": [{"node": "dataset:b", "edge": "derivedFrom"}], "reduces": [reduction]}
        )
        events = openlineage.events(graph(made, node("Dataset", "b", {})), HEADER)
        lineage = next(e for e in events if e.get("dataset", {}).get("name") == "dataset:a")["dataset"][
            "facets"
        ]
        return "transformations" in lineage["lineage"]["inputs"][0]

    proven = {"technology": "k-anonymity", "tool": "arx", "removes": ["pi"], "evidence": "sha256:" + "0" * 64}
    assert masks(proven)
    assert not masks({**proven, "evidence": "on a napkin"})


def test_data_in_a_known_bucket_is_named_as_the_naming_rules_say() -> None:
    known = dataclasses.replace(HEADER, addresses={"store:raw": "s3://raw-4f2a"})
    ours = by_name(known)["clicks/v1"]["dataset"]
    theirs = naming.S3("raw-4f2a", "clicks/v1")

    assert (ours["namespace"], ours["name"]) == (theirs.get_namespace(), theirs.get_name())
    # Whoever knows it by its place in the platform still finds it.
    assert ours["facets"]["symlinks"]["identifiers"] == [
        {"namespace": NAMESPACE, "name": "dataset:clicks", "type": "TRUNKLINE"}
    ]
    assert ours["facets"]["dataSource"]["uri"] == "s3://raw-4f2a"


def test_azure_storage_is_named_as_the_naming_rules_say() -> None:
    theirs = naming.WASBS("data", "acme", "clicks/v1")
    known = dataclasses.replace(HEADER, addresses={"store:raw": "wasbs://data@acme.dfs.core.windows.net"})
    ours = by_name(known)["clicks/v1"]["dataset"]

    assert (ours["namespace"], ours["name"]) == (theirs.get_namespace(), theirs.get_name())


def test_two_datasets_under_one_prefix_keep_their_own_names() -> None:
    twins = [
        node("Dataset", name, {"node": f"dataset:{name}", "places": [stored("raw")], "path": "same/"})
        for name in ("one", "two")
    ]
    known = dataclasses.replace(HEADER, addresses={"store:raw": "s3://raw-4f2a"})

    assert [
        (event["dataset"]["namespace"], event["dataset"]["name"])
        for event in openlineage.events(graph(*twins), known)
    ] == [(NAMESPACE, "dataset:one"), (NAMESPACE, "dataset:two")]


def test_a_field_keeps_its_place_and_what_the_schema_facet_has_no_word_for() -> None:
    facets = by_name()["dataset:clicks"]["dataset"]["facets"]

    assert [(field["name"], field["ordinal_position"]) for field in facets["schema"]["fields"]] == [
        ("user_id", 1),
        ("time", 2),
        ("ranks", 3),
        ("price", 4),
        ("shape", 5),
    ]
    tags = {(tag["key"], tag["value"], tag.get("field")) for tag in facets["tags"]["tags"]}
    assert {("unit", "ms", "time"), ("nullable", "false", "user_id"), ("classification", "pi", None)} <= tags


def test_the_facet_of_our_own_says_what_holds_and_what_is_not_known() -> None:
    found = by_name()
    clicks = found["dataset:clicks"]["dataset"]["facets"]["trunkline_terms"]
    late = found["dataset:late"]["dataset"]["facets"]["trunkline_terms"]

    assert clicks["declared"]["retentionDays"] == clicks["effective"]["retentionDays"] == 90
    assert clicks["effective"]["purposes"] == ["evaluation", "training"]  # of the source
    assert "DE" in clicks["effective"]["storage"]["allowed"]
    assert "FR" not in clicks["effective"]["storage"]["allowed"]
    assert "confidentiality" not in late["effective"]
    assert {"licences", "confidentiality", "storage"} <= set(late["effective"]["open"])


def test_no_purpose_at_all_is_told_apart_from_none_that_is_named() -> None:
    def purposes(**said: Any) -> Any:
        (event,) = openlineage.events(graph(node("Dataset", "a", said)), HEADER)
        return event["dataset"]["facets"]["trunkline_terms"]["effective"].get("purposes")

    assert purposes(purposes=[]) == []
    assert purposes() is None


def test_every_facet_that_the_library_judges_is_written() -> None:
    """Its classes also know the version of each schema, and refuse another."""
    known = dataclasses.replace(HEADER, addresses={"store:raw": "s3://raw-4f2a"})
    written: dict[str, set[str]] = {"dataset": set(), "job": set()}
    for event in openlineage.events(GRAPH, known):
        judges.openlineage(json.dumps(event))
        for entity, names in written.items():
            names.update(event.get(entity, {}).get("facets", {}))

    assert written == {entity: {*classes, "trunkline_terms"} for entity, classes in judges.FACETS.items()}


def test_an_event_is_one_line_of_json() -> None:
    (text,) = write(graph(CLICKS, node("Dataset", "l\u2028ine", {})), "openlineage", HEADER).values()

    assert [json.loads(line)["eventTime"] for line in text.splitlines()] == ["2026-11-23T12:00:00Z"] * 2
