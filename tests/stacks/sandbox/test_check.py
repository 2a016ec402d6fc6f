"""Inputs are held to the SDKs' own types and to AWS's service models, and errors say where and what."""

from typing import Any

import pytest

from stacks.sandbox.wire import UNKNOWN, Secret
from tests.stacks.sandbox.calls import Caller
from tests.stacks.sandbox.conftest import Connect

VERSIONING = "aws:s3/bucketVersioning:BucketVersioning"
CLUSTER = "aws:eks/cluster:Cluster"
NODES = "aws:eks/nodeGroup:NodeGroup"
VPC = "aws:ec2/vpc:Vpc"
AKS = "azure-native:containerservice:ManagedCluster"
ACCOUNT = "azure-native:storage:StorageAccount"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
SERVICE = "kubernetes:core/v1:Service"
QUEUE = "kubernetes:kueue.x-k8s.io/v1beta2:ClusterQueue"

EKS: dict[str, Any] = {"roleArn": "r", "vpcConfig": {"subnetIds": ["s"]}}
NODE_GROUP: dict[str, Any] = {
    "clusterName": "c",
    "nodeRoleArn": "arn:aws:iam::123456789012:role/r",
    "subnetIds": ["subnet-1"],
    "scalingConfig": {"minSize": 0, "maxSize": 4, "desiredSize": 0},
}


def container(**more: Any) -> dict[str, Any]:
    return {
        "spec": {
            "selector": {"matchLabels": {"a": "b"}},
            "template": {
                "metadata": {"labels": {"a": "b"}},
                "spec": {"containers": [{"name": "c", "image": "i", **more}]},
            },
        }
    }


