"""CST-003: a stack and a namespace have no more GPUs than somebody decided."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from policies.engine import (
    Claim,
    Enforcement,
    Inventory,
    OnUnknown,
    Parameter,
    Resource,
    Rule,
    Settings,
    Severity,
    Truth,
    any_of,
    require,
)
from policies.shapes import amounts, gpu_pods, machines, namespaces, pods
from policies.shapes.amounts import Amount

_STACK: Final = "pulumi:pulumi:Stack"
_QUOTA: Final = "kubernetes:core:ResourceQuota"


def _stack(root: Resource, stack: Inventory, settings: Settings) -> Iterator[Claim]:
    most = settings.whole("mostGpus")
    total = amounts.total(
        group.all_gpus() for resource in stack.of(*machines.KINDS) for group in machines.of(resource, stack)
    )
    yield require(
        total.within(amounts.exactly(most)),
        f"its pools may grow to {_shown(total)} GPUs; {most} are allowed",
        at=root.properties,
    )


def _namespace(namespace: Resource, stack: Inventory, _: Settings) -> Iterator[Claim]:
    workloads = list(namespaces.inside(namespace, stack, pods.PATHS))
    for resource, users in stack.derive(gpu_pods.users).items():
        wanted = _wanted(workloads, users)
        bounded = any_of(
            here & quota["spec"]["hard"][f"requests.{resource}"].given()
            for quota, here in namespaces.inside(namespace, stack, [_QUOTA])
        )
        yield require(
            wanted.within(amounts.NOTHING) | bounded,
            f"its pods ask for {_shown(wanted)} {resource}, and no ResourceQuota says how many it may have",
            at=namespace.properties,
        )


def _quota(quota: Resource, stack: Inventory, _: Settings) -> Iterator[Claim]:
    workloads = list(namespaces.beside(quota, stack, pods.PATHS))
    for resource, users in stack.derive(gpu_pods.users).items():
        hard = quota["spec"]["hard"][f"requests.{resource}"]
        if hard.given().state is False:
            continue
        wanted = _wanted(workloads, users)
        yield require(
            wanted.within(amounts.of(hard)),
            f"pods of its namespace ask for {_shown(wanted)} {resource}; it allows {hard}",
            at=hard,
        )


def _wanted(workloads: Sequence[tuple[Resource, Truth]], users: Mapping[str, Amount]) -> Amount:
    return amounts.total(
        amounts.where(here, users[workload.urn]) for workload, here in workloads if workload.urn in users
    )


def _shown(amount: Amount) -> str:
    if amount.known or math.isinf(amount.most):
        return f"{amount.least:g}" if amount.known else f"at least {amount.least:g}"
    return f"{amount.least:g} to {amount.most:g}"


RULE = Rule(
    id="CST-003",
    version=1,
    title="GPUs stay within the budget of the stack and of the namespace",
    why="Pools and jobs grow one line at a time, and only the sum is a decision.",
    fix="Shrink a pool or a workload, raise mostGpus for the stack, or set requests.nvidia.com/gpu in a "
    "ResourceQuota.",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    joined={_STACK: _stack, namespaces.NAMESPACE: _namespace, _QUOTA: _quota},
    parameters={
        "mostGpus": Parameter(
            about="How many GPUs all pools and machines of a stack may have when they are at their largest.",
            schema={"type": "integer", "minimum": 0},
            default=64,
        )
    },
)
