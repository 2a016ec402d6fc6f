"""CMP-013: gPU pools of an AKS cluster with the GPU operator run one version of their system.

Source: Azure documentation, NVIDIA GPU Operator on AKS, note on operating systems; read 2026-11.
"""

from collections.abc import Iterator

from policies.compatibility.declared import GPU_POOL, GPU_STACK
from policies.engine import (
    Claim,
    Enforcement,
    Inventory,
    OnUnknown,
    Resource,
    Rule,
    Settings,
    Severity,
    any_of,
    forbid,
)
from policies.engine.view import Plain


def _pool(pool: Resource, stack: Inventory, _: Settings) -> Iterator[Claim]:
    operated = any_of(
        pool["cluster"].relates(other["cluster"], _same) & other["operator"].present()
        for other in stack.of(GPU_STACK)
    )
    for other in stack.of(GPU_POOL):
        if other.urn > pool.urn:
            together = (
                pool["kind"].equals("aks") & operated & pool["cluster"].relates(other["cluster"], _same)
            )
            yield forbid(
                together & ~pool["osVersion"].relates(other["osVersion"], _same),
                f"the pool runs {pool['osVersion']}, and {other.name} in the same cluster runs "
                f"{other['osVersion']}",
                at=pool["osVersion"],
            )


def _same(one: Plain, other: Plain) -> bool:
    return one == other


RULE = Rule(
    id="CMP-013",
    version=1,
    title="GPU pools of an AKS cluster with the GPU operator run one version of their system",
    why="The operator builds one driver for the cluster; nodes with another version of the "
    "operating system get none that loads.",
    fix="Give every GPU pool of the cluster the same osVersion.",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    joined={GPU_POOL: _pool},
)
