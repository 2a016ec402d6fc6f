"""What a cluster is, said without naming a cloud."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from components.core import Tags


@dataclass(frozen=True, kw_only=True, slots=True)
class ClusterSpec:
    """The part of the arguments that every kind of cluster honours."""

    tags: Tags


@dataclass(frozen=True, kw_only=True, slots=True)
class Taint:
    """A Kubernetes taint; pods stay away unless they tolerate it."""

    key: str
    value: str
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Pool:
    """Nodes of one size, spread over the zones of the site."""

    size: str
    """The provider's own instance type or VM size."""
    fewest: int
    most: int
    disk_gib: int
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    taints: tuple[Taint, ...] = ()
