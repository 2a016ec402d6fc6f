"""RSD-002: data is stored in no country that its declarations, or those of its sources, forbid."""

from collections.abc import Iterator

from policies import linkage
from policies.engine import Claim, Enforcement, Inventory, OnUnknown, Resource, Rule, Settings, Severity
from policies.linkage import Attribute
from policies.linkage.upstream import digests
from policies.linkage.vocabulary import DATASET, SOURCE
from policies.residency.where import STORED, forbidden


def _stored(data: Resource, inventory: Inventory, _: Settings) -> Iterator[Claim]:
    graph = linkage.of(inventory)
    yield from forbidden(graph, graph.declared_by(data), inventory, STORED, Attribute.STORAGE)


RULE = Rule(
    id="RSD-002",
    version=1,
    title="Data is stored in no forbidden country",
    why="A contract or a court names countries that data must never reach; one copy is one breach.",
    fix="Put the store into another country; storageForbidden is rarely ours to change.",
    severity=Severity.CRITICAL,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    joined=dict.fromkeys((SOURCE, DATASET), _stored),
    upstream=digests,
)
