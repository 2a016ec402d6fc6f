"""CMP-014: clusterPolicy and GPUCluster are not both deployed.

Source: NVIDIA/gpu-operator, deployments/gpu-operator/values.yaml; read 2026-11.
"""

from collections.abc import Iterator
from typing import Final

from policies.compatibility.declared import GPU_STACK
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
from policies.engine.truth import YES

_POLICY: Final = "kubernetes:nvidia.com:ClusterPolicy"
_CLUSTER: Final = "kubernetes:nvidia.com:GPUCluster"


def _stack(declared: Resource, _: Settings) -> Iterator[Claim]:
    operator = declared["operator"]
    yield forbid(
        operator["clusterPolicy"].is_true() & operator["gpuCluster"].is_true(),
        "the operator gets a ClusterPolicy and a GPUCluster",
        at=operator["gpuCluster"],
    )


def _object(cluster: Resource, stack: Inventory, _: Settings) -> Iterator[Claim]:
    for other in stack.of(_POLICY):
        if other.provider == cluster.provider:
            yield forbid(YES, f"the cluster has the ClusterPolicy {other.name} too", at=cluster.properties)


RULE = Rule(
    id="CMP-014",
    version=1,
    title="ClusterPolicy and GPUCluster are not both deployed",
    why="Both make the operator deploy drivers and plugins, and each undoes what the other did.",
    fix="Keep one of the two.",
    severity=Severity.HIGH,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    alone={GPU_STACK: _stack},
    joined={_CLUSTER: _object},
)
