"""CST-008: nothing is paid for that nothing uses."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, cast

from policies.engine import (
    Claim,
    Enforcement,
    Inventory,
    OnUnknown,
    Resource,
    Rule,
    Settings,
    Severity,
    Truth,
    View,
    any_of,
    require,
)
from policies.engine.data import read
from policies.engine.truth import NO, YES
from policies.engine.view import Plain
from policies.shapes import charts, endpoints, namespaces, pods

_USES: Final = cast(
    "Mapping[str, Mapping[str, list[str]]]", read(Path(__file__).parent / "tables" / "uses.toml")
)
_ADDRESS: Final = "aws:ec2/eip:Eip"
_CLASSIC: Final = "aws:elb/loadBalancer:LoadBalancer"
_BALANCER: Final = "azure-native:network:LoadBalancer"
_CLAIM: Final = "kubernetes:core:PersistentVolumeClaim"
_SERVICE: Final = "kubernetes:core:Service"
_POD: Final = "kubernetes:core:Pod"
_IDLE: Final = "it is paid for, and nothing in this stack uses it: {}"
# How a resource says by itself that it is used.
_BY_ITSELF: Final = {
    _ADDRESS: ("instance", "networkInterface"),
    _CLASSIC: ("instances",),
}
_WHAT: Final = {
    "Volume": "no machine has the volume",
    "Disk": "no machine has the disk",
    "Eip": "nothing has the address",
    "PublicIPAddress": "nothing has the address",
    "LoadBalancer": "no listener or target belongs to the load balancer",
}


def _resource(resource: Resource, stack: Inventory, _: Settings) -> Iterator[Claim]:
    own = any_of(resource[key].filled() for key in _BY_ITSELF.get(resource.kind, ()))
    named = any_of(
        names
        for kind, places in _USES[resource.kind].items()
        for place in places
        for _, names in stack.referring(resource, {kind: place})
    )
    yield require(
        own | named | _made_use_of(resource, stack),
        _IDLE.format(_WHAT[resource.kind.rpartition(":")[2]]),
        at=resource.properties,
    )


def _made_use_of(resource: Resource, stack: Inventory) -> Truth:
    """Return whether the program made a property of something else from ``resource``."""
    return YES if resource.urn in stack.derive(_origins) else NO


def _origins(stack: Inventory) -> frozenset[str]:
    return frozenset(
        urn for resource in stack for urns in resource.property_dependencies.values() for urn in urns
    )


def _balancer(balancer: Resource, _: Settings) -> Iterator[Claim]:
    rules = any_of(
        balancer[key].filled() for key in ("loadBalancingRules", "inboundNatRules", "outboundRules")
    )
    yield require(rules, _IDLE.format("the load balancer has no rules"), at=balancer.properties)


def _claim(claim: Resource, stack: Inventory, _: Settings) -> Iterator[Claim]:
    name = claim["metadata"]["name"]
    mounted = any_of(
        beside & volume["persistentVolumeClaim"]["claimName"].relates(name, _equal)
        for workload, beside in namespaces.beside(claim, stack, pods.PATHS)
        for spec in pods.specs(workload)
        for volume in spec["volumes"].each()
    )
    yield require(
        mounted | _made_use_of(claim, stack) | _charts_may(claim, stack),
        _IDLE.format("no pod mounts the volume"),
        at=claim.properties,
    )


def _service(service: Resource, stack: Inventory, _: Settings) -> Iterator[Claim]:
    spec = service["spec"]
    balances, selector = spec["type"].equals("LoadBalancer"), spec["selector"]
    served = any_of(
        beside & namespaces.has(_labels(workload), selector)
        for workload, beside in namespaces.beside(service, stack, pods.PATHS)
    )
    # Without a selector somebody else says where its requests go.
    yield require(
        (balances & selector.filled()).implies(served | _charts_may(service, stack)),
        _IDLE.format("the load balancer finds no pod"),
        at=selector,
    )


def _labels(workload: Resource) -> View:
    """Return the labels that pods of ``workload`` have."""
    return workload["metadata"]["labels"] if workload.kind == _POD else endpoints.pod_labels(workload)


def _charts_may(item: Resource, stack: Inventory) -> Truth:
    """Return "unknown" where a chart is in the same cluster, since its pods cannot be seen from here."""
    return any_of(YES.doubtful() for release in stack.of(*charts.KINDS) if release.provider == item.provider)


def _equal(one: Plain, other: Plain) -> bool:
    return one == other


RULE = Rule(
    id="CST-008",
    version=1,
    title="No volume, address or load balancer lies idle",
    why="An address that nothing has and a disk that nothing mounts cost every month, and nobody misses "
    "them.",
    fix="Attach it, or remove it from the program.",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    unknown=OnUnknown.DEFER,
    alone={_BALANCER: _balancer},
    joined={**dict.fromkeys(_USES, _resource), _CLAIM: _claim, _SERVICE: _service},
)
