"""PRV-025: a declared consumer can read what it declares."""

from collections.abc import Iterator
from typing import Final

from policies.engine import (
    Claim,
    Enforcement,
    Inventory,
    OnUnknown,
    Resource,
    Rule,
    Settings,
    Severity,
    Truth,
    require,
)
from policies.engine.truth import Reading
from policies.linkage import graph, reconcile
from policies.linkage.vocabulary import DATASET, ENDPOINT, EVALUATION, FEATURE_VIEW, MODEL, TRAINING

_CONSUMERS: Final = (DATASET, FEATURE_VIEW, TRAINING, EVALUATION, MODEL, ENDPOINT)


def _check(resource: Resource, stack: Inventory, _: Settings) -> Iterator[Claim]:
    declared = graph.of(stack)
    node = declared.declared_by(resource)
    if not node.inputs_known:
        unread = Truth(None, (Reading(node.urn, "inputs"),))
        yield require(unread, f"nobody knows yet what {node.label} reads", resource["inputs"])
    for link in reconcile.by_consumer(stack).get(node.id, ()):
        yield require(
            link.alive,
            _wrong(link, declared),
            resource["inputs"],
            witness=declared.path((*link.missing, link.need.edge.upstream)[0], node.id),
        )


def _wrong(link: reconcile.Link, declared: graph.Graph) -> str:
    edge = link.need.edge
    reader, read = declared.nodes[edge.downstream].label, declared.nodes[edge.upstream].label
    missing = [name for name in link.missing if name != edge.upstream]
    behind = declared.nodes[missing[0]].label if missing else "that"
    more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
    return f"{reader} declares {edge.kind} {read}, and no identity of it can read {behind}{more}"


RULE = Rule(
    id="PRV-025",
    version=1,
    title="No dead link",
    why="An edge that nobody can use either fails at night or is not how the data really comes.",
    fix="Grant the consumer's identity the reading of the store and of its key, or remove the edge.",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    unknown=OnUnknown.DEFER,
    joined=dict.fromkeys(_CONSUMERS, _check),
)
