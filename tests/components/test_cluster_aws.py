"""What a cluster on EKS is made of."""

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from components.cluster import EksClusterArgs
from components.core import ComponentError
from tests.components.builds import POOLS, ROWS, built
from tests.support.deploy import Registration

EKS: EksClusterArgs = ROWS["cluster/aws"].args


def eks() -> Registration:
    return built("cluster/aws").one("aws:eks/cluster:Cluster")


def test_an_eks_cluster_is_made_of() -> None:
    assert Counter(kind for kind, _ in built("cluster/aws").table()) == {
        "aws:cloudwatch/logGroup:LogGroup": 1,
        "aws:ec2/launchTemplate:LaunchTemplate": 2,
        "aws:eks/accessEntry:AccessEntry": 2,
        "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": 2,
        "aws:eks/addon:Addon": 6,
        "aws:eks/cluster:Cluster": 1,
        "aws:eks/nodeGroup:NodeGroup": 2,
        "aws:iam/role:Role": 4,
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment": 5,
        "aws:kms/key:Key": 1,
        "kubernetes:storage.k8s.io/v1:StorageClass": 1,
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "acme-dev-aws"),
        ("version", "1.35"),
        ("accessConfig", {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False}),
        ("bootstrapSelfManagedAddons", False),
        ("deletionProtection", True),
        ("enabledClusterLogTypes", ["api", "audit", "authenticator", "controllerManager", "scheduler"]),
        ("kubernetesNetworkConfig", {"serviceIpv4Cidr": "172.20.0.0/16", "ipFamily": "ipv4"}),
        ("upgradePolicy", {"supportType": "STANDARD"}),
        (
            "vpcConfig",
            {
                "subnetIds": ["subnet-1", "subnet-2"],
                "endpointPrivateAccess": True,
                "endpointPublicAccess": True,
                "publicAccessCidrs": ["203.0.113.0/24"],
            },
        ),
    ],
)
def test_the_eks_control_plane(field: str, value: object) -> None:
    assert eks().inputs[field] == value


def test_the_eks_api_is_private_unless_somebody_is_named() -> None:
    graph = built("cluster/aws", replace(EKS, api_from=()))
    vpc = graph.one("aws:eks/cluster:Cluster").inputs["vpcConfig"]
    assert vpc["endpointPublicAccess"] is False
    assert "publicAccessCidrs" not in vpc


@pytest.mark.parametrize(
    ("admins", "let_in"),
    [
        ((), ["deployer"]),
        (("arn:aws:iam::123456789012:role/admin",), ["admin", "deployer"]),
        (("arn:aws:iam::123456789012:role/deployer",), ["deployer"]),
    ],
    ids=["nobody named", "somebody else named", "the deployer named"],
)
def test_whoever_deploys_is_let_in_once(admins: tuple[str, ...], let_in: list[str]) -> None:
    """EKS refuses a second entry for a principal, and objects in the cluster need the first."""
    graph = built("cluster/aws", replace(EKS, admins=admins))
    entries = graph.of_type("aws:eks/accessEntry:AccessEntry")
    assert [e.inputs["principalArn"].rpartition("/")[2] for e in entries] == let_in
    access = graph.one("aws:eks/cluster:Cluster").inputs["accessConfig"]
    assert access["bootstrapClusterCreatorAdminPermissions"] is False
    policies = graph.of_type("aws:eks/accessPolicyAssociation:AccessPolicyAssociation")
    assert {p.urn for p in policies} <= graph.one("pulumi:providers:kubernetes").dependencies


def test_an_entry_keeps_its_name_whoever_deploys() -> None:
    """Another deployer adds and removes its own entry; those of the administrators stay."""
    other = replace(EKS, deployer="arn:aws:iam::123456789012:role/ci/runner")
    names = [
        {e.name for e in built("cluster/aws", args).of_type("aws:eks/accessEntry:AccessEntry")}
        for args in (EKS, other)
    ]
    assert names[0] & names[1] == {"unit-admin-123456789012-role-admin"}
    assert names[1] - names[0] == {"unit-admin-123456789012-role-ci-runner"}


@pytest.mark.parametrize(
    ("role", "service", "own"),
    [
        ("control-plane", "eks.amazonaws.com", True),
        ("vpc-cni", "pods.eks.amazonaws.com", True),
        ("aws-ebs-csi-driver", "pods.eks.amazonaws.com", True),
        ("nodes", "ec2.amazonaws.com", False),
    ],
)
def test_eks_uses_its_roles_for_this_cluster_only(role: str, service: str, *, own: bool) -> None:
    """EC2 names no source when it hands a role to an instance."""
    policy: Any = json.loads(built("cluster/aws").named(f"unit-{role}-role").inputs["assumeRolePolicy"])
    (statement,) = policy["Statement"]
    assert statement["Principal"] == {"Service": service}
    cluster = "arn:aws:eks:eu-central-1:123456789012:cluster/acme-dev-aws"
    wanted = {
        "StringEquals": {"aws:SourceAccount": "123456789012"},
        "ArnLike": {"aws:SourceArn": cluster},
    }
    assert statement.get("Condition") == (wanted if own else None)


def test_eks_logs_have_a_home_before_there_is_a_cluster() -> None:
    graph = built("cluster/aws")
    logs = graph.one("aws:cloudwatch/logGroup:LogGroup")
    assert logs.inputs["name"] == "/aws/eks/acme-dev-aws/cluster"
    assert logs.inputs["kmsKeyId"] == EKS.logs_key
    assert logs.inputs["retentionInDays"] == 365
    assert logs.urn in eks().dependencies


