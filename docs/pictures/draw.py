"""Draw the resources of a stack: one box for each component, one row for each resource type in it.

    trunkline up --sandbox --yes
    python docs/pictures/draw.py < exported-state.json | dot -Tsvg > docs/pictures/example-platform.svg

An arrow means that something in one component needs something in the other, read from the engine's state.
"""

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

_CLUSTER_ACCESS = "pulumi:providers:kubernetes"
"""How the engine reaches a cluster; shown, because everything inside the cluster hangs on it."""

_INK = {"aws": "#b45309", "azure-native": "#1d4ed8", "kubernetes": "#4338ca", "": "#475569"}
_PAPER = {"aws": "#fff7ed", "azure-native": "#eff6ff", "kubernetes": "#eef2ff", "": "#f8fafc"}


def draw(state: Mapping[str, Any]) -> Iterator[str]:
    """The lines of a Graphviz document."""
    resources = {entry["urn"]: entry for entry in state["deployment"]["resources"]}
    home = {urn: _component(urn, resources) for urn in resources}
    rows: dict[str, Counter[str]] = defaultdict(Counter)
    for urn, entry in resources.items():
        if entry.get("custom") and (
            not entry["type"].startswith("pulumi:") or entry["type"] == _CLUSTER_ACCESS
        ):
            rows[home[urn]][entry["type"]] += 1
    yield "digraph platform {"
    yield '  rankdir=LR; bgcolor="white"; nodesep=0.25; ranksep=0.9; fontname="Helvetica";'
    yield '  node [shape=plain, fontname="Helvetica", fontsize=10]; edge [color="#94a3b8", arrowsize=0.7];'
    for component, types in sorted(rows.items()):
        yield f"  {_id(component)} [label=<{_table(component, resources, types)}>];"
    for source, target in sorted(_edges(resources, home)):
        if source in rows and target in rows:
            yield f"  {_id(source)} -> {_id(target)};"
    yield "}"


def _component(urn: str, resources: Mapping[str, Any]) -> str:
    """The nearest component at or above a resource."""
    while resources[urn].get("custom") and resources[urn].get("parent"):
        urn = resources[urn]["parent"]
    return urn


def _edges(resources: Mapping[str, Any], home: Mapping[str, str]) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for urn, entry in resources.items():
        needs = list(entry.get("dependencies") or ())
        # What lives in a cluster needs the cluster only through its provider: ``urn::id``.
        provider = entry.get("provider", "").rpartition("::")[0]
        if provider in resources and resources[provider]["type"] == _CLUSTER_ACCESS:
            needs.append(provider)
        found |= {(home[urn], home[other]) for other in needs if other in home and home[other] != home[urn]}
    return found


def _table(component: str, resources: Mapping[str, Any], types: Counter[str]) -> str:
    kind = resources[component]["type"]
    name = component.rpartition("::")[2]
    packages = Counter(
        token.removeprefix("pulumi:providers:").partition(":")[0] for token in types.elements()
    )
    package = packages.most_common(1)[0][0] if packages else ""
    ink, paper = _INK.get(package, _INK[""]), _PAPER.get(package, _PAPER[""])
    head = (
        f'<TR><TD BGCOLOR="{ink}" COLSPAN="2"><FONT COLOR="white"><B>{escape(name)}</B>'
        f"  {escape(kind.rpartition(':')[2])}</FONT></TD></TR>"
    )
    body = "".join(
        f'<TR><TD ALIGN="RIGHT">{count}</TD><TD ALIGN="LEFT">{escape(_label(token))}</TD></TR>'
        for token, count in sorted(types.items(), key=lambda row: row[0].rpartition(":")[2])
    )
    return (
        f'<TABLE BORDER="1" COLOR="{ink}" BGCOLOR="{paper}" CELLBORDER="0" CELLSPACING="0" CELLPADDING="3">'
        f"{head}{body}</TABLE>"
    )


def _label(token: str) -> str:
    return "Provider" if token == _CLUSTER_ACCESS else token.rpartition(":")[2]


def _id(component: str) -> str:
    return json.dumps(component)


if __name__ == "__main__":
    sys.stdout.writelines(line + "\n" for line in draw(json.load(sys.stdin)))
