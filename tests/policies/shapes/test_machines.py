"""How many machines a resource asks for, of which type, and with how many GPUs."""

from typing import Any

import pytest

from policies.engine import Inventory
from policies.engine.kinds import kind_of
from policies.shapes import machines
from tests.policies.cases import resource

GROUP = "aws:eks/nodeGroup:NodeGroup"
SCALING = "aws:autoscaling/group:Group"
INSTANCE = "aws:ec2/instance:Instance"
CONFIGURATION = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
NOTEBOOK = "aws:sagemaker/notebookInstance:NotebookInstance"
JOB = "aws:sagemaker/trainingJob:TrainingJob"
POOL = "azure-native:containerservice:AgentPool"
CLUSTER = "azure-native:containerservice:ManagedCluster"
COMPUTE = "azure-native:machinelearningservices:Compute"
ONLINE = "azure-native:machinelearningservices:OnlineDeployment"
NODE_POOL = "kubernetes:karpenter.sh/v1:NodePool"
MACHINES = "kubernetes:machine.openshift.io/v1beta1:MachineSet"
MANY = float("inf")

ONE_A100 = "Standard_NC24ads_A100_v4"


def compute(kind: str, **what: object) -> dict[str, Any]:
    return {"properties": {"computeType": kind, "properties": what}}


def overrides(*types: str) -> dict[str, Any]:
    rows = [{"instanceType": size} for size in types]
    return {"mixedInstancesPolicy": {"launchTemplate": {"overrides": rows}}, "minSize": 1, "maxSize": 3}


def requirement(key: str, *values: str) -> dict[str, Any]:
    return {"key": key, "operator": "In", "values": list(values)}


def karpenter(*requirements: object, **spec: object) -> dict[str, Any]:
    return {"spec": {"template": {"spec": {"requirements": list(requirements)}}, **spec}}


SIZES = karpenter(requirement("node.kubernetes.io/instance-type", "g6.xlarge", "g6.12xlarge"))
LIMITED = karpenter(
    requirement("node.kubernetes.io/instance-type", "g6.12xlarge"), limits={"nvidia.com/gpu": 10}
)

