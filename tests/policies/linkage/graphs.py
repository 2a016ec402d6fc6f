"""Small graphs for tests: one line for each node."""

from typing import Any

from policies import linkage
from policies.engine import Inventory, Resource
from policies.linkage import Graph
from policies.linkage.vocabulary import KINDS
from tests.policies.cases import resource

TOKENS = {kind.value: token for token, kind in KINDS.items()}


def declared(node: str, *inputs: str | tuple[str, str], line: int = 0, **properties: Any) -> Resource:
    """Return the resource that declares ``node``; an input is an id, or an id and the kind of its edge."""
    kind, _, name = node.partition(":")
    edges = [one if isinstance(one, tuple) else (one, "derivedFrom") for one in inputs]
    said: dict[str, Any] = {
        "node": node,
        "inputs": [
            {"node": upstream, "edge": edge, **({"position": f"a.yaml:{line}"} if line else {})}
            for upstream, edge in edges
        ],
        **({"position": f"a.yaml:{line}"} if line else {}),
        **properties,
    }
    return resource(TOKENS[kind], name, said)


def graph(*resources: Resource) -> Graph:
    """Return the graph that ``resources`` declare."""
    return linkage.of(Inventory(resources))