BAD: list[tuple[str, dict[str, Any], str, str]] = [
    (VPC, {"cidrBlok": "10.0.0.0/16"}, "cidrBlok", "no such property. Did you mean cidrBlock?"),
    (VPC, {"cidr_block": "10.0.0.0/16"}, "cidr_block", "no such property. Did you mean cidrBlock?"),
    (VPC, {"cidrBlock": 10}, "cidrBlock", "is the number 10, but must be a string"),
    (VPC, {"enableDnsSupport": "yes"}, "enableDnsSupport", "is the string 'yes', but must be true or false"),
    (VPC, {"tags": {"a": True}}, "tags.a", "is the boolean true, but must be a string"),
    (VPC, {"tags": {"cost.center": 1}}, 'tags["cost.center"]', "is the number 1, but must be a string"),
    (VPC, {"tags": []}, "tags", "is a list, but must be an object"),
    (VERSIONING, {"bucket": "b"}, "versioningConfiguration", "is missing"),
    (
        VERSIONING,
        {"bucket": "b", "versioningConfiguration": {}},
        "versioningConfiguration.status",
        "is missing; status is required here",
    ),
    (
        VERSIONING,
        {"bucket": "b", "versioningConfiguration": {"status": "Enabld"}},
        "versioningConfiguration.status",
        "'Enabld' is not a value of s3.BucketVersioningStatus. Did you mean 'Enabled'?",
    ),
    ("aws:kms/key:Key", {"policy": {"a": 1}}, "policy", "must be a string; write a JSON"),
    (
        CLUSTER,
        {**EKS, "enabledClusterLogTypes": ["api", "audits"]},
        "enabledClusterLogTypes[1]",
        "Did you mean 'audit'?",
    ),
    (
        CLUSTER,
        {**EKS, "accessConfig": {"authenticationMode": "API_ONLY"}},
        "accessConfig.authenticationMode",
        "Allowed: API, API_AND_CONFIG_MAP, CONFIG_MAP",
    ),
    (NODES, {**NODE_GROUP, "amiType": "AL2023_X86_NVIDIA"}, "amiType", "'AL2023_x86_64_NVIDIA'?"),
    (NODES, {**NODE_GROUP, "capacityType": "Spot"}, "capacityType", "Did you mean 'SPOT'?"),
    (NODES, {**NODE_GROUP, "instanceTypes": ["p5.48xlarg"]}, "instanceTypes[0]", "'p5.48xlarge'?"),
    (
        NODES,
        {**NODE_GROUP, "scalingConfig": {"minSize": -1, "maxSize": 4, "desiredSize": 0}},
        "scalingConfig.minSize",
        "-1 is too small for eks.ZeroCapacity: at least 0",
    ),
    (
        "aws:kms/key:Key",
        {"customerMasterKeySpec": "RSA_1024"},
        "customerMasterKeySpec",
        "is not a value of kms.KeySpec",
    ),
    ("aws:kms/key:Key", {"deletionWindowInDays": 400}, "deletionWindowInDays", "at most 365"),
    ("aws:cloudwatch/logGroup:LogGroup", {"name": "a b"}, "name", "the pattern of logs.LogGroupName"),
    (
        ACCOUNT,
        {"resourceGroupName": "g", "kind": "StorageV3", "sku": {"name": "Standard_LRS"}},
        "kind",
        "'StorageV3' is not allowed. Did you mean 'StorageV2'?",
    ),
    (
        ACCOUNT,
        {"resourceGroupName": "g", "kind": "StorageV2", "sku": {"name": "Standard"}},
        "sku.name",
        "'Standard' is not allowed.",
    ),
    (
        AKS,
        {"resourceGroupName": "g", "agentPoolProfiles": [{"name": "a", "count": 1.5}]},
        "agentPoolProfiles[0].count",
        "is the number 1.5, but must be a whole number",
    ),
    (
        AKS,
        {"resourceGroupName": "g", "agentPoolProfiles": [{"name": "a", "osTyp": "Linux"}]},
        "agentPoolProfiles[0].osTyp",
        "Did you mean osType?",
    ),
    (AKS, {}, "resourceGroupName", "(in Python resource_group_name) is required"),
    (
        DEPLOYMENT,
        container(imagePullPolcy="Always"),
        "spec.template.spec.containers[0].imagePullPolcy",
        "Did you mean imagePullPolicy?",
    ),
    (
        DEPLOYMENT,
        container(ports=[{"containerPort": "80"}]),
        "spec.template.spec.containers[0].ports[0].containerPort",
        "is the string '80', but must be a whole number",
    ),
    (SERVICE, {"spec": {"type": "Loadbalancer"}}, "spec.type", "Did you mean 'LoadBalancer'?"),
    (CONFIG_MAP, {"apiVersion": "v2"}, "apiVersion", "'v2' is not allowed"),
    (CONFIG_MAP, {"metadata": {"name": "My_Map"}}, "metadata.name", "is no valid name"),
    ("kubernetes:core/v1:Namespace", {"metadata": {"namespace": "n"}}, "metadata.namespace", "no namespace"),
    (QUEUE, {"apiVersion": "kueue.x-k8s.io/v1beta2", "kind": "ClusterQueue", "metadata": {"lables": {}}},
     "metadata.lables", "Did you mean labels?"),
    (QUEUE, {"kind": "LocalQueue", "apiVersion": "kueue.x-k8s.io/v1beta2"}, "kind", "has 'ClusterQueue'"),
]  # fmt: skip

