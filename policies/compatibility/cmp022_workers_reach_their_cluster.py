"""CMP-022: nodes in public subnets can reach the API.

Source: NVIDIA/aicr, EKS example; AWS EKS user guide, network requirements; read 2026-11.
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
    way_out = pool["publicIp"].is_true() | pool["egress"].one_of(("nat", "endpoints"))
    for subnet in pool["subnets"].each():
        yield forbid(
            subnet["public"].is_true() & ~way_out,
            "the subnet is public, the nodes have no public address, and neither NAT nor endpoints are there",
            at=subnet["public"],
        )


RULE = Rule(
    id="CMP-022",
    version=1,
    title="Nodes in public subnets can reach the API",
    why="A node in a public subnet without a public address has no way out, and never joins the cluster.",
    fix="Use private subnets with a NAT gateway or endpoints, or give the nodes public addresses.",
    severity=Severity.HIGH,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    alone={GPU_POOL: _pool},
)
