from typing import Any

from policies.engine import Resource
from policies.security.sec024_managed_ml_isolated import RULE
from tests.policies.cases import LATER, Cases, findings, resource, settings, told

SUBNETS = {"vpcConfig": {"subnets": ["subnet-1"], "securityGroupIds": ["sg-1"]}}
OUTSIDE = (
    "its containers run outside the networks of the company: vpcConfig names no subnets, and "
    "enableNetworkIsolation is not on"
)


def model(**inputs: Any) -> Resource:
    return resource("aws:sagemaker/model:Model", "rank", {"executionRoleArn": "arn:x", **inputs})


def tuning(**definition: Any) -> Resource:
    return resource(
        "aws:sagemaker/hyperParameterTuningJob:HyperParameterTuningJob",
        "tune",
        {"trainingJobDefinitions": [definition]},
    )


def notebook(**inputs: Any) -> Resource:
    return resource(
        "aws:sagemaker/notebookInstance:NotebookInstance",
        "lab",
        {"instanceType": "ml.t3.medium", "roleArn": "arn:x", **inputs},
    )


def domain(**inputs: Any) -> Resource:
    return resource(
        "aws:sagemaker/domain:Domain",
        "studio",
        {"authMode": "IAM", "domainName": "s", "vpcId": "v", **inputs},
    )


def workspace(**inputs: Any) -> Resource:
    return resource(
        "azure-native:machinelearningservices:Workspace", "ml", {"resourceGroupName": "ml", **inputs}
    )


def compute(kind: str, **properties: Any) -> Resource:
    return resource(
        "azure-native:machinelearningservices:Compute",
        "cpu",
        {
            "resourceGroupName": "ml",
            "workspaceName": "w",
            "properties": {"computeType": kind, "properties": properties},
        },
    )


CLOSED = {"publicNetworkAccess": "Disabled", "managedNetwork": {"isolationMode": "AllowOnlyApprovedOutbound"}}

CASES = Cases(
    rule=RULE,
    good={
        "a model in a network": [model(**SUBNETS)],
        "a model that talks to nobody": [model(enableNetworkIsolation=True)],
        "a tuning job": [tuning(**SUBNETS)],
        "a notebook": [notebook(directInternetAccess="Disabled", subnetId=LATER)],
        "a domain": [domain(appNetworkAccessType="VpcOnly")],
        "a workspace": [workspace(**CLOSED)],
        "nodes without addresses": [compute("AmlCompute", enableNodePublicIp=False)],
        "an attached cluster": [compute("Kubernetes")],
        "a registry": [
            resource(
                "azure-native:machinelearningservices:Registry",
                "shared",
                {"resourceGroupName": "ml", "publicNetworkAccess": "Disabled"},
            )
        ],
    },
    bad={
        "a model in no network": ([model()], [f"rank.vpcConfig.subnets: {OUTSIDE}"]),
        "a training job": (
            [resource("aws:sagemaker/trainingJob:TrainingJob", "train", {"enableNetworkIsolation": False})],
            [f"train.vpcConfig.subnets: {OUTSIDE}"],
        ),
        "a tuning job": ([tuning()], [f"tune.trainingJobDefinitions[0].vpcConfig.subnets: {OUTSIDE}"]),
        "a notebook that says nothing": (
            [notebook()],
            [
                (
                    "lab.directInternetAccess: the notebook reaches the internet directly: "
                    "directInternetAccess is not set"
                ),
                "lab.subnetId: the notebook is in no subnet of the company",
            ],
        ),
        "a domain that says nothing": (
            [domain()],
            [
                (
                    "studio.appNetworkAccessType: applications of the domain reach the internet directly: "
                    "appNetworkAccessType is not set"
                )
            ],
        ),
        "a workspace on the internet": (
            [
                workspace(
                    publicNetworkAccess="Enabled", managedNetwork={"isolationMode": "AllowInternetOutbound"}
                )
            ],
            [
                (
                    "ml.managedNetwork.isolationMode: jobs of the workspace reach where they like: "
                    "isolationMode is 'AllowInternetOutbound', not AllowOnlyApprovedOutbound"
                ),
                (
                    "ml.publicNetworkAccess: the workspace answers the internet: publicNetworkAccess is "
                    "'Enabled'"
                ),
            ],
        ),
        "nodes with addresses": (
            [compute("ComputeInstance")],
            [
                (
                    "cpu.properties.properties.enableNodePublicIp: its nodes have public addresses: "
                    "enableNodePublicIp is not set, not false"
                )
            ],
        ),
        "a registry on the internet": (
            [
                resource(
                    "azure-native:machinelearningservices:Registry", "shared", {"resourceGroupName": "ml"}
                )
            ],
            ["shared.publicNetworkAccess: the registry answers the internet: publicNetworkAccess is not set"],
        ),
    },
    unknown={
        "a network from elsewhere": ([model(vpcConfig=LATER)], ["rank.vpcConfig.subnets"]),
        "a mode from elsewhere": (
            [workspace(**{**CLOSED, "managedNetwork": LATER})],
            ["ml.managedNetwork.isolationMode"],
        ),
    },
    waived={"a laboratory": [notebook(subnetId="subnet-1")]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()


def test_a_team_lets_workspaces_reach_the_internet() -> None:
    by = settings(RULE, isolationModes=["AllowOnlyApprovedOutbound", "AllowInternetOutbound"])
    free = workspace(**{**CLOSED, "managedNetwork": {"isolationMode": "AllowInternetOutbound"}})
    assert told(findings(RULE, [free], by=by)) == []
