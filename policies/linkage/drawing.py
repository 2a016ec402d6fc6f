"""The graph for people and programs: a tree, DOT, Mermaid and JSON. The same graph gives the same text."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from policies.linkage.graph import Graph
from policies.linkage.nodes import Node, Place
from policies.linkage.questions import obligations
from policies.linkage.vocabulary import NO_FLOW, NodeKind

FORMAT: Final = "https://trunkline.dev/schema/linkage/v1"
"""Identifies the JSON form; it changes when a reader would have to."""

_SHAPES: Final = {
    NodeKind.SOURCE: ("house", "([", "])"),
    NodeKind.DATASET: ("cylinder", "[(", ")]"),
    NodeKind.FEATURE_VIEW: ("component", "[[", "]]"),
    NodeKind.TRAINING: ("cds", ">", "]"),
    NodeKind.EVALUATION: ("note", ">", "]"),
    NodeKind.MODEL: ("box3d", "{{", "}}"),
    NodeKind.ENDPOINT: ("ellipse", "((", "))"),
}
"""Shape of a node in DOT, and its brackets in Mermaid."""

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Characters that move a cursor or turn text around; a name must not reach a terminal with them."""


def plain(text: str) -> str:
    """Return ``text`` without characters that a terminal obeys."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def tree(graph: Graph) -> str:
    """Return the graph as an indented tree: what nothing else reads first, and below it what it rests on."""
    lines: list[str] = []
    ends = [node for node in graph.nodes.values() if not _readers(graph, node)]
    shown: set[str] = set()
    for node in ends or list(graph.nodes.values())[:1]:
        lines += _branch(graph, node, shown)
    # What only feeds itself is nobody's end, and is shown all the same.
    for node in graph.nodes.values():
        if node.id not in shown:
            lines += _branch(graph, node, shown)
    return "".join(f"{line}\n" for line in lines)


def dot(graph: Graph) -> str:
    """Return the graph for Graphviz; data flows from left to right."""
    lines = ["digraph linkage {", "  rankdir=LR;", '  node [fontname="sans-serif"];']
    for node in graph.nodes.values():
        shape, _, _ = _SHAPES[node.kind]
        label = _dot_text(node.name, node.kind.value)
        lines.append(f"  {_dot_text(node.id)} [label={label}, shape={shape}];")
    for upstream, downstream, kind, dashed in _edges(graph):
        style = ", style=dashed" if dashed else ""
        lines.append(f"  {_dot_text(upstream)} -> {_dot_text(downstream)} [label={_dot_text(kind)}{style}];")
    return "\n".join([*lines, "}", ""])


def mermaid(graph: Graph) -> str:
    """Return the graph for Mermaid, which code hosts draw in Markdown."""
    keys = {node: f"n{position}" for position, node in enumerate(graph.nodes)}
    lines = ["flowchart LR"]
    for node in graph.nodes.values():
        _, opening, closing = _SHAPES[node.kind]
        lines.append(f'  {keys[node.id]}{opening}"{_mermaid_text(node.label)}"{closing}')
    for upstream, downstream, kind, dashed in _edges(graph):
        arrow = "-.->" if dashed else "-->"
        lines.append(f"  {keys[upstream]} {arrow}|{kind}| {keys[downstream]}")
    return "\n".join([*lines, ""])


def document(graph: Graph) -> Mapping[str, Any]:
    """Return the graph as plain data: nodes with what holds for them, edges with their line, places."""
    return {
        "format": FORMAT,
        "nodes": [_node(graph, node) for node in graph.nodes.values()],
        "edges": [
            {
                "upstream": edge.upstream,
                "downstream": edge.downstream,
                "kind": edge.kind.value,
                "position": edge.position,
            }
            for node in graph.nodes
            for edge in graph.into(node, flow_only=False)
        ],
        "dangling": [
            {"upstream": edge.upstream, "downstream": edge.downstream, "position": edge.position}
            for edge in graph.dangling
        ],
    }


def text(graph: Graph) -> str:
    """Return :func:`document` as JSON."""
    return json.dumps(document(graph), indent=2, ensure_ascii=False) + "\n"


def _node(graph: Graph, node: Node) -> Mapping[str, Any]:
    return {
        "id": node.id,
        "kind": node.kind.value,
        "name": node.name,
        "urn": node.urn,
        "position": node.position,
        "places": [_place(place) for place in node.places],
        "effective": obligations(graph.effective(node.id)),
    }


def _place(place: Place) -> Mapping[str, Any]:
    return {
        "node": place.node,
        "role": place.kind.value,
        "site": place.site,
        "provider": place.provider,
        "region": place.region,
        "country": place.country,
    }


def _branch(graph: Graph, root: Node, shown: set[str]) -> Iterator[str]:
    """Yield the lines of a node and what it rests on; a node that was shown before is named and no more."""
    waiting: list[tuple[Node, str, str, str]] = [(root, "", "", "")]
    while waiting:
        node, how, lead, below = waiting.pop()
        again = node.id in shown
        shown.add(node.id)
        position = f"  {node.position}" if node.position else ""
        yield plain(f"{lead}{how}{node.label}{' (above)' if again else ''}{position}")
        if again:
            continue
        edges = graph.into(node.id, flow_only=False)
        for index, edge in reversed(list(enumerate(edges))):
            last = index == len(edges) - 1
            waiting.append(
                (
                    graph.nodes[edge.upstream],
                    f"{edge.kind.value} ",
                    f"{below}{'└─ ' if last else '├─ '}",
                    f"{below}{'   ' if last else '│  '}",
                )
            )


def _readers(graph: Graph, node: Node) -> Sequence[Any]:
    return graph.out_of(node.id, flow_only=False)


def _edges(graph: Graph) -> Iterator[tuple[str, str, str, bool]]:
    for node in graph.nodes:
        for edge in graph.into(node, flow_only=False):
            yield edge.upstream, edge.downstream, edge.kind.value, edge.kind in NO_FLOW


def _dot_text(*lines: str) -> str:
    """Return lines as one quoted text of DOT."""
    escaped = (plain(line).replace("\\", "\\\\").replace('"', '\\"') for line in lines)
    return '"' + "\\n".join(escaped) + '"'


def _mermaid_text(value: str) -> str:
    return (
        plain(value).replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace("|", "&#124;")
    )