GOOD: list[tuple[str, dict[str, Any]]] = [
    (VPC, {"cidrBlock": "10.0.0.0/16", "tags": {"a": "b"}, "__defaults": []}),
    (VPC, {"cidrBlock": UNKNOWN, "tags": UNKNOWN, "enableDnsSupport": Secret(value=True)}),
    (VERSIONING, {"bucket": UNKNOWN, "versioningConfiguration": {"status": "Disabled"}}),
    (NODES, {**NODE_GROUP, "instanceTypes": ["p5.48xlarge"], "amiType": "AL2023_x86_64_NVIDIA"}),
    ("aws:iam/role:Role", {"assumeRolePolicy": '{"a": 1}'}),
    (AKS, {"resourceGroupName": "g", "agentPoolProfiles": [{"name": "a", "count": 3, "mode": "System"}]}),
    (DEPLOYMENT, container(livenessProbe={"httpGet": {"port": "http"}})),
    (DEPLOYMENT, container(livenessProbe={"httpGet": {"port": 8080}})),
    (
        QUEUE,
        {
            "apiVersion": "kueue.x-k8s.io/v1beta2",
            "kind": "ClusterQueue",
            "metadata": {"name": "q"},
            "spec": {"anything": [{"goes": 1}]},
        },
    ),
    ("kubernetes:helm.sh/v3:Release", {"chart": "kueue", "version": "0.19.2", "values": {"a": {"b": [1]}}}),
]


def caller(connect: Connect, token: str) -> Caller:
    return connect(token.partition(":")[0])


@pytest.mark.parametrize(("token", "inputs", "path", "reason"), BAD, ids=[row[2] for row in BAD])
def test_what_is_wrong_is_reported_at_its_path(
    connect: Connect, token: str, inputs: dict[str, Any], path: str, reason: str
) -> None:
    _, problems = caller(connect, token).check(token, inputs)
    assert list(problems) == [path]
    assert reason in problems[path]


@pytest.mark.parametrize(("token", "inputs"), GOOD, ids=[row[0] for row in GOOD])
def test_what_is_right_passes(connect: Connect, token: str, inputs: dict[str, Any]) -> None:
    assert caller(connect, token).check(token, inputs)[1] == {}


def test_every_problem_is_reported_at_once(aws: Caller) -> None:
    _, problems = aws.check(VPC, {"cidrBlock": 1, "tags": {"a": 1}, "nonsense": 1})
    assert set(problems) == {"cidrBlock", "tags.a", "nonsense"}


def test_an_error_does_not_repeat_a_secret(aws: Caller) -> None:
    # The engine repeats the value of a property that is named, so the reason names it instead.
    _, problems = aws.check(VPC, {"enableDnsSupport": Secret("hunter2")})
    assert problems == {"": "enableDnsSupport is a secret string, but must be true or false"}
    _, problems = aws.check(VPC, {"tags": [Secret("hunter2")]})
    assert problems == {"": "tags is a list, but must be an object"}


def test_a_type_the_sdk_lacks_is_named(aws: Caller) -> None:
    with pytest.raises(Exception, match=r"Did you mean aws:ec2/vpc:Vpc\?"):
        aws.check("aws:ec2/vpc:Vcp", {})


@pytest.mark.parametrize(
    ("package", "configuration", "key", "reason"),
    [
        ("aws", {}, "region", "is missing"),
        ("aws", {"region": "eu-centrl-1"}, "region", "Did you mean eu-central-1?"),
        ("aws", {"region": "eu-central-1", "reigon": "x"}, "reigon", "Did you mean region?"),
        (
            "aws",
            {"region": "eu-central-1", "defaultTags": '{"tags": 1}'},
            "defaultTags.tags",
            "must be an object",
        ),
        ("kubernetes", {"contxt": "a"}, "contxt", "Did you mean context?"),
        ("azure-native", {"useOidc": "perhaps"}, "useOidc", "no JSON text"),
    ],
)
def test_configuration_is_checked(
    connect: Connect, package: str, configuration: dict[str, Any], key: str, reason: str
) -> None:
    problems = connect(package).check_config(configuration)
    assert list(problems) == [key]
    assert reason in problems[key]


def test_configuration_the_sdks_send_passes(connect: Connect) -> None:
    tags = '{"tags": {"owner": "ml"}}'
    assert connect("aws").check_config({"region": UNKNOWN, "defaultTags": tags, "version": "7.51.1"}) == {}
    assert connect("kubernetes").check_config({"context": "dc1", "enableServerSideApply": "true"}) == {}
