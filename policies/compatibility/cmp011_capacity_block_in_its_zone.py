"""CMP-011: a capacity block is used in its own zone.

Source: aws-ia/terraform-aws-eks-blueprints, ml-capacity-block; read 2026-11.
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
    require,
)
from policies.engine.view import Plain


def _pool(pool: Resource, _: Settings) -> Iterator[Claim]:
    capacity = pool["capacity"]
    block = capacity["kind"].equals("block")
    for subnet in pool["subnets"].each():
        yield require(
            block.implies(subnet["zone"].relates(capacity["zone"], _same)),
            f"the block is in {capacity['zone']}, and a subnet of the pool is in {subnet['zone']}",
            at=subnet["zone"],
        )


def _same(one: Plain, other: Plain) -> bool:
    return one == other


RULE = Rule(
    id="CMP-011",
    version=1,
    title="A capacity block is used in its own zone",
    why="A capacity block is bound to one Availability Zone; a node group with subnets elsewhere "
    "fails to launch.",
    fix="Give the pool the subnets of the zone of the block, and no others.",
    severity=Severity.HIGH,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    alone={GPU_POOL: _pool},
)
