"""RSD-005: what was made from data stays where the data must stay: features, models, answers."""

from collections.abc import Iterator

from policies import linkage
from policies.engine import Claim, Enforcement, Inventory, OnUnknown, Resource, Rule, Settings, Severity
from policies.linkage import Attribute
from policies.linkage.upstream import digests
from policies.linkage.vocabulary import ENDPOINT, EVALUATION, FEATURE_VIEW, MODEL, TRAINING
from policies.residency.where import STORED, allowed, forbidden


def _derived(node: Resource, inventory: Inventory, _: Settings) -> Iterator[Claim]:
    graph = linkage.of(inventory)
    here = graph.declared_by(node)
    yield from allowed(graph, here, inventory, STORED, Attribute.STORAGE)
    yield from forbidden(graph, here, inventory, STORED, Attribute.STORAGE)


RULE = Rule(
    id="RSD-005",
    version=1,
    title="Derived artifacts stay where their data must stay",
    why="Features and embeddings hold what they were computed from, and weights can be asked for it.",
    fix="Keep the store, registry or cache in an allowed country, or have storageAllowed extended upstream.",
    severity=Severity.CRITICAL,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    joined=dict.fromkeys((FEATURE_VIEW, TRAINING, EVALUATION, MODEL, ENDPOINT), _derived),
    upstream=digests,
)
