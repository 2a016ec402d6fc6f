"""CMP-010: eFA pools are in one zone.

Source: aws-samples/awsome-distributed-training issue 83 and pulumi/pulumi-eks#1593; read 2026-11.
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
from policies.shapes import amounts


def _pool(pool: Resource, _: Settings) -> Iterator[Claim]:
    zones = pool["zones"]
    yield require(
        pool["interconnect"]
        .equals("efa")
        .implies(zones.filled() & amounts.length(zones).within(amounts.exactly(1))),
        "the pool has EFA, and more than one zone or none is named for it",
        at=zones,
    )


RULE = Rule(
    id="CMP-010",
    version=1,
    title="EFA pools are in one zone",
    why="EFA traffic does not leave a subnet, so nodes in another zone never join the job they "
    "were started for.",
    fix="Name one zone for the pool.",
    severity=Severity.HIGH,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    alone={GPU_POOL: _pool},
)
