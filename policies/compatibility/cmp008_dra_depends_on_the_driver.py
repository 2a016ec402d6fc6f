"""CMP-008: dynamic resource allocation under Karpenter is tried out first.

Source: Karpenter upgrade guide 1.14; kubernetes-sigs/karpenter#3228, open; read 2026-11.
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
    yield forbid(
        pool["dra"].is_true() & pool["autoscaler"].equals("karpenter"),
        "devices come by resource claims, which not every driver supports under Karpenter",
        at=pool["dra"],
    )


RULE = Rule(
    id="CMP-008",
    version=1,
    title="Dynamic resource allocation under Karpenter is tried out first",
    why="From 1.14 on Karpenter sees resource claims, but each driver has to support it, and not "
    "every one does.",
    fix="Try the driver with Karpenter before relying on it, or take the device plugin.",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    unknown=OnUnknown.DEFER,
    alone={GPU_POOL: _pool},
)
