"""RSD-001: data is stored in no country but those that its declarations, and those of its sources, allow."""

from collections.abc import Iterator

from policies import linkage
from policies.engine import Claim, Enforcement, Inventory, OnUnknown, Resource, Rule, Settings, Severity
from policies.linkage import Attribute
from policies.linkage.upstream import digests
from policies.linkage.vocabulary import DATASET, SOURCE
from policies.residency.where import STORED, allowed


def _stored(data: Resource, inventory: Inventory, _: Settings) -> Iterator[Claim]:
    graph = linkage.of(inventory)
    yield from allowed(graph, graph.declared_by(data), inventory, STORED, Attribute.STORAGE)


RULE = Rule(
    id="RSD-001",
    version=1,
    title="Data is stored in allowed countries only",
    why="Whose law reaches data is decided by where it lies, and moving it afterwards undoes nothing.",
    fix="Put the store into an allowed country, or have whoever decides about the data extend "
    "storageAllowed.",
    severity=Severity.CRITICAL,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    joined=dict.fromkeys((SOURCE, DATASET), _stored),
    upstream=digests,
)
