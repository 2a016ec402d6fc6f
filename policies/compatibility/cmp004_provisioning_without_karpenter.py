"""CMP-004: provisioningRequest is not combined with Karpenter.

Source: kubernetes-sigs/kueue#5133, open; Kueue documentation, topology-aware scheduling; read 2026-11.
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
            here & pool["autoscaler"].equals("karpenter") & other["provisioningRequest"].is_true(),
            "jobs of the cluster ask for capacity by ProvisioningRequest, which Karpenter does not answer",
            at=pool["autoscaler"],
        )


def _same(one: Plain, other: Plain) -> bool:
    return one == other


RULE = Rule(
    id="CMP-004",
    version=1,
    title="ProvisioningRequest is not combined with Karpenter",
    why="Kueue asks the Cluster Autoscaler for capacity by ProvisioningRequest. Karpenter does "
    "not answer, and the workload waits for ever.",
    fix="Use the Cluster Autoscaler for this pool, or switch provisioningRequest off.",
    severity=Severity.HIGH,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    joined={GPU_POOL: _pool},
)
