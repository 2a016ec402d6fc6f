from typing import Any

from policies.cost.cst004_idle_gpus_go_away import RULE
from policies.engine import Resource
from tests.policies.cases import LATER, Cases, resource

GROUP = "aws:eks/nodeGroup:NodeGroup"
SCALING = "aws:autoscaling/group:Group"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
POOL = "azure-native:containerservice:AgentPool"
COMPUTE = "azure-native:machinelearningservices:Compute"
NODE_POOL = "kubernetes:karpenter.sh/v1:NodePool"
MACHINES = "kubernetes:machine.openshift.io/v1beta1:MachineSet"
SCALER = "kubernetes:autoscaling.openshift.io/v1beta1:MachineAutoscaler"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
KEDA = "kubernetes:keda.sh/v1alpha1:ScaledObject"
SERVICE = "kubernetes:serving.kserve.io/v1beta1:InferenceService"
CONFIGURATION = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
ENDPOINT = "aws:sagemaker/endpoint:Endpoint"
TARGET = "aws:appautoscaling/target:Target"
DEV = {"trunkline.dev/environment": "dev", "app.kubernetes.io/component": "serving"}
GPU = {"containers": [{"name": "server", "resources": {"limits": {"nvidia.com/gpu": "1"}}}]}


def kept(what: str) -> str:
    return f"outside production GPUs are kept that nobody may be using: {what} never goes down to zero"


def group(fewest: object, size: object = "g5.xlarge", environment: object = "dev") -> Resource:
    return resource(
        GROUP,
        "lab",
        {
            "clusterName": "aws",
            "instanceTypes": [size],
            "scalingConfig": {"minSize": fewest, "maxSize": 4, "desiredSize": 1},
            "tags": {"environment": environment},
        },
    )


def pool(fewest: object, *, scales: object = True) -> Resource:
    return resource(
        POOL,
        "lab",
        {
            "resourceGroupName": "ml",
            "resourceName": "az",
            "vmSize": "Standard_NC4as_T4_v3",
            "enableAutoScaling": scales,
            "minCount": fewest,
            "maxCount": 4,
            "count": 1,
            "tags": {"environment": "dev"},
        },
    )


def compute(fewest: object) -> Resource:
    scaling = {"minNodeCount": fewest, "maxNodeCount": 4}
    what = {"vmSize": "Standard_NC4as_T4_v3", "scaleSettings": scaling}
    return resource(
        COMPUTE,
        "lab",
        {
            "resourceGroupName": "ml",
            "workspaceName": "ml",
            "properties": {"computeType": "AmlCompute", "properties": what},
            "tags": {"environment": "dev"},
        },
    )


def inside(token: str, name: str, spec: dict[str, Any], labels: object = DEV) -> Resource:
    metadata = {"name": name, "namespace": "ml", "labels": labels}
    return resource(token, name, {"metadata": metadata, "spec": spec})


def node_pool(replicas: object = None) -> Resource:
    requirement = {"key": "node.kubernetes.io/instance-type", "operator": "In", "values": ["g6.xlarge"]}
    template = {"spec": {"requirements": [requirement]}}
    return inside(NODE_POOL, "elastic", {"template": template, "replicas": replicas})


def machine_set(count: object) -> Resource:
    template = {"spec": {"providerSpec": {"value": {"instanceType": "g5.xlarge"}}}}
    return inside(MACHINES, "lab", {"replicas": count, "template": template})


def scaler(fewest: object) -> Resource:
    target = {"kind": "MachineSet", "name": "lab"}
    return inside(SCALER, "lab-scaler", {"minReplicas": fewest, "maxReplicas": 2, "scaleTargetRef": target})


def deployment(replicas: object = 1, labels: object = DEV, pod: object = GPU) -> Resource:
    return inside(DEPLOYMENT, "ranker", {"replicas": replicas, "template": {"spec": pod}}, labels)


def keda(fewest: object) -> Resource:
    target = {"name": "ranker"}
    return inside(KEDA, "ranker-scaler", {"scaleTargetRef": target, "minReplicaCount": fewest})


def service(fewest: object, **predictor: object) -> Resource:
    return inside(SERVICE, "ranker", {"predictor": {"minReplicas": fewest, **(predictor or GPU)}})


def configuration(**variant: object) -> Resource:
    return resource(
        CONFIGURATION,
        "ranker-1",
        {
            "name": "ranker-1",
            "productionVariants": [{"modelName": "ranker", "instanceType": "ml.g5.xlarge", **variant}],
            "tags": {"environment": "dev"},
        },
    )


endpoint = resource(ENDPOINT, "ranker", {"name": "ranker", "endpointConfigName": "ranker-1"})


def target(fewest: object, name: str = "ranker") -> Resource:
    return resource(
        TARGET,
        "ranker-target",
        {
            "serviceNamespace": "sagemaker",
            "resourceId": f"endpoint/{name}/variant/AllTraffic",
            "scalableDimension": "sagemaker:variant:DesiredInstanceCount",
            "minCapacity": fewest,
            "maxCapacity": 2,
        },
    )


