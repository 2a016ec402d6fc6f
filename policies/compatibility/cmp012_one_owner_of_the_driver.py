"""CMP-012: the GPU operator does not install what the node image has.

Source: NVIDIA GPU Operator documentation, installing on EKS and AKS; read 2026-11.
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
    forbid,
)
from policies.engine.view import Plain


def _pool(pool: Resource, stack: Inventory, _: Settings) -> Iterator[Claim]:
    for other in stack.of(GPU_STACK):
        here = pool["cluster"].relates(other["cluster"], _same)
        for part in ("driver", "toolkit"):
            # The operator installs both unless it is told not to.
            installs = ~other["operator"][part].equals(expected=False)
            yield forbid(
                here & pool["image"][part].is_true() & installs,
                f"the node image has the {part}, and the GPU operator of {other.name} installs one too",
                at=pool["image"][part],
            )


def _same(one: Plain, other: Plain) -> bool:
    return one == other


RULE = Rule(
    id="CMP-012",
    version=1,
    title="The GPU operator does not install what the node image has",
    why="Two drivers or toolkits on one node fight over the kernel module and the container "
    "runtime, and the node never gets ready.",
    fix="Switch driver or toolkit of the GPU operator off for images that have them.",
    severity=Severity.HIGH,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    joined={GPU_POOL: _pool},
)
