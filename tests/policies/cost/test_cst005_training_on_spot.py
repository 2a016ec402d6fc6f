from policies.cost.cst005_training_on_spot import RULE
from policies.engine import Resource
from tests.policies.cases import LATER, Cases, resource

GROUP = "aws:eks/nodeGroup:NodeGroup"
POOL = "azure-native:containerservice:AgentPool"
CLUSTER = "azure-native:containerservice:ManagedCluster"
COMPUTE = "azure-native:machinelearningservices:Compute"
NODE_POOL = "kubernetes:karpenter.sh/v1:NodePool"
MACHINES = "kubernetes:machine.openshift.io/v1beta1:MachineSet"
JOB = "aws:sagemaker/trainingJob:TrainingJob"
DEV = {"environment": "dev"}
TRAINS = {"trunkline.dev/purpose": "training"}
FULL = "training outside production pays the full price: the machines are not spot machines"


def group(capacity: object, tags: object = DEV, labels: object = TRAINS) -> Resource:
    return resource(
        GROUP,
        "train",
        {
            "clusterName": "aws",
            "instanceTypes": ["p5.48xlarge"],
            "capacityType": capacity,
            "labels": labels,
            "tags": tags,
        },
    )


def pool(priority: object) -> Resource:
    return resource(
        POOL,
        "train",
        {
            "resourceGroupName": "ml",
            "resourceName": "az",
            "vmSize": "Standard_NC24ads_A100_v4",
            "scaleSetPriority": priority,
            "tags": {**DEV, "purpose": "training"},
        },
    )


def compute(priority: object, kind: str = "AmlCompute") -> Resource:
    what = {"vmSize": "Standard_NC24ads_A100_v4", "vmPriority": priority}
    return resource(
        COMPUTE,
        "train",
        {
            "resourceGroupName": "ml",
            "workspaceName": "ml",
            "properties": {"computeType": kind, "properties": what},
            "tags": DEV,
        },
    )


def node_pool(*capacities: object) -> Resource:
    requirement = {"key": "karpenter.sh/capacity-type", "operator": "In", "values": list(capacities)}
    template = {"metadata": {"labels": TRAINS}, "spec": {"requirements": [requirement]}}
    labels = {"trunkline.dev/environment": "dev"}
    return resource(NODE_POOL, "train", {"metadata": {"labels": labels}, "spec": {"template": template}})


def machine_set(**value: object) -> Resource:
    spec = {"metadata": {"labels": TRAINS}, "providerSpec": {"value": {"instanceType": "g5.xlarge", **value}}}
    labels = {"trunkline.dev/environment": "dev"}
    return resource(MACHINES, "train", {"metadata": {"labels": labels}, "spec": {"template": {"spec": spec}}})


def job(*, spot: object) -> Resource:
    return resource(
        JOB,
        "fit",
        {
            "resourceConfig": {"instanceType": "ml.g5.xlarge", "instanceCount": 1},
            "enableManagedSpotTraining": spot,
            "tags": DEV,
        },
    )


CASES = Cases(
    rule=RULE,
    good={
        "spot": [group("SPOT")],
        "production": [group("ON_DEMAND", {"environment": "prod"})],
        "another purpose": [group("ON_DEMAND", labels={"trunkline.dev/purpose": "serving"})],
        "a pool": [pool("Spot")],
        "compute": [compute("LowPriority")],
        "compute that is attached": [compute(None, "Kubernetes")],
        "a pool of Karpenter that may": [node_pool("spot", "on-demand")],
        "machines": [machine_set(spotMarketOptions={})],
        "a job": [job(spot=True)],
    },
    bad={
        "a group": ([group("ON_DEMAND")], [f"train: {FULL}"]),
        "a group that says nothing": ([group(None)], [f"train: {FULL}"]),
        "a group with a tag": (
            [group(None, {**DEV, "purpose": "training"}, None)],
            [f"train: {FULL}"],
        ),
        "a pool": ([pool("Regular")], [f"train: {FULL}"]),
        "a pool of a cluster": (
            [
                resource(
                    CLUSTER,
                    "az",
                    {
                        "resourceGroupName": "ml",
                        "agentPoolProfiles": [{"name": "gpu", "vmSize": "S", "nodeLabels": TRAINS}],
                        "tags": DEV,
                    },
                )
            ],
            [f"az.agentPoolProfiles[0]: {FULL}"],
        ),
        "compute": ([compute("Dedicated")], [f"train.properties.properties: {FULL}"]),
        "a pool of Karpenter": ([node_pool("on-demand")], [f"train.spec: {FULL}"]),
        "machines": ([machine_set()], [f"train.spec: {FULL}"]),
        "a job": ([job(spot=False)], [f"fit.resourceConfig: {FULL}"]),
    },
    unknown={
        "a capacity from elsewhere": ([group(LATER)], ["train.capacityType"]),
        "a purpose from elsewhere": (
            [group("ON_DEMAND", labels={"trunkline.dev/purpose": LATER})],
            ["train.labels.trunkline.dev/purpose"],
        ),
        "an environment from elsewhere": (
            [group("ON_DEMAND", {"environment": LATER})],
            ["train.tags.environment"],
        ),
    },
    waived={"a training of weeks": [group("ON_DEMAND")]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
