"""CMP-003: time-sliced GPUs are not asked for beyond what a node has, under Karpenter.

Source: kubernetes-sigs/karpenter#729, open; read 2026-11.
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
from policies.engine.view import Plain


def _pool(pool: Resource, _: Settings) -> Iterator[Claim]:
    sliced = pool["sharing"]["timeSlices"].present() & ~pool["sharing"]["timeSlices"].at_most(1)
    more = pool["gpusPerPod"].present() & ~pool["gpusPerPod"].relates(pool["gpusPerNode"], _fits)
    yield forbid(
        pool["autoscaler"].equals("karpenter") & sliced & more,
        f"a pod may ask for {pool['gpusPerPod']} slices, and Karpenter counts the "
        f"{pool['gpusPerNode']} GPUs of a node",
        at=pool["gpusPerPod"],
    )


def _fits(asked: Plain, there: Plain) -> bool:
    return isinstance(asked, int) and isinstance(there, int) and asked <= there


RULE = Rule(
    id="CMP-003",
    version=1,
    title="Time-sliced GPUs are not asked for beyond what a node has, under Karpenter",
    why="Karpenter counts physical GPUs. A pod that asks for more slices than a node has GPUs "
    "makes it add nodes that never fit.",
    fix="Let no pod ask for more than gpusPerNode, or use a fixed pool.",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    unknown=OnUnknown.DEFER,
    alone={GPU_POOL: _pool},
)
