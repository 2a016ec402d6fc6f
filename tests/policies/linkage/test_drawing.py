"""The graph on paper: the same graph gives the same text, and no name breaks out of it."""

import json
from collections.abc import Callable

import pydot
import pytest

from policies.linkage import Graph, drawing
from tests.policies.linkage.graphs import declared, graph
from tests.policies.linkage.test_graph import RANKING

NASTY = 'dataset:a"]\n\x1b[31m|<b>\u202e\\"; x'


def test_the_tree_shows_each_node_once_with_its_line() -> None:
    text = drawing.tree(graph(*RANKING[:1], declared("dataset:clicks", "source:shop", line=4), *RANKING[2:]))

    assert text == (
        "endpoint rank  a.yaml:13\n"
        "├─ readsFrom feature view seven  a.yaml:7\n"
        "│  └─ readsFrom dataset clicks  a.yaml:4\n"
        "│     └─ derivedFrom source shop  a.yaml:2\n"
        "└─ servedBy model ranker  a.yaml:11\n"
        "   ├─ evaluatedBy evaluation ranker  a.yaml:10\n"
        "   │  └─ testedOn dataset later  a.yaml:5\n"
        "   │     └─ derivedFrom source shop (above)  a.yaml:2\n"
        "   └─ producedBy training ranker  a.yaml:9\n"
        "      └─ trainedOn feature view seven (above)  a.yaml:7\n"
    )


def test_a_loop_ends_the_tree_and_loses_nothing() -> None:
    text = drawing.tree(graph(declared("dataset:a", "dataset:b"), declared("dataset:b", "dataset:a")))

    assert text == "dataset a\n└─ derivedFrom dataset b\n   └─ derivedFrom dataset a (above)\n"


@pytest.mark.parametrize("node", ["dataset:plain", NASTY])
def test_a_parser_of_dot_reads_what_is_drawn(node: str) -> None:
    (found,) = pydot.graph_from_dot_data(
        drawing.dot(graph(declared(node), declared("model:m", (node, "trainedOn"))))
    ) or [None]

    assert found is not None
    assert len([one for one in found.get_nodes() if one.get_name() != "node"]) == 2
    assert [edge.get("label") for edge in found.get_edges()] == ['"trainedOn"']


def test_dot_names_each_node_and_marks_what_carries_no_data() -> None:
    lines = drawing.dot(graph(*RANKING)).splitlines()

    assert '  "dataset:clicks" [label="clicks\\ndataset", shape=cylinder];' in lines
    assert '  "evaluation:ranker" -> "model:ranker" [label="evaluatedBy", style=dashed];' in lines
    assert '  "training:ranker" -> "model:ranker" [label="producedBy"];' in lines


def test_mermaid_names_each_node_by_a_key_of_its_own() -> None:
    lines = drawing.mermaid(graph(declared("dataset:a"), declared("model:m", ("dataset:a", "trainedOn"))))

    assert lines.splitlines() == [
        "flowchart LR",
        '  n0[("dataset a")]',
        '  n1{{"model m"}}',
        "  n0 -->|trainedOn| n1",
    ]


@pytest.mark.parametrize("form", [drawing.tree, drawing.dot, drawing.mermaid])
def test_no_name_reaches_a_terminal_with_what_it_obeys(form: Callable[[Graph], str]) -> None:
    text = form(graph(declared(NASTY)))

    assert not any(mark in text for mark in ("\x1b", "\u202e"))
    assert text.count("\n") == form(graph(declared("dataset:a"))).count("\n")


def test_json_holds_nodes_edges_and_what_holds_for_them() -> None:
    document = json.loads(drawing.text(graph(*RANKING, declared("dataset:lost", "source:gone", line=20))))

    assert document["format"] == drawing.FORMAT
    assert next(node["id"] for node in document["nodes"]) == "dataset:clicks"
    assert {
        "upstream": "source:shop",
        "downstream": "dataset:clicks",
        "kind": "derivedFrom",
    }.items() <= document["edges"][1].items()
    assert document["dangling"] == [
        {"upstream": "source:gone", "downstream": "dataset:lost", "position": "a.yaml:20"}
    ]
    assert all(node["effective"]["confidentiality"] == "public" for node in document["nodes"])


def test_the_order_of_declarations_changes_no_letter() -> None:
    for form in (drawing.tree, drawing.dot, drawing.mermaid, drawing.text):
        assert form(graph(*RANKING)) == form(graph(*reversed(RANKING)))