def test_eks_secrets_are_encrypted_with_a_key_that_rotates() -> None:
    key = built("cluster/aws").one("aws:kms/key:Key")
    assert key.inputs["enableKeyRotation"] is True
    assert eks().inputs["encryptionConfig"]["resources"] == ["secrets"]
    policy: Any = json.loads(key.inputs["policy"])
    assert [s["Sid"] for s in policy["Statement"]] == ["AccountAdministersTheKey", "ControlPlaneUsesTheKey"]
    assert "*" not in json.dumps([s["Principal"] for s in policy["Statement"]])


@pytest.mark.parametrize(
    ("addon", "version", "identity", "before_nodes"),
    [
        ("eks-pod-identity-agent", "v1.3.10-eksbuild.3", None, True),
        ("vpc-cni", "v1.22.4-eksbuild.3", "aws-node", True),
        ("kube-proxy", "v1.35.3-eksbuild.21", None, True),
        ("coredns", "v1.13.2-eksbuild.21", None, False),
        ("aws-ebs-csi-driver", "v1.63.1-eksbuild.1", "ebs-csi-controller-sa", False),
        ("eks-node-monitoring-agent", "v1.7.1-eksbuild.1", None, False),
    ],
)
def test_eks_add_ons(addon: str, version: str, identity: str | None, *, before_nodes: bool) -> None:
    graph = built("cluster/aws")
    found = graph.named(f"unit-{addon}")
    assert found.inputs["addonVersion"] == version
    identities = found.inputs.get("podIdentityAssociations", [])
    assert [i["serviceAccount"] for i in identities] == ([identity] if identity else [])
    nodes = graph.of_type("aws:eks/nodeGroup:NodeGroup")
    if before_nodes:
        assert all(found.urn in group.dependencies for group in nodes)
    else:
        assert {group.urn for group in nodes} <= found.dependencies


def test_eks_nodes_follow_the_version_of_the_control_plane() -> None:
    graph = built("cluster/aws", replace(EKS, version="1.34"))
    nodes = graph.of_type("aws:eks/nodeGroup:NodeGroup")
    assert [group.inputs["version"] for group in nodes] == ["1.34"] * len(nodes)
    assert all(
        group.inputs["scalingConfig"]["desiredSize"] == group.inputs["scalingConfig"]["minSize"]
        for group in nodes
    )


def test_an_eks_version_without_add_ons_is_said_in_a_sentence() -> None:
    with pytest.raises(
        ComponentError, match=r"no add-on versions are known for Kubernetes 1\.20; use one of 1\.34"
    ):
        built("cluster/aws", replace(EKS, version="1.20"))


@pytest.mark.parametrize(
    ("pool", "image", "scale", "taints"),
    [
        ("general", "AL2023_x86_64_STANDARD", (2, 4, 2), []),
        (
            "arm",
            "AL2023_ARM_64_STANDARD",
            (0, 2, 0),
            [{"key": "arch", "value": "arm", "effect": "NO_SCHEDULE"}],
        ),
    ],
)
def test_eks_nodes(pool: str, image: str, scale: tuple[int, int, int], taints: list[dict[str, str]]) -> None:
    graph = built("cluster/aws")
    group = graph.named(f"unit-{pool}-nodes")
    scaling = group.inputs["scalingConfig"]
    assert group.inputs["amiType"] == image
    assert (scaling["minSize"], scaling["maxSize"], scaling["desiredSize"]) == scale
    assert group.inputs["taints"] == taints
    assert group.inputs["nodeRepairConfig"] == {"enabled": True}
    assert group.ignore_changes == ()  # a raised lower bound has to reach the size
    template = graph.named(f"unit-{pool}-template").inputs
    assert template["metadataOptions"] == {
        "httpEndpoint": "enabled",
        "httpTokens": "required",
        "httpPutResponseHopLimit": 1,
    }
    disk = template["blockDeviceMappings"][0]["ebs"]
    assert (disk["volumeType"], disk["encrypted"], disk["volumeSize"]) == (
        "gp3",
        "true",
        POOLS[pool].disk_gib,
    )


def test_eks_nodes_may_do_the_least_they_need() -> None:
    attached = built("cluster/aws").of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    assert {
        a.inputs["policyArn"].removeprefix("arn:aws:iam::aws:policy/")
        for a in attached
        if "-nodes-" in a.name
    } == {
        "AmazonEKSWorkerNodePolicy",
        "AmazonEC2ContainerRegistryPullOnly",
    }


def test_the_eks_kubeconfig_holds_no_credential() -> None:
    provider = built("cluster/aws").one("pulumi:providers:kubernetes")
    kubeconfig: Any = json.loads(provider.inputs["kubeconfig"])
    (user,) = kubeconfig["users"]
    assert user["user"]["exec"]["command"] == "aws"
    assert set(user["user"]) == {"exec"}
    assert provider.inputs["clusterIdentifier"].startswith("arn:aws:eks:")


def test_volumes_on_eks_are_encrypted_by_default() -> None:
    found = built("cluster/aws").one("kubernetes:storage.k8s.io/v1:StorageClass").inputs
    assert found["metadata"]["name"] == "gp3"
    assert found["metadata"]["annotations"]["storageclass.kubernetes.io/is-default-class"] == "true"
    assert found["parameters"] == {"type": "gp3", "encrypted": "true"}
    assert found["volumeBindingMode"] == "WaitForFirstConsumer"
