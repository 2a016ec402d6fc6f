import pytest

from policies.cost.cst002_gpu_types_per_environment import RULE
from policies.engine import ConfigurationError, Resource
from tests.policies.cases import LATER, Cases, findings, resource, settings, told

GROUP = "aws:eks/nodeGroup:NodeGroup"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
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
DEV = {"environment": "dev"}
PROD = {"environment": "prod"}


def group(*sizes: object, tags: object = DEV, **more: object) -> Resource:
    inputs = {"clusterName": "aws", "instanceTypes": list(sizes) or None, "tags": tags, **more}
    return resource(GROUP, "train", inputs)


def node_pool(key: str, *values: object, environment: str = "dev", operator: str = "In") -> Resource:
    labels = {"trunkline.dev/environment": environment}
    requirement = {"key": key, "operator": operator, "values": list(values)}
    spec = {"template": {"spec": {"requirements": [requirement]}}}
    return resource(NODE_POOL, "elastic", {"metadata": {"name": "elastic", "labels": labels}, "spec": spec})


def compute(size: object) -> Resource:
    return resource(
        COMPUTE,
        "train",
        {
            "resourceGroupName": "ml",
            "workspaceName": "ml",
            "properties": {"computeType": "AmlCompute", "properties": {"vmSize": size}},
            "tags": DEV,
        },
    )


def online(size: object, tags: object) -> Resource:
    properties = {"endpointComputeType": "Managed", "instanceType": size}
    inputs = {
        "resourceGroupName": "ml",
        "workspaceName": "ml",
        "endpointName": "ranker",
        "properties": properties,
        "tags": tags,
    }
    return resource(ONLINE, "blue", inputs)


def configuration(size: object, tags: object) -> Resource:
    variant = {"modelName": "ranker", "instanceType": size}
    return resource(CONFIGURATION, "ranker", {"productionVariants": [variant], "tags": tags})


def pool(size: object, tags: object = DEV) -> Resource:
    inputs = {"resourceGroupName": "ml", "resourceName": "az", "vmSize": size, "tags": tags}
    return resource(POOL, "infer", inputs)


def machine_set(size: str) -> Resource:
    template = {"spec": {"providerSpec": {"value": {"vmSize": size}}}}
    return resource(MACHINES, "gpu", {"spec": {"replicas": 1, "template": template}})


def refused(where: str, size: str) -> str:
    return f"{where}: machines of type '{size}' are not allowed in this environment"


