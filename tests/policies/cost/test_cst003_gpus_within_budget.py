from typing import Any

from policies.cost.cst003_gpus_within_budget import RULE
from policies.engine import Resource
from tests.policies.cases import LATER, Cases, findings, resource, settings, told, urn_of

ROOT = "pulumi:pulumi:Stack"
GROUP = "aws:eks/nodeGroup:NodeGroup"
POOL = "azure-native:containerservice:AgentPool"
COMPUTE = "azure-native:machinelearningservices:Compute"
NODE_POOL = "kubernetes:karpenter.sh/v1:NodePool"
MACHINES = "kubernetes:machine.openshift.io/v1beta1:MachineSet"
NAMESPACE = "kubernetes:core/v1:Namespace"
QUOTA = "kubernetes:core/v1:ResourceQuota"
JOB = "kubernetes:batch/v1:Job"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
SERVICE = "kubernetes:serving.kserve.io/v1beta1:InferenceService"

root = resource(ROOT, "trunkline-test", {})


def group(most: object, size: object = "p5.48xlarge", name: str = "train") -> Resource:
    scaling = {"minSize": 0, "maxSize": most, "desiredSize": 0}
    inputs = {"clusterName": "aws", "instanceTypes": [size], "scalingConfig": scaling}
    return resource(GROUP, name, inputs)


def pool(most: object, size: str = "Standard_NC96ads_A100_v4") -> Resource:
    return resource(
        POOL,
        "infer",
        {
            "resourceGroupName": "ml",
            "resourceName": "az",
            "vmSize": size,
            "enableAutoScaling": True,
            "minCount": 0,
            "maxCount": most,
        },
    )


def node_pool(**limits: object) -> Resource:
    requirement = {"key": "node.kubernetes.io/instance-type", "operator": "In", "values": ["g6.xlarge"]}
    spec = {"template": {"spec": {"requirements": [requirement]}}, "limits": limits}
    return resource(NODE_POOL, "elastic", {"spec": spec})


def text(number: object) -> str | None:
    """Return a quantity as Kubernetes takes it."""
    return None if number is None else str(number)


def home(name: object = "ml") -> Resource:
    return resource(NAMESPACE, "home", {"metadata": {"name": name}})


def quota(gpus: object, namespace: object = "ml") -> Resource:
    hard = {"requests.nvidia.com/gpu": text(gpus)} if gpus is not None else {"pods": "9"}
    made_from = {"metadata": [urn_of(NAMESPACE, "home")]} if namespace == LATER else None
    inputs = {"metadata": {"name": "quota", "namespace": namespace}, "spec": {"hard": hard}}
    return resource(QUOTA, "quota", inputs, made_from=made_from)


def pod(gpus: object) -> dict[str, Any]:
    return {
        "spec": {"containers": [{"name": "main", "resources": {"limits": {"nvidia.com/gpu": text(gpus)}}}]}
    }


def job(gpus: object, parallelism: object = None, namespace: str = "ml") -> Resource:
    spec = {"parallelism": parallelism, "template": pod(gpus)}
    return resource(JOB, "train", {"metadata": {"name": "train", "namespace": namespace}, "spec": spec})


def deployment(gpus: object, replicas: object) -> Resource:
    spec = {"replicas": replicas, "template": pod(gpus)}
    return resource(DEPLOYMENT, "ranker", {"metadata": {"name": "ranker", "namespace": "ml"}, "spec": spec})


def service(gpus: object, fewest: object, most: object) -> Resource:
    predictor = {"minReplicas": fewest, "maxReplicas": most, **pod(gpus)["spec"]}
    metadata = {"name": "ranker", "namespace": "ml"}
    return resource(SERVICE, "ranker", {"metadata": metadata, "spec": {"predictor": predictor}})


