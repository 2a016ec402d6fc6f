"""CMP-007: dynamic resource allocation needs Karpenter 1.14 or later.

Source: Karpenter upgrade guide 1.14; kubernetes-sigs/karpenter#3228; read 2026-11.
"""

from collections.abc import Iterator
from typing import Final

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

_OLDEST: Final = (1, 14)


def _pool(pool: Resource, _: Settings) -> Iterator[Claim]:
    asks = pool["dra"].is_true() & pool["autoscaler"].equals("karpenter")
    version = pool["karpenterVersion"]
    yield require(
        asks.implies(version.satisfies(_knows)),
        f"the pool takes devices by resource claims, and Karpenter {version} does not see them",
        at=version,
    )


def _knows(version: Plain) -> bool:
    parts = str(version).removeprefix("v").split(".")
    return all(part.isdigit() for part in parts[:2]) and tuple(map(int, parts[:2])) >= _OLDEST


RULE = Rule(
    id="CMP-007",
    version=1,
    title="Dynamic resource allocation needs Karpenter 1.14 or later",
    why="Earlier versions do not see resource claims, and add no node for a pod that has one.",
    fix="Raise karpenterVersion to 1.14 or later, or take the device plugin.",
    severity=Severity.HIGH,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    alone={GPU_POOL: _pool},
)
