"""CMP-005: gang schedulers of their own are not combined with Karpenter.

Source: kubernetes-sigs/karpenter#742, open; read 2026-11.
"""

from collections.abc import Iterator

from policies.compatibility.declared import GPU_POOL, SCHEDULING
from policies.engine import (
    Claim,
    Enforcement,
    Inventory,
    OnUnknown,
    Resource,
    Rule,
    Settings,
    Severity,
    forbid,
)
from policies.engine.view import Plain


def _pool(pool: Resource, stack: Inventory, _: Settings) -> Iterator[Claim]:
    for other in stack.of(SCHEDULING):
        here = pool["cluster"].relates(other["cluster"], _same)
        yield forbid(
            here
            & pool["autoscaler"].equals("karpenter")
            & other["gang"].any(lambda one: one.one_of(("volcano", "yunikorn"))),
            "a gang scheduler of its own holds pods back, for which Karpenter adds nodes",
            at=pool["autoscaler"],
        )


def _same(one: Plain, other: Plain) -> bool:
    return one == other


RULE = Rule(
    id="CMP-005",
    version=1,
    title="Gang schedulers of their own are not combined with Karpenter",
    why="Volcano and YuniKorn hold pods back; Karpenter sees them pending, adds nodes for "
    "nothing, and cannot consolidate.",
    fix="Use Kueue, which suspends jobs before pods exist, or a fixed pool.",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    unknown=OnUnknown.DEFER,
    joined={GPU_POOL: _pool},
)
