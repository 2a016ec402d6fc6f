"""CMP-002: auto Mode pools bring no user data of their own.

Source: aws-samples/karpenter-blueprints#47, review; read 2026-11.
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
    own = pool["userData"].is_true() | (
        pool["sharing"]["timeSlices"].present() & ~pool["sharing"]["timeSlices"].at_most(1)
    )
    yield forbid(
        pool["autoscaler"].equals("auto-mode") & own,
        "the pool is of Auto Mode, and needs user data or time slices, which Auto Mode does not take",
        at=pool["autoscaler"],
    )


RULE = Rule(
    id="CMP-002",
    version=1,
    title="Auto Mode pools bring no user data of their own",
    why="EKS Auto Mode owns the node image and ignores or refuses user data, so what it was to "
    "set up (time slices, a driver) is not there.",
    fix="Leave userData out, or use a node group or Karpenter for this pool.",
    severity=Severity.HIGH,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    alone={GPU_POOL: _pool},
)
