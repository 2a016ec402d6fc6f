"""RSD-003: data is worked on only where its declarations, and those of its sources, allow it."""

from collections.abc import Iterator

from policies import linkage
from policies.engine import Claim, Enforcement, Inventory, OnUnknown, Resource, Rule, Settings, Severity
from policies.linkage import Attribute
from policies.linkage.upstream import digests
from policies.linkage.vocabulary import KINDS
from policies.residency.where import PROCESSED, allowed, forbidden


def _processed(node: Resource, inventory: Inventory, _: Settings) -> Iterator[Claim]:
    graph = linkage.of(inventory)
    here = graph.declared_by(node)
    yield from allowed(graph, here, inventory, PROCESSED, Attribute.PROCESSING)
    yield from forbidden(graph, here, inventory, PROCESSED, Attribute.PROCESSING)


RULE = Rule(
    id="RSD-003",
    version=1,
    title="Data is processed in allowed countries only",
    why="A training in another country is a transfer, even if the store never moves.",
    fix="Run it at a site in an allowed country, or have processingIncluded extended by whoever decides "
    "about it.",
    severity=Severity.CRITICAL,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    joined=dict.fromkeys(KINDS, _processed),
    upstream=digests,
)