CASES = Cases(
    rule=RULE,
    good={
        "production": [group("p5.48xlarge", tags=PROD)],
        "no GPU": [group("m7i.48xlarge"), pool("Standard_E96s_v5")],
        "a small GPU": [group("g4dn.xlarge", "g5.xlarge")],
        "a small GPU of SageMaker": [configuration("ml.g5.xlarge", DEV)],
        "a small GPU of Azure": [pool("standard_nc4as_t4_v3"), compute("Standard_NC4as_T4_v3")],
        "the default type": [group()],
        "a family in production": [node_pool("karpenter.k8s.aws/instance-family", "p5", environment="prod")],
        "another requirement": [node_pool("kubernetes.io/arch", "amd64")],
        "a type that is kept out": [
            node_pool("node.kubernetes.io/instance-type", "p5.48xlarge", operator="NotIn")
        ],
    },
    bad={
        "a group": ([group("p5.48xlarge")], [refused("train.instanceTypes[0]", "p5.48xlarge")]),
        "a group that says no environment": (
            [group("p5.48xlarge", tags=None)],
            [refused("train.instanceTypes[0]", "p5.48xlarge")],
        ),
        "one type of several": (
            [group("g5.xlarge", "g5.48xlarge")],
            [refused("train.instanceTypes[1]", "g5.48xlarge")],
        ),
        "a type in a template": (
            [
                resource(TEMPLATE, "big", {"name": "big", "instanceType": "p4d.24xlarge"}),
                group(launchTemplate={"name": "big", "version": "1"}),
            ],
            [refused("train", "p4d.24xlarge")],
        ),
        "a scaling group": (
            [
                resource(TEMPLATE, "big", {"name": "big", "instanceType": "p4d.24xlarge"}),
                resource(SCALING, "old", {"launchTemplate": {"name": "big"}, "maxSize": 1, "minSize": 0}),
            ],
            [refused("old", "p4d.24xlarge")],
        ),
        "an instance": (
            [resource(INSTANCE, "box", {"instanceType": "g5.48xlarge", "tags": DEV})],
            [refused("box.instanceType", "g5.48xlarge")],
        ),
        "an endpoint": (
            [configuration("ml.p4d.24xlarge", DEV)],
            [refused("ranker.productionVariants[0].instanceType", "ml.p4d.24xlarge")],
        ),
        "a notebook": (
            [resource(NOTEBOOK, "ada", {"instanceType": "ml.p3.16xlarge", "roleArn": "arn", "tags": DEV})],
            [refused("ada.instanceType", "ml.p3.16xlarge")],
        ),
        "a training job": (
            [
                resource(
                    JOB,
                    "fit",
                    {"resourceConfig": {"instanceType": "ml.p5.48xlarge", "instanceCount": 2}, "tags": DEV},
                )
            ],
            [refused("fit.resourceConfig.instanceType", "ml.p5.48xlarge")],
        ),
        "a pool": (
            [pool("Standard_ND96isr_H100_v5")],
            [refused("infer.vmSize", "Standard_ND96isr_H100_v5")],
        ),
        "a pool of a cluster": (
            [
                resource(
                    CLUSTER,
                    "az",
                    {
                        "resourceGroupName": "ml",
                        "agentPoolProfiles": [{"name": "gpu", "vmSize": "Standard_NC96ads_A100_v4"}],
                        "tags": DEV,
                    },
                )
            ],
            [refused("az.agentPoolProfiles[0].vmSize", "Standard_NC96ads_A100_v4")],
        ),
        "compute of Azure ML": (
            [compute("Standard_NC96ads_A100_v4")],
            [refused("train.properties.properties.vmSize", "Standard_NC96ads_A100_v4")],
        ),
        "an online deployment": (
            [online("Standard_NC24ads_A100_v4", DEV)],
            [refused("blue.properties.instanceType", "Standard_NC24ads_A100_v4")],
        ),
        "a family": (
            [node_pool("karpenter.k8s.aws/instance-family", "p5")],
            [refused("elastic.spec.template.spec.requirements[0].values[0]", "p5")],
        ),
        "machines of OpenShift": (
            [machine_set("Standard_NC24ads_A100_v4")],
            [refused("gpu.spec.template.spec.providerSpec.value.vmSize", "Standard_NC24ads_A100_v4")],
        ),
    },
    unknown={
        "a type from elsewhere": ([group(LATER)], ["train.instanceTypes[0]"]),
        "an environment from elsewhere": (
            [group("p5.48xlarge", tags={"environment": LATER})],
            ["train.tags.environment"],
        ),
        "a template from elsewhere": (
            [group(launchTemplate={"id": LATER, "version": "1"})],
            ["train.launchTemplate"],
        ),
    },
    waived={"an experiment": [group("p5.48xlarge")]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()


def test_a_team_sets_its_own_lists() -> None:
    lists = {"dev": ["g6.*"], "lab": ["p5.*"], "*": ["g4dn.xlarge"]}
    by = settings(RULE, allowed=lists)
    assert told(findings(RULE, [group("g6.48xlarge")], by=by)) == []
    assert told(findings(RULE, [group("p5.4xlarge", tags={"environment": "lab"})], by=by)) == []
    assert told(findings(RULE, [group("g4dn.xlarge", tags=PROD)], by=by)) == []
    # An environment with a list of its own has no other.
    assert told(findings(RULE, [group("g4dn.xlarge")], by=by)) == [
        refused("train.instanceTypes[0]", "g4dn.xlarge")
    ]


def test_a_list_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"CST-002.allowed.dev must be a list, not 'g6.\*'"):
        settings(RULE, allowed={"dev": "g6.*"})
