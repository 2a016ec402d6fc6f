"""Machines that a program asks for, alone or in pools: how many, of which type, and with how many GPUs."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from policies.engine import Inventory, Resource, Truth, View, any_of
from policies.engine.data import read
from policies.engine.truth import NO
from policies.shapes import amounts
from policies.shapes.amounts import Amount

_TABLE: Final = cast("Mapping[str, Mapping[str, Any]]", read(Path(__file__).parent / "tables" / "gpus.toml"))
_GPUS: Final = {
    name.casefold(): int(count) for cloud in _TABLE.values() for name, count in cloud["gpus"].items()
}
_PATTERN: Final = re.compile("|".join(cloud["pattern"] for cloud in _TABLE.values()), re.IGNORECASE)
_IMAGE: Final = str(_TABLE["aws"]["image"])
_TEMPLATE: Final = "aws:ec2/launchTemplate:LaunchTemplate"

NODE_GROUP: Final = "aws:eks/nodeGroup:NodeGroup"
AGENT_POOL: Final = "azure-native:containerservice:AgentPool"
MANAGED_CLUSTER: Final = "azure-native:containerservice:ManagedCluster"
NODE_POOL: Final = "kubernetes:karpenter.sh:NodePool"
MACHINE_SET: Final = "kubernetes:machine.openshift.io:MachineSet"
COMPUTE: Final = "azure-native:machinelearningservices:Compute"


@dataclass(frozen=True, kw_only=True, slots=True)
class Machines:
    """Machines of one pool, of any of ``types``."""

    at: View
    """The part of the resource that describes them."""
    types: tuple[View, ...]
    """The types they may have; Karpenter may name a family, such as ``p5``, and no size."""
    fewest: Amount
    most: Amount
    spot: Truth = NO
    """Whether they may be taken away at any time, and cost less."""
    image: View | None = None
    """The kind of image they start from, where it tells of a GPU."""
    pool: bool = True
    """Whether they are nodes of a cluster."""
    most_gpus: Amount | None = None
    """The limit for the GPUs of all machines together, where there is one."""

    def has_gpu(self) -> Truth:
        """Return whether the machines have a GPU, as far as their types tell."""
        told = [is_gpu(size) for size in self.types]
        if self.image is not None:
            told.append(self.image.satisfies(lambda text: _IMAGE in str(text)))
        return any_of(told)

    def gpus(self) -> Amount:
        """Return how many GPUs one of the machines has."""
        return amounts.greatest(_gpus(size) for size in self.types)

    def all_gpus(self) -> Amount:
        """Return how many GPUs all of the machines have when there are most of them."""
        return self.most_gpus if self.most_gpus is not None else self.most * self.gpus()


def plain(view: View) -> str | None:
    """Return a machine type for looking it up: without SageMaker's ``ml.`` in front."""
    name = amounts.text(view)
    return None if name is None else name.removeprefix("ml.")


def is_gpu(size: View) -> Truth:
    """Return whether machines of this type have a GPU, as far as its name tells."""
    return size.satisfies(_is_gpu_type)


def of(resource: Resource, stack: Inventory) -> Iterator[Machines]:
    """Yield the machines that ``resource`` asks for."""
    yield from _KINDS[resource.kind](resource, stack)


def _is_gpu_type(name: object) -> bool:
    return isinstance(name, str) and _PATTERN.match(name.removeprefix("ml.")) is not None


def _gpus(size: View) -> Amount:
    name = plain(size)
    if name is None:
        return amounts.anything(size)
    count = _GPUS.get(name.casefold())
    if count is not None:
        return Amount(count, count, amounts.of(size).because)
    unlisted = amounts.anything(size)
    return Amount(1, unlisted.most, unlisted.because) if _is_gpu_type(name) else amounts.NOTHING


def _node_group(group: Resource, stack: Inventory) -> Iterator[Machines]:
    scaling = group["scalingConfig"]
    types = tuple(group["instanceTypes"].each()) or _template_types(group["launchTemplate"], stack)
    yield Machines(
        at=group.properties,
        types=types,
        fewest=amounts.of(scaling["minSize"]),
        most=amounts.of(scaling["maxSize"]),
        spot=group["capacityType"].equals("SPOT"),
        image=group["amiType"],
    )