# The fewest machines, the most, and the GPUs of all when there are most.
ASKED: dict[str, tuple[str, dict[str, Any], list[tuple[float, float, float]]]] = {
    "a group": (
        GROUP,
        {"instanceTypes": ["g5.12xlarge"], "scalingConfig": {"minSize": 1, "maxSize": 3, "desiredSize": 2}},
        [(1, 3, 12)],
    ),
    "a group of several types": (
        GROUP,
        {
            "instanceTypes": ["g5.xlarge", "g5.48xlarge"],
            "scalingConfig": {"minSize": 0, "maxSize": 2, "desiredSize": 0},
        },
        [(0, 2, 16)],
    ),
    "a scaling group": (SCALING, overrides("g5.12xlarge", "m7i.large"), [(1, 3, 12)]),
    "an instance": (INSTANCE, {"instanceType": "g5.12xlarge"}, [(1, 1, 4)]),
    "a notebook": (NOTEBOOK, {"instanceType": "ml.g5.12xlarge"}, [(1, 1, 4)]),
    "a variant that says nothing": (
        CONFIGURATION,
        {"productionVariants": [{"instanceType": "ml.g5.12xlarge"}]},
        [(1, 1, 4)],
    ),
    "a variant that scales from what is usual": (
        CONFIGURATION,
        {
            "productionVariants": [
                {
                    "instanceType": "ml.g5.12xlarge",
                    "managedInstanceScaling": {"status": "ENABLED", "maxInstanceCount": 3},
                }
            ]
        },
        [(1, 3, 12)],
    ),
    "a variant and its shadow": (
        CONFIGURATION,
        {
            "productionVariants": [{"instanceType": "ml.g5.12xlarge", "initialInstanceCount": 2}],
            "shadowProductionVariants": [{"instanceType": "ml.g5.xlarge"}],
        },
        [(2, 2, 8), (1, 1, 1)],
    ),
    "a variant without machines": (
        CONFIGURATION,
        {"productionVariants": [{"serverlessConfig": {"maxConcurrency": 5, "memorySizeInMb": 2048}}]},
        [],
    ),
    "a job": (JOB, {"resourceConfig": {"instanceType": "ml.p4d.24xlarge"}}, [(1, 1, 8)]),
    "a job of groups": (
        JOB,
        {"resourceConfig": {"instanceGroups": [{"instanceType": "ml.p4d.24xlarge", "instanceCount": 2}]}},
        [(2, 2, 16)],
    ),
    "a pool that says nothing": (POOL, {"vmSize": ONE_A100}, [(1, 1, 1)]),
    "a pool of a fixed size": (POOL, {"vmSize": ONE_A100, "count": 3, "minCount": 9}, [(3, 3, 3)]),
    "a pool that scales": (
        POOL,
        {"vmSize": ONE_A100, "count": 3, "enableAutoScaling": True, "maxCount": 5},
        [(0, 5, 5)],
    ),
    "a pool of several types": (
        POOL,
        {"virtualMachinesProfile": {"scale": {"manual": [{"size": ONE_A100}, {"size": "S", "count": 2}]}}},
        [(1, 1, 1), (2, 2, 0)],
    ),
    "pools of a cluster": (
        CLUSTER,
        {"agentPoolProfiles": [{"vmSize": ONE_A100, "count": 2}, {"vmSize": "Standard_D4s_v5"}]},
        [(2, 2, 2), (1, 1, 0)],
    ),
    "a compute cluster": (
        COMPUTE,
        compute("AmlCompute", vmSize=ONE_A100, scaleSettings={"maxNodeCount": 4}),
        [(0, 4, 4)],
    ),
    "a compute instance": (COMPUTE, compute("ComputeInstance", vmSize=ONE_A100), [(1, 1, 1)]),
    "compute elsewhere": (COMPUTE, compute("Kubernetes"), []),
    "a deployment that says nothing": (
        ONLINE,
        {"properties": {"endpointComputeType": "Managed", "instanceType": ONE_A100}},
        [(1, 1, 1)],
    ),
    "a deployment that scales": (
        ONLINE,
        {
            "properties": {
                "endpointComputeType": "Managed",
                "instanceType": ONE_A100,
                "scaleSettings": {"scaleType": "TargetUtilization", "maxInstances": 4},
            },
            "sku": {"name": "Default", "capacity": 2},
        },
        [(1, 4, 4)],
    ),
    "a deployment that scales from what is usual": (
        ONLINE,
        {
            "properties": {
                "endpointComputeType": "Managed",
                "instanceType": ONE_A100,
                "scaleSettings": {"scaleType": "TargetUtilization", "minInstances": 1},
            },
        },
        [(1, 1, 1)],
    ),
    "a deployment in a cluster": (ONLINE, {"properties": {"endpointComputeType": "Kubernetes"}}, []),
    "a pool of Karpenter": (NODE_POOL, SIZES, [(0, MANY, MANY)]),
    "a pool of Karpenter with a limit": (NODE_POOL, LIMITED, [(0, MANY, 10)]),
    "machines of OpenShift": (
        MACHINES,
        {"spec": {"template": {"spec": {"providerSpec": {"value": {"instanceType": "g5.12xlarge"}}}}}},
        [(1, 1, 4)],
    ),
}


@pytest.mark.parametrize(("token", "inputs", "expected"), list(ASKED.values()), ids=list(ASKED))
def test_machines_are_counted_as_the_provider_counts_them(
    token: str, inputs: dict[str, Any], expected: list[tuple[float, float, float]]
) -> None:
    item = resource(token, "it", inputs)
    groups = list(machines.of(item, Inventory([item])))
    assert [(group.fewest.least, group.most.most, group.all_gpus().most) for group in groups] == expected


def test_every_kind_of_machine_is_counted_here() -> None:
    assert {kind_of(token) for token, _, _ in ASKED.values()} == set(machines.KINDS)
