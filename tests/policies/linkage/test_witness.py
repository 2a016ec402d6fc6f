"""Every finding about the graph proves itself: with a path, and with a shortest one."""

from collections.abc import Iterator

import networkx as nx
import pytest

from policies import catalogue, linkage
from policies.engine import Finding, Hop, Inventory, Rule
from policies.linkage import Graph
from policies.linkage.vocabulary import BINDINGS, KINDS
from tests.policies.cases import findings
from tests.policies.test_properties import cases_of

RULES = [
    rule
    for rule in catalogue.rules()
    if rule.id.startswith(("PRV-", "RSD-")) and rule.joined.keys() & KINDS.keys() and not rule.alone
]
LAST = {kind.value for kind in BINDINGS} | {"copiedBy", "monitoredBy"}
"""Edges that lead out of the graph, to infrastructure; they end a path."""


def judged(rule: Rule) -> Iterator[tuple[Graph, Finding]]:
    cases = cases_of(rule)
    for stack in (
        *(stack for stack, _ in cases.bad.values()),
        *(stack for stack, _ in cases.unknown.values()),
    ):
        graph = linkage.of(Inventory(stack))
        nodes = {node.urn for node in graph.nodes.values()}
        yield from ((graph, finding) for finding in findings(rule, stack) if finding.urn in nodes)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_finding_comes_with_a_shortest_path(rule: Rule) -> None:
    checked = 0
    for graph, finding in judged(rule):
        assert finding.witness, finding.message
        ids = {node.urn: key for key, node in graph.nodes.items()}
        inside = [hop for hop in finding.witness if hop.edge not in LAST]
        path = [ids[hop.urn] for hop in inside]
        assert not inside[0].edge
        assert finding.urn in {hop.urn for hop in inside}
        for (start, hop), end in zip(zip(path, inside[1:], strict=False), path[1:], strict=True):
            edges = graph.into(end, flow_only=False)
            assert (start, hop.edge) in {(edge.upstream, edge.kind.value) for edge in edges}, finding.message
        # An evaluation carries no data into its model: on both sides of that step the way is a shortest one.
        for part in _between_evaluations(inside, path):
            assert len(part) - 1 == nx.shortest_path_length(graph.flow, part[0], part[-1])
        checked += 1
    assert checked


def _between_evaluations(inside: list[Hop], path: list[str]) -> Iterator[list[str]]:
    part: list[str] = []
    for hop, key in zip(inside, path, strict=True):
        if hop.edge == "evaluatedBy":
            yield part
            part = []
        part.append(key)
    yield part


def test_most_rules_about_data_judge_the_graph() -> None:
    assert len(RULES) >= 18
