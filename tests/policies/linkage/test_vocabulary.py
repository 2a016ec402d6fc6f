"""The vocabulary is one: the table, the enumerations, and the page that explains it say the same."""

import re
from pathlib import Path

import pytest

from policies.linkage import declarations
from policies.linkage.reductions import TECHNOLOGIES
from policies.linkage.vocabulary import BINDINGS, KINDS, EdgeKind, NodeKind
from tests.policies.cases import LATER, resource

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "policies" / "linkage.md").read_text("utf-8")
NODES = [kind.value for kind in KINDS.values()]


def rows(after: str) -> list[list[str]]:
    """Return the cells of the first table after a line."""
    table = PAGE.split(after, 1)[1].split("\n\n", 2)[1]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in table.splitlines()[2:]]


def of_page() -> dict[str, set[str]]:
    """Return every property of the page with the kinds of node that have it."""
    found: dict[str, set[str]] = {}
    for names, kinds, _ in rows("Properties of the resource."):
        spelled = {kind.replace("feature view", "featureView") for kind in kinds.split(", ")}
        for name in re.findall(r"`([A-Za-z]+)(?:\[\])?`", names):
            found[name] = set(NODES) if spelled == {"all"} else spelled
    return found


def test_the_page_lists_exactly_the_properties_of_the_table() -> None:
    table = {
        name: set(NODES) if entry["of"] == ["all"] else set(entry["of"])
        for name, entry in declarations.PROPERTIES.items()
    }
    assert of_page() == table


def test_lists_are_marked_on_the_page() -> None:
    marked = set(re.findall(r"`([A-Za-z]+)\[\]`", PAGE))
    lists = {name for name, entry in declarations.PROPERTIES.items() if isinstance(entry["is"], list)}
    assert marked == lists


def test_the_page_names_every_type_and_every_edge() -> None:
    assert {re.sub("`", "", cells[0]) for cells in rows("## What a node declares")} == set(KINDS)
    edges = set(re.findall(r"`([A-Za-z]+)`", PAGE.split("## Edges", 1)[1].split("##", 1)[0]))
    assert edges == {kind.value for kind in EdgeKind}


def test_every_kind_and_shape_of_the_table_is_one() -> None:
    def named(shape: declarations.Shape) -> set[str]:
        if isinstance(shape, str):
            return {shape}
        inner = shape.values() if isinstance(shape, dict) else shape
        return {name for each in inner for name in named(each)}

    plain = {"text", "texts", "flag", "whole", "day"}
    for name, entry in declarations.PROPERTIES.items():
        assert set(entry["of"]) <= {"all", *NODES}, name
        for shape in named(entry["is"]) - plain:
            assert declarations.WORDS[shape.removeprefix("word:")], name


def test_words_follow_the_enumerations() -> None:
    assert declarations.WORDS["roles"] <= {kind.value for kind in BINDINGS}
    assert declarations.WORDS["edges"] == {kind.value for kind in EdgeKind} - {
        kind.value for kind in BINDINGS
    }
    assert declarations.WORDS["technologies"] > TECHNOLOGIES
    assert not TECHNOLOGIES & {"data-encryption", "federated-learning"}
    assert {NodeKind(node) for node in NODES} == set(KINDS.values())


@pytest.mark.parametrize(
    ("declared", "told"),
    [
        ({"purposes": ["training"]}, []),
        ({"purposes": [LATER]}, ["purposes[0]"]),
        ({"purposes": LATER}, ["purposes"]),
        ({"about": LATER}, []),
        ({"puposes": ["training"]}, ["puposes"]),
        ({"inputs": [{"node": "dataset:a", "kind": "derivedFrom"}]}, ["inputs[0].kind"]),
        ({"inputs": [{"node": "dataset:a", "edge": "storedIn"}]}, ["inputs[0].edge"]),
        ({"retentionDays": True}, ["retentionDays"]),
        ({"date": "2026-02-30"}, ["date"]),
        ({"reduces": [{"parameters": {"epsilon": "1"}}]}, []),
        ({"reduces": [{"parameters": {"epsilon": 1}}]}, ["reduces[0].parameters"]),
    ],
)
def test_what_a_declaration_may_say(declared: dict[str, object], told: list[str]) -> None:
    item = resource("trunkline:catalogue:Dataset", "a", declared)
    assert [problem.view.path for problem in declarations.problems(item)] == told