CASES = Cases(
    rule=RULE,
    good={
        "a stack without GPUs": [root, group(100, "m7i.xlarge")],
        "pools within the budget": [root, group(4), pool(8)],
        "a pool of Karpenter with a limit": [root, node_pool(**{"nvidia.com/gpu": 16})],
        "machines of OpenShift": [
            root,
            resource(
                MACHINES,
                "gpu",
                {
                    "spec": {
                        "replicas": 8,
                        "template": {"spec": {"providerSpec": {"value": {"instanceType": "p5.48xlarge"}}}},
                    }
                },
            ),
        ],
        "a namespace without GPUs": [home(), job(None)],
        "a namespace within its quota": [home(), quota("8"), job(4), deployment(2, 2)],
        "a service within its quota": [home(), quota(4), service(1, 0, 4)],
        "the same in another namespace": [home(), job(8, namespace="other")],
    },
    bad={
        "a pool that may grow too large": (
            [root, group(9)],
            ["trunkline-test: its pools may grow to 72 GPUs; 64 are allowed"],
        ),
        "pools that are too many together": (
            [root, group(4), group(2, "g5.48xlarge", "infer-aws"), pool(5)],
            ["trunkline-test: its pools may grow to 68 GPUs; 64 are allowed"],
        ),
        "compute of Azure ML": (
            [
                root,
                resource(
                    COMPUTE,
                    "train",
                    {
                        "resourceGroupName": "ml",
                        "workspaceName": "ml",
                        "properties": {
                            "computeType": "AmlCompute",
                            "properties": {
                                "vmSize": "Standard_ND96isr_H100_v5",
                                "scaleSettings": {"minNodeCount": 0, "maxNodeCount": 10},
                            },
                        },
                    },
                ),
            ],
            ["trunkline-test: its pools may grow to 80 GPUs; 64 are allowed"],
        ),
        "too many of a type nobody counted": (
            [root, group(65, "p9.metal")],
            ["trunkline-test: its pools may grow to at least 65 GPUs; 64 are allowed"],
        ),
        "a namespace without a quota": (
            [home(), job(8, 2)],
            [
                "home: its pods ask for 16 nvidia.com/gpu, and no ResourceQuota says how many it may have",
            ],
        ),
        "a quota of other things": (
            [home(), quota(None), job(1)],
            ["home: its pods ask for 1 nvidia.com/gpu, and no ResourceQuota says how many it may have"],
        ),
        "more than the quota": (
            [home(), quota(4), job(1), deployment(2, 2)],
            [
                (
                    "quota.spec.hard.requests.nvidia.com/gpu: pods of its namespace ask for 5 "
                    "nvidia.com/gpu; "
                    "it "
                    "allows '4'"
                )
            ],
        ),
        "a service that says nothing of its size": (
            [home(), quota(1), service(2, None, 9)],
            [
                (
                    "quota.spec.hard.requests.nvidia.com/gpu: pods of its namespace ask for 2 to 18 "
                    "nvidia.com/gpu; it allows '1'"
                )
            ],
        ),
        "a service that is more than the quota when it is small": (
            [home(), quota(4), service(2, 3, 9)],
            [
                (
                    "quota.spec.hard.requests.nvidia.com/gpu: pods of its namespace ask for 6 to 18 "
                    "nvidia.com/gpu; "
                    "it allows '4'"
                )
            ],
        ),
    },
    unknown={
        "a size from elsewhere": ([root, group(LATER)], ["trunkline-test.train.scalingConfig.maxSize"]),
        "a type from elsewhere": ([root, group(4, LATER)], ["trunkline-test.train.instanceTypes[0]"]),
        "a type that nobody counted": (
            [root, group(4, "p9.metal")],
            ["trunkline-test.train.instanceTypes[0]"],
        ),
        "a pool of Karpenter without a limit": (
            [root, node_pool()],
            ["trunkline-test.elastic.spec.limits.nodes"],
        ),
        "replicas from elsewhere": (
            [home(), quota(4), deployment(1, LATER)],
            ["quota.ranker.spec.replicas"],
        ),
        "a service without a limit": (
            [home(), quota(4), service(1, 1, None)],
            ["quota.ranker.spec.predictor.maxReplicas"],
        ),
    },
    waived={"a namespace of the past": [home(), job(8, 2)]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()


def test_a_team_sets_its_budget() -> None:
    by = settings(RULE, mostGpus=8)
    assert told(findings(RULE, [root, group(1)], by=by)) == []
    assert told(findings(RULE, [root, group(2)], by=by)) == [
        "trunkline-test: its pools may grow to 16 GPUs; 8 are allowed"
    ]