def _template_types(template: View, stack: Inventory) -> tuple[View, ...]:
    """Return the types that a launch template names; a template of another stack is not known."""
    if template.given().state is False:
        return ()
    named = tuple(
        one["instanceType"]
        for one in stack.of(_TEMPLATE)
        if any_of(stack.refers(template[key], one) for key in ("id", "name")).state is True
    )
    return named or (amounts.unknown(template),)


def _scaling_group(group: Resource, stack: Inventory) -> Iterator[Machines]:
    mixed = group.properties.at("mixedInstancesPolicy", "launchTemplate")
    types = tuple(one["instanceType"] for one in mixed["overrides"].each())
    template = group["launchTemplate"]
    yield Machines(
        at=group.properties,
        types=types or _template_types(template, stack),
        fewest=amounts.of(group["minSize"]),
        most=amounts.of(group["maxSize"]),
        pool=False,
    )


def _agent_pool(pool: Resource, _: Inventory) -> Iterator[Machines]:
    yield from _azure_pool(pool.properties)


def _managed_cluster(cluster: Resource, _: Inventory) -> Iterator[Machines]:
    for profile in cluster["agentPoolProfiles"].each():
        yield from _azure_pool(profile)


def _azure_pool(pool: View) -> Iterator[Machines]:
    for part in pool.at("virtualMachinesProfile", "scale", "manual").each():
        count = amounts.of(part["count"], absent=1)
        yield Machines(at=part, types=(part["size"],), fewest=count, most=count)
    if pool["vmSize"].given().state is False:
        return
    scales, count = pool["enableAutoScaling"].is_true(), amounts.of(pool["count"], absent=1)
    yield Machines(
        at=pool,
        types=(pool["vmSize"],),
        fewest=_either(scales, amounts.of(pool["minCount"], absent=0), count),
        most=_either(scales, amounts.of(pool["maxCount"]), count),
        spot=pool["scaleSetPriority"].equals("Spot"),
    )


def _either(condition: Truth, one: Amount, other: Amount) -> Amount:
    if condition.state is None:
        because = tuple(dict.fromkeys((*condition.because, *one.because, *other.because)))
        return Amount(min(one.least, other.least), max(one.most, other.most), because)
    return one if condition.state else other


def _variants(configuration: Resource, _: Inventory) -> Iterator[Machines]:
    for list_name in ("productionVariants", "shadowProductionVariants"):
        for variant in configuration[list_name].each():
            scaling = variant["managedInstanceScaling"]
            scales = scaling["status"].equals("ENABLED")
            count = amounts.of(variant["initialInstanceCount"], absent=1)
            if variant["serverlessConfig"].present().state is True:
                continue
            yield Machines(
                at=variant,
                types=(variant["instanceType"],),
                fewest=_either(scales, amounts.of(scaling["minInstanceCount"], absent=1), count),
                most=_either(scales, amounts.of(scaling["maxInstanceCount"]), count),
                pool=False,
            )


def _one(path: str) -> Callable[[Resource, Inventory], Iterator[Machines]]:
    def single(resource: Resource, _: Inventory) -> Iterator[Machines]:
        yield Machines(
            at=resource.properties,
            types=(resource[path],),
            fewest=amounts.exactly(1),
            most=amounts.exactly(1),
            pool=False,
        )

    return single


def _training_job(job: Resource, _: Inventory) -> Iterator[Machines]:
    resources = job["resourceConfig"]
    for part in (*resources["instanceGroups"].each(), resources):
        if part["instanceType"].given().state is not False:
            count = amounts.of(part["instanceCount"], absent=1)
            yield Machines(
                at=part,
                types=(part["instanceType"],),
                fewest=count,
                most=count,
                spot=job["enableManagedSpotTraining"].is_true(),
                pool=False,
            )


