"""The graph itself: nodes, edges, what reaches what, and the path that proves it."""

import random

import pytest

from policies import linkage
from policies.engine import Inventory
from policies.engine.hop import drawn
from policies.linkage.vocabulary import EdgeKind, NodeKind
from tests.policies.cases import LATER, resource
from tests.policies.linkage.graphs import declared, graph

RANKING = (
    declared("source:shop", line=2),
    declared("dataset:clicks", "source:shop", ("endpoint:rank", "fedBack"), line=4),
    declared("dataset:later", "source:shop", line=5),
    declared("featureView:seven", ("dataset:clicks", "readsFrom"), line=7),
    declared("training:ranker", ("featureView:seven", "trainedOn"), line=9),
    declared("evaluation:ranker", ("dataset:later", "testedOn"), line=10),
    declared(
        "model:ranker", ("training:ranker", "producedBy"), ("evaluation:ranker", "evaluatedBy"), line=11
    ),
    declared("endpoint:rank", ("model:ranker", "servedBy"), ("featureView:seven", "readsFrom"), line=13),
)


def test_every_declaration_is_a_node_by_its_id() -> None:
    found = graph(*RANKING)

    assert list(found.nodes) == sorted(str(item["node"].raw) for item in RANKING)
    assert found.nodes["featureView:seven"].kind is NodeKind.FEATURE_VIEW
    assert found.nodes["featureView:seven"].label == "feature view seven"
    assert found.declared_by(RANKING[0]).id == "source:shop"
    assert [node.id for node in found.of(NodeKind.MODEL, NodeKind.SOURCE)] == ["model:ranker", "source:shop"]


def test_a_declaration_without_an_id_is_named_by_its_resource() -> None:
    found = graph(resource("trunkline:catalogue:Dataset", "clicks", {}))

    assert list(found.nodes) == ["dataset:clicks"]
    assert found.nodes["dataset:clicks"].inputs_known


def test_what_is_reached_is_told_with_its_distance() -> None:
    found = graph(*RANKING)

    assert found.ancestors("model:ranker") == {
        "training:ranker": 1,
        "featureView:seven": 2,
        "dataset:clicks": 3,
        "endpoint:rank": 4,
        "source:shop": 4,
    }
    assert found.descendants("dataset:later") == {"evaluation:ranker": 1}


def test_an_evaluation_carries_no_data_into_its_model() -> None:
    found = graph(*RANKING)

    assert [edge.kind for edge in found.into("model:ranker")] == [EdgeKind.PRODUCED_BY]
    assert [edge.kind for edge in found.into("model:ranker", flow_only=False)] == [
        EdgeKind.EVALUATED_BY,
        EdgeKind.PRODUCED_BY,
    ]
    assert found.path("dataset:later", "model:ranker") == ()


def test_the_witness_is_the_shortest_path_with_the_line_of_each_hop() -> None:
    found = graph(*RANKING)

    assert drawn(found.path("dataset:clicks", "endpoint:rank")) == (
        "dataset clicks (a.yaml:4) -[readsFrom]-> feature view seven (a.yaml:7) "
        "-[readsFrom]-> endpoint rank (a.yaml:13)"
    )
    assert [hop.urn for hop in found.path("source:shop", "dataset:clicks")] == [
        RANKING[0].urn,
        RANKING[1].urn,
    ]


def test_a_path_runs_only_through_what_carries() -> None:
    found = graph(*RANKING)

    path = found.witness(
        "endpoint:rank", lambda node: node == "dataset:clicks", lambda node: node != "featureView:seven"
    )

    assert path == ()
    assert found.witness("model:ranker", lambda node: node == "model:ranker") == found.hops(
        [], "model:ranker"
    )


def test_a_loop_is_found_whole() -> None:
    looped = ["dataset:clicks", "endpoint:rank", "featureView:seven", "model:ranker", "training:ranker"]

    assert graph(*RANKING).loops == [looped]
    assert graph(*RANKING[:1], *RANKING[2:]).loops == []
    assert graph(declared("dataset:a", "dataset:a")).loops == [["dataset:a"]]


def test_an_edge_to_nothing_dangles_and_is_no_path() -> None:
    found = graph(declared("dataset:a", "dataset:gone", line=3), declared("dataset:b", "dataset:a"))

    assert [(edge.upstream, edge.downstream, edge.position) for edge in found.dangling] == [
        ("dataset:gone", "dataset:a", "a.yaml:3")
    ]
    assert found.ancestors("dataset:b") == {"dataset:a": 1}
    assert not found.complete("dataset:b")
    assert graph(declared("dataset:a")).complete("dataset:a")


@pytest.mark.parametrize(
    "inputs",
    [LATER, [LATER], [{"node": LATER, "edge": "derivedFrom"}], [{"node": "dataset:b", "edge": "leaks"}]],
    ids=["the list", "an entry", "a node", "a kind of edge outside the vocabulary"],
)
def test_an_input_that_is_not_known_is_remembered(inputs: object) -> None:
    found = graph(
        resource("trunkline:catalogue:Dataset", "a", {"node": "dataset:a", "inputs": inputs}),
        declared("dataset:b"),
        declared("dataset:c", "dataset:a"),
    )

    assert not found.nodes["dataset:a"].inputs_known
    assert not found.complete("dataset:c")


def test_two_declarations_of_one_node_are_told_and_neither_is_lost() -> None:
    first = resource("trunkline:catalogue:Dataset", "a", {"node": "dataset:x", "owner": {"team": "one"}})
    second = resource("trunkline:catalogue:Dataset", "b", {"node": "dataset:x", "owner": {"team": "two"}})

    for order in ((first, second), (second, first)):
        found = graph(*order)
        assert [node.urn for node in found.declared_twice["dataset:x"]] == [first.urn, second.urn]
        assert found.nodes["dataset:x"].urn == first.urn
        assert found.declared_by(second).id == "dataset:x"


def test_the_order_of_resources_changes_nothing() -> None:
    shuffled = list(RANKING)
    expected = graph(*RANKING)
    for seed in range(20):
        random.Random(seed).shuffle(shuffled)  # noqa: S311 - no secret
        found = graph(*shuffled)
        assert list(found.nodes) == list(expected.nodes)
        assert all(found.into(node) == expected.into(node) for node in found.nodes)
        assert found.path("source:shop", "endpoint:rank") == expected.path("source:shop", "endpoint:rank")


def test_the_graph_is_built_once_for_an_inventory() -> None:
    inventory = Inventory(RANKING)

    assert linkage.of(inventory) is linkage.of(inventory)


def test_places_are_read_with_what_is_known_of_them() -> None:
    place = {"role": "storedIn", "node": "store:raw", "provider": "aws", "region": LATER, "resource": LATER}
    found = graph(
        declared("dataset:a", places=[place | {"region": "eu-central-1"}]),
        declared("dataset:b", places=[place]),
        declared("dataset:c", places=LATER),
    )

    known, unknown = (next(iter(found.nodes[node].places)) for node in ("dataset:a", "dataset:b"))
    assert (known.node, known.region, known.country, known.known) == ("store:raw", "eu-central-1", None, True)
    assert (unknown.region, unknown.known) == (None, False)
    assert not found.nodes["dataset:c"].places_known
    assert {node.id for node, _ in found.places(EdgeKind.STORED_IN)} == {
        "dataset:a",
        "dataset:b",
        "dataset:c",
    }
