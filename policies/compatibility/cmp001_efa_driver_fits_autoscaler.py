"""CMP-001: eFA through DRA is not combined with Karpenter or Auto Mode.

Source: AWS EKS user guide, device-management-efa; read 2026-11.
"""

from collections.abc import Iterator

from policies.compatibility.declared import GPU_POOL
from policies.engine import (
    Claim,
    Enforcement,
    OnUnknown,
    Resource,
    Rule,
    Settings,
    Severity,
    forbid,
)


def _pool(pool: Resource, _: Settings) -> Iterator[Claim]:
    dra = pool["interconnect"].equals("efa") & pool["interconnectDriver"].equals("dra")
    yield forbid(
        dra & pool["autoscaler"].one_of(("karpenter", "auto-mode")),
        f"the pool takes EFA through DRA, and {pool['autoscaler']} cannot place pods that claim it",
        at=pool["interconnectDriver"],
    )


RULE = Rule(
    id="CMP-001",
    version=1,
    title="EFA through DRA is not combined with Karpenter or Auto Mode",
    why="Neither Karpenter nor EKS Auto Mode knows the devices of the EFA DRA driver, so a pod "
    "that claims one is never placed.",
    fix="Set interconnectDriver to device-plugin, or give the pool a fixed node group.",
    severity=Severity.HIGH,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    alone={GPU_POOL: _pool},
)