def _compute(compute: Resource, _: Inventory) -> Iterator[Machines]:
    """Clusters and instances of Azure Machine Learning; other kinds of compute stand elsewhere."""
    what, settings = compute.properties.at("properties", "computeType"), compute["properties"]["properties"]
    cluster = what.equals("AmlCompute")
    if (cluster | what.equals("ComputeInstance")).state is not False:
        scaling = settings["scaleSettings"]
        yield Machines(
            at=settings,
            types=(settings["vmSize"],),
            fewest=_either(cluster, amounts.of(scaling["minNodeCount"], absent=0), amounts.exactly(1)),
            most=_either(cluster, amounts.of(scaling["maxNodeCount"]), amounts.exactly(1)),
            spot=settings["vmPriority"].equals("LowPriority"),
            pool=False,
        )


def _online_deployment(deployment: Resource, _: Inventory) -> Iterator[Machines]:
    properties = deployment["properties"]
    if properties["endpointComputeType"].equals("Kubernetes").state is not True:
        fewest, most = online_instances(deployment)
        yield Machines(
            at=properties, types=(properties["instanceType"],), fewest=fewest, most=most, pool=False
        )


def online_instances(deployment: Resource) -> tuple[Amount, Amount]:
    """Return the fewest and the most instances of an online deployment of Azure Machine Learning."""
    scaling = deployment["properties"]["scaleSettings"]
    scales = scaling["scaleType"].equals("TargetUtilization")
    count = amounts.of(deployment["sku"]["capacity"], absent=1)
    return (
        _either(scales, amounts.of(scaling["minInstances"], absent=1), count),
        _either(scales, amounts.of(scaling["maxInstances"], absent=1), count),
    )


def _node_pool(pool: Resource, _: Inventory) -> Iterator[Machines]:
    """Karpenter picks the type of each node; it adds and removes nodes as pods need them."""
    types: list[View] = []
    spot = NO
    for requirement in pool.properties.at("spec", "template", "spec", "requirements").each():
        key, values = requirement["key"], requirement["values"]
        positive = requirement["operator"].equals("In")
        if (key.one_of(_KARPENTER_TYPES) & positive).state is not False:
            types += values.each()
        spot |= key.equals("karpenter.sh/capacity-type") & positive & values.any(_is_spot)
    replicas, limits = pool["spec"]["replicas"], pool["spec"]["limits"]
    most = limits["nodes"] if replicas.given().state is False else replicas
    gpus = limits["nvidia.com/gpu"]
    yield Machines(
        at=pool["spec"],
        types=tuple(types),
        fewest=amounts.of(replicas, absent=0),
        most=amounts.of(most),
        spot=spot,
        most_gpus=None if gpus.given().state is False else amounts.of(gpus),
    )


_KARPENTER_TYPES: Final = (
    "node.kubernetes.io/instance-type",
    "karpenter.k8s.aws/instance-family",
    "karpenter.azure.com/sku-name",
)


def _is_spot(view: View) -> Truth:
    return view.equals("spot")


def _machine_set(machines: Resource, _: Inventory) -> Iterator[Machines]:
    """OpenShift: AWS names an ``instanceType``, Azure a ``vmSize``."""
    value = machines.properties.at("spec", "template", "spec", "providerSpec", "value")
    count = amounts.of(machines["spec"]["replicas"], absent=1)
    yield Machines(
        at=machines["spec"],
        types=tuple(
            value[key] for key in ("instanceType", "vmSize") if value[key].given().state is not False
        ),
        fewest=count,
        most=count,
        spot=(value["spotMarketOptions"].given() | value["spotVMOptions"].given()),
    )


_KINDS: Final[Mapping[str, Callable[[Resource, Inventory], Iterator[Machines]]]] = {
    NODE_GROUP: _node_group,
    "aws:autoscaling/group:Group": _scaling_group,
    "aws:ec2/instance:Instance": _one("instanceType"),
    "aws:sagemaker/endpointConfiguration:EndpointConfiguration": _variants,
    "aws:sagemaker/notebookInstance:NotebookInstance": _one("instanceType"),
    "aws:sagemaker/trainingJob:TrainingJob": _training_job,
    AGENT_POOL: _agent_pool,
    MANAGED_CLUSTER: _managed_cluster,
    COMPUTE: _compute,
    "azure-native:machinelearningservices:OnlineDeployment": _online_deployment,
    NODE_POOL: _node_pool,
    MACHINE_SET: _machine_set,
}

KINDS: Final = tuple(_KINDS)
"""Kinds of resource that ask for machines."""
