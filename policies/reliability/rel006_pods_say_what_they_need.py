"""REL-006: a pod says what it needs, and a namespace cannot take everything."""

from collections.abc import Iterator
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
    View,
    any_of,
    require,
)
from policies.engine.view import Plain
from policies.shapes import namespaces, pods

_LIMITS: Final = "kubernetes:core:LimitRange"
_QUOTA: Final = "kubernetes:core:ResourceQuota"
_NEEDS: Final = ("cpu", "memory")
# Kubernetes takes no resources from ephemeral containers; KServe gives a model those of its runtime; and a
# training runtime gets them from each job (TrainJob.spec.trainer.resourcesPerNode).
_WITHOUT: Final = (".ephemeralContainers", ".model")
_KINDS: Final = tuple(kind for kind in pods.PATHS if not kind.startswith("kubernetes:trainer.kubeflow.org:"))


def _pods(resource: Resource, stack: Inventory, _: Settings) -> Iterator[Claim]:
    defaults = list(_defaults(resource, stack))
    for spec in pods.specs(resource):
        for container in pods.containers(spec):
            if not any(part in container.path for part in _WITHOUT):
                yield from _container(container, defaults)


def _container(container: View, defaults: list[tuple[View, Truth]]) -> Iterator[Claim]:
    resources, name = container["resources"], container["name"]
    requests, limits = resources["requests"], resources["limits"]
    for need in _NEEDS:
        limit = limits[need].given() | any_of(here & row["default"][need].given() for row, here in defaults)
        # Kubernetes takes a limit for the request where there is none.
        request = (
            requests[need].given()
            | limit
            | any_of(here & row["defaultRequest"][need].given() for row, here in defaults)
        )
        yield require(request, f"container {name} requests no {need}", at=requests[need])
        yield require(limit, f"container {name} has no limit for {need}", at=limits[need])
    for need, asked in requests.entries():
        # The entries of an unknown mapping are one entry named "*".
        if need == "*" or "/" in need:
            yield require(
                ~asked.present() if need == "*" else limits[need].relates(asked, _same),
                f"container {name} requests {need}, and its limit is not the same: such a resource is given "
                "whole or not at all",
                at=limits[need],
            )


def _defaults(item: Resource, stack: Inventory) -> Iterator[tuple[View, Truth]]:
    """Yield what limit ranges of its namespace give to a container that says nothing."""
    for limits, here in namespaces.beside(item, stack, [_LIMITS]):
        for row in limits["spec"]["limits"].each():
            yield row, here & row["type"].equals("Container")


def _namespace(namespace: Resource, stack: Inventory, settings: Settings) -> Iterator[Claim]:
    system = namespace["metadata"]["name"].one_of(settings.texts("systemNamespaces"))
    quota = any_of(
        here & one["spec"]["hard"].filled() for one, here in namespaces.inside(namespace, stack, [_QUOTA])
    )
    limits = any_of(
        here & one["spec"]["limits"].any(lambda row: row["type"].equals("Container"))
        for one, here in namespaces.inside(namespace, stack, [_LIMITS])
    )
    yield require(
        system | quota, "the namespace has no ResourceQuota: it may take everything", at=namespace.properties
    )
    yield require(
        system | limits,
        "the namespace has no LimitRange for containers: a pod that says nothing is not bounded",
        at=namespace.properties,
    )


def _same(one: Plain, other: Plain) -> bool:
    return str(one) == str(other)


RULE = Rule(
    id="REL-006",
    version=1,
    title="Pods say what they need, and namespaces are bounded",
    why="A pod without a memory limit takes the node down with it, and the training job beside it.",
    fix="Set requests and limits for cpu and memory on every container, the same number of GPUs in both, "
    "and give "
    "every namespace a ResourceQuota and a LimitRange.",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    joined={**dict.fromkeys(_KINDS, _pods), namespaces.NAMESPACE: _namespace},
    parameters={
        "systemNamespaces": Parameter(
            about="Namespaces of the cluster itself, which need no quota and no limits.",
            schema={"type": "array", "items": {"type": "string"}},
            default=["default", "kube-node-lease", "kube-public", "kube-system"],
        )
    },
)