CASES = Cases(
    rule=RULE,
    good={
        "a group from zero": [group(0)],
        "a group in production": [group(1, environment="prod")],
        "a group without GPUs": [group(1, "m7i.large")],
        "a group that says no environment": [group(1, environment=None)],
        "a pool from zero": [pool(0)],
        "compute from zero": [compute(None)],
        "a pool of Karpenter": [node_pool()],
        "machines that scale": [machine_set(1), scaler(0)],
        "machines that scale, and do not say how far": [machine_set(1), scaler(None)],
        "a workload that KEDA scales": [deployment(), keda(None)],
        "a workload that is off": [deployment(0)],
        "a workload in production": [deployment(labels={**DEV, "trunkline.dev/environment": "prod"})],
        "a workload that serves nothing": [deployment(labels={"trunkline.dev/environment": "dev"})],
        "a workload without GPUs": [deployment(pod={"containers": [{"name": "server"}]})],
        "a service from zero": [service(0)],
        "a service without GPUs": [service(1, containers=[{"name": "server"}])],
        "an endpoint without instances": [
            configuration(serverlessConfig={"maxConcurrency": 5, "memorySizeInMb": 2048})
        ],
        "an endpoint that scales": [
            configuration(initialInstanceCount=1),
            endpoint,
            target(0),
            resource(
                TARGET, "table", {"serviceNamespace": "dynamodb", "resourceId": "table/t", "minCapacity": 5}
            ),
        ],
        "an endpoint that scales by itself": [
            configuration(
                managedInstanceScaling={"status": "ENABLED", "minInstanceCount": 0, "maxInstanceCount": 2}
            )
        ],
        "an endpoint without GPUs": [configuration(instanceType="ml.m7i.large")],
        "an endpoint in production": [
            resource(
                CONFIGURATION,
                "ranker-1",
                {
                    "productionVariants": [{"modelName": "ranker", "instanceType": "ml.g5.xlarge"}],
                    "tags": {"environment": "prod"},
                },
            )
        ],
    },
    bad={
        "a group": ([group(1)], [f"lab: {kept('the pool')}"]),
        "a scaling group": (
            [
                resource(TEMPLATE, "gpu", {"name": "gpu", "instanceType": "g5.xlarge"}),
                resource(
                    SCALING,
                    "lab",
                    {
                        "launchTemplate": {"name": "gpu"},
                        "minSize": 1,
                        "maxSize": 2,
                        "tags": [{"key": "environment", "value": "dev", "propagateAtLaunch": True}],
                    },
                ),
            ],
            [f"lab: {kept('the pool')}"],
        ),
        "a pool": ([pool(1)], [f"lab: {kept('the pool')}"]),
        "a pool of a fixed size": ([pool(None, scales=False)], [f"lab: {kept('the pool')}"]),
        "compute": ([compute(2)], [f"lab.properties.properties: {kept('the pool')}"]),
        "a pool of Karpenter of a fixed size": ([node_pool(2)], [f"elastic.spec: {kept('the pool')}"]),
        "machines": ([machine_set(1)], [f"lab.spec: {kept('the pool')}"]),
        "machines that scale down to one": (
            [machine_set(1), scaler(1)],
            [f"lab.spec: {kept('the pool')}"],
        ),
        "a workload": ([deployment()], [f"ranker.spec.replicas: {kept('the endpoint')}"]),
        "a workload that says nothing": (
            [deployment(None)],
            [f"ranker.spec.replicas: {kept('the endpoint')}"],
        ),
        "a workload that KEDA keeps": (
            [deployment(0), keda(1)],
            [f"ranker.spec.replicas: {kept('the endpoint')}"],
        ),
        "a service": ([service(None)], [f"ranker.spec.predictor.minReplicas: {kept('the endpoint')}"]),
        "an endpoint": (
            [configuration(initialInstanceCount=1), endpoint, target(1)],
            [f"ranker-1.productionVariants[0]: {kept('the endpoint')}"],
        ),
        "another endpoint that scales": (
            [configuration(initialInstanceCount=1), endpoint, target(0, "other")],
            [f"ranker-1.productionVariants[0]: {kept('the endpoint')}"],
        ),
    },
    unknown={
        "a size from elsewhere": ([group(LATER)], ["lab.scalingConfig.minSize"]),
        "a type from elsewhere": ([group(1, LATER)], ["lab.instanceTypes[0]"]),
        "an environment from elsewhere": ([group(1, environment=LATER)], ["lab.tags.environment"]),
        "replicas from elsewhere": ([service(LATER)], ["ranker.spec.predictor.minReplicas"]),
        "a scaler from elsewhere": (
            [deployment(), keda(LATER)],
            ["ranker.ranker-scaler.spec.minReplicaCount"],
        ),
        "a target from elsewhere": (
            [configuration(initialInstanceCount=1), endpoint, target(LATER)],
            ["ranker-1.ranker-target.minCapacity"],
        ),
    },
    waived={"a demonstration every night": [group(1)]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
