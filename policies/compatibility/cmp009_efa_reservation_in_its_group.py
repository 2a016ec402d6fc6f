"""CMP-009: a reservation for EFA nodes was made in their placement group.

Source: terraform-aws-modules/terraform-aws-eks#3730; read 2026-11.
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
    capacity = pool["capacity"]
    reserved = capacity["kind"].one_of(("reservation", "block"))
    yield forbid(
        pool["interconnect"].equals("efa")
        & pool["placementGroup"].is_true()
        & reserved
        & ~capacity["placementGroup"].is_true(),
        f"the nodes stand in a placement group, and the {capacity['kind']} was not made in it",
        at=capacity["placementGroup"],
    )


RULE = Rule(
    id="CMP-009",
    version=1,
    title="A reservation for EFA nodes was made in their placement group",
    why="A reservation or capacity block outside the placement group cannot be used by nodes "
    'inside it, and the pool ends in "insufficient capacity".',
    fix="Make the reservation in the placement group (capacity.placementGroup), or leave the group out.",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    unknown=OnUnknown.DEFER,
    alone={GPU_POOL: _pool},
)
