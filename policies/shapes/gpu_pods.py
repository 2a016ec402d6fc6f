"""How many GPUs pods ask for."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, cast

from policies.engine import Inventory, Resource, Truth, View, any_of
from policies.engine.data import read
from policies.shapes import amounts, endpoints, pods
from policies.shapes.amounts import Amount

_TABLE: Final = cast("dict[str, dict[str, Any]]", read(Path(__file__).parent / "tables" / "gpu_pods.toml"))
_COUNTS: Final = cast("dict[str, str]", _TABLE["counts"])
RESOURCES: Final = cast("list[str]", _TABLE["gpus"]["resources"])
"""Names of the resources that stand for GPUs."""


def users(stack: Inventory) -> Mapping[str, Mapping[str, Amount]]:
    """Return how many GPUs of each kind workloads may ask for, by their URN; for ``Inventory.derive``."""
    found: dict[str, dict[str, Amount]] = {resource: {} for resource in RESOURCES}
    for workload in stack.of(*pods.PATHS):
        for resource in RESOURCES:
            amount = asked(workload, resource)
            if amount.most > 0:
                found[resource][workload.urn] = amount
    return found


def asked(workload: Resource, resource: str) -> Amount:
    """Return how many GPUs of one kind all pods of ``workload`` ask for."""
    return amounts.total(_pods(workload, spec) * _one(spec, resource) for spec in pods.specs(workload))


def uses(workload: Resource) -> Truth:
    """Return whether pods of ``workload`` ask for a GPU."""
    return any_of(
        ~_one(spec, resource).within(amounts.NOTHING)
        for spec in pods.specs(workload)
        for resource in RESOURCES
    )


def _one(spec: View, resource: str) -> Amount:
    """Return what one pod asks for: the sum of its containers, whose requests equal their limits."""
    return amounts.total(
        amounts.of(container["resources"]["limits"][resource], absent=0)
        for container in pods.containers(spec)
        if ".initContainers" not in container.path
    )


def _pods(workload: Resource, spec: View) -> Amount:
    if workload.kind == "kubernetes:core:Pod":
        return amounts.exactly(1)
    path = _COUNTS.get(workload.kind)
    if path is not None:
        return amounts.of(workload.properties.at(*path.split(".")), absent=1)
    if workload.kind == endpoints.INFERENCE_SERVICE:
        fewest, most = amounts.of(spec["minReplicas"], absent=1), amounts.of(spec["maxReplicas"], absent=0)
        # KServe takes no number, and none, for no limit.
        limit = most.most if most.least > 0 else math.inf
        return Amount(min(fewest.least, limit), limit, (*most.because, *fewest.because))
    return Amount(1, math.inf)
