"""What a finding about a node rests on: the declarations of everything its data comes from.

A waiver of such a finding was approved for that data. It ends when a dataset joins, leaves or changes, and
not when somebody moves a line of the platform file. What a place is made of is no part of it: the gate judges
declarations before there are any resources, and a waiver has to mean the same there.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Final

from policies.engine import Inventory, Resource
from policies.engine.fingerprint import fingerprint
from policies.linkage import graph as graphs
from policies.linkage.vocabulary import KINDS, EdgeKind

_LENGTH: Final = 16
_UNKNOWN: Final = "unknown"
"""As in a fingerprint: it matches anything."""


def digests(resource: Resource, inventory: Inventory) -> Mapping[str, str]:
    """Return a digest of every declaration upstream of the node that ``resource`` declares, by id.

    Evaluations of a model upstream, and what they read, belong to it. A resource that declares no node rests
    on nothing but itself.
    """
    if resource.kind not in KINDS:
        return {}
    graph = graphs.of(inventory)
    here = graph.declared_by(resource).id
    found = {here, *graph.ancestors(here)}
    judges = {
        edge.upstream
        for key in found
        for edge in graph.into(key, flow_only=False)
        if edge.kind is EdgeKind.EVALUATED_BY
    }
    found |= judges.union(*(graph.ancestors(judge) for judge in judges))
    return {key: digest(graph.nodes[key].resource) for key in sorted(found - {here})}


def digest(resource: Resource) -> str:
    """Return a digest of a declaration itself."""
    return _digest(fingerprint(resource))


def _digest(parts: Mapping[str, str]) -> str:
    if _UNKNOWN in parts.values():
        return _UNKNOWN
    canonical = json.dumps(dict(sorted(parts.items())), separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:_LENGTH]
