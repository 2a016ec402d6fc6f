"""CST-004: outside production a GPU that nobody uses costs nothing.

Online deployments of Azure Machine Learning always keep an instance; they are judged by no one here.
"""

from collections.abc import Iterator
from typing import Final

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
    any_of,
    require,
)
from policies.engine.view import Plain
from policies.shapes import amounts, endpoints, gpu_pods, machines, namespaces, replicas, stage

_SCALER: Final = "kubernetes:autoscaling.openshift.io:MachineAutoscaler"
_TARGET: Final = "aws:appautoscaling/target:Target"
_POOLS: Final = (
    machines.NODE_GROUP,
    machines.AGENT_POOL,
    machines.MANAGED_CLUSTER,
    machines.COMPUTE,
    machines.NODE_POOL,
    machines.MACHINE_SET,
    "aws:autoscaling/group:Group",
)
_WRONG: Final = "outside production GPUs are kept that nobody may be using: {} never goes down to zero"


def _pool(pool: Resource, stack: Inventory, settings: Settings) -> Iterator[Claim]:
    outside = stage.outside_production(pool, stack, settings)
    for nodes in machines.of(pool, stack):
        empty = nodes.fewest.within(amounts.NOTHING)
        if pool.kind == machines.MACHINE_SET:
            empty |= _scaled_machines(pool, stack)
        yield require((outside & nodes.has_gpu()).implies(empty), _WRONG.format("the pool"), at=nodes.at)


def _scaled_machines(pool: Resource, stack: Inventory) -> Truth:
    return any_of(
        beside
        & scaler["spec"]["scaleTargetRef"]["name"].relates(pool["metadata"]["name"], _equal)
        & amounts.of(scaler["spec"]["minReplicas"], absent=0).within(amounts.NOTHING)
        for scaler, beside in namespaces.beside(pool, stack, [_SCALER])
    )


def _workload(workload: Resource, stack: Inventory, settings: Settings) -> Iterator[Claim]:
    idle = endpoints.serves(workload) & gpu_pods.uses(workload)
    outside = stage.outside_production(workload, stack, settings)
    yield require(
        (outside & idle).implies(replicas.may_be_none(workload, stack)),
        _WRONG.format("the endpoint"),
        at=workload["spec"]["replicas"],
    )


def _service(service: Resource, stack: Inventory, settings: Settings) -> Iterator[Claim]:
    outside = stage.outside_production(service, stack, settings) & gpu_pods.uses(service)
    fewest = service.properties.at("spec", "predictor", "minReplicas")
    yield require(
        outside.implies(amounts.of(fewest, absent=1).within(amounts.NOTHING)),
        _WRONG.format("the endpoint"),
        at=fewest,
    )


def _sagemaker(configuration: Resource, stack: Inventory, settings: Settings) -> Iterator[Claim]:
    outside = stage.outside_production(configuration, stack, settings)
    scaled = any_of(
        stack.refers(endpoint["endpointConfigName"], configuration)
        & target["serviceNamespace"].equals("sagemaker")
        & target["resourceId"].relates(endpoint["name"], _is_variant_of)
        & amounts.of(target["minCapacity"]).within(amounts.NOTHING)
        for target in stack.of(_TARGET)
        for endpoint in stack.of(endpoints.SAGEMAKER)
    )
    for variant in machines.of(configuration, stack):
        yield require(
            (outside & variant.has_gpu()).implies(variant.fewest.within(amounts.NOTHING) | scaled),
            _WRONG.format("the endpoint"),
            at=variant.at,
        )


def _is_variant_of(target: Plain, endpoint: Plain) -> bool:
    return str(target).startswith(f"endpoint/{endpoint}/")


def _equal(one: Plain, other: Plain) -> bool:
    return one == other


RULE = Rule(
    id="CST-004",
    version=1,
    title="Outside production, pools and endpoints with GPUs scale to zero",
    why="Nights and weekends are three quarters of a week, and nobody experiments then.",
    fix="Let the pool start from zero nodes (minSize, minCount, minNodeCount), and the endpoint from zero "
    "replicas "
    "(minReplicas, KEDA, serverless or asynchronous inference).",
    severity=Severity.LOW,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    joined={
        **dict.fromkeys(_POOLS, _pool),
        **dict.fromkeys(endpoints.WORKLOADS, _workload),
        endpoints.INFERENCE_SERVICE: _service,
        endpoints.SAGEMAKER_CONFIGURATION: _sagemaker,
    },
    parameters=stage.ENVIRONMENT,
)
