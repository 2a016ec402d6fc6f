"""Simulated nodes: what a node says it has, without a machine behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

FAKE = "kwok.x-k8s.io/node"
"""The annotation by which kwok knows the nodes that it plays."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NodeShape:
    """What each node of a set offers. ``resources`` are extended ones, such as ``nvidia.com/gpu``."""

    cpu: str = "32"
    memory: str = "256Gi"
    pods: int = 110
    resources: Mapping[str, int] = field(default_factory=dict[str, int])
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    taints: Sequence[Mapping[str, str]] = ()

    def manifest(self, name: str) -> dict[str, Any]:
        """Return the Node object; kwok adds its conditions and addresses."""
        offered = {"cpu": self.cpu, "memory": self.memory, "pods": str(self.pods)}
        offered |= {resource: str(count) for resource, count in self.resources.items()}
        labels = {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"}
        return {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": name, "annotations": {FAKE: "fake"}, "labels": labels | dict(self.labels)},
            "spec": {"taints": [dict(taint) for taint in self.taints]},
            "status": {"capacity": offered, "allocatable": offered},
        }
