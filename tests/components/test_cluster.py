"""What a cluster is made of, kind of site by kind of site."""

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from components.cluster import AksClusterArgs, EksClusterArgs, Pool
from components.core import ComponentError
from tests.components.builds import POOLS, ROWS, built
from tests.support.deploy import Registration

EKS: EksClusterArgs = ROWS["cluster/aws"].args
AKS: AksClusterArgs = ROWS["cluster/azure"].args


def eks() -> Registration:
    return built("cluster/aws").one("aws:eks/cluster:Cluster")


def aks() -> Registration:
    return built("cluster/azure").one("azure-native:containerservice:ManagedCluster")


def test_an_eks_cluster_is_made_of() -> None:
    assert Counter(kind for kind, _ in built("cluster/aws").table()) == {
        "aws:cloudwatch/logGroup:LogGroup": 1,
        "aws:ec2/launchTemplate:LaunchTemplate": 2,
        "aws:eks/accessEntry:AccessEntry": 1,
        "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": 1,
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


def test_without_administrators_the_creator_is_let_in() -> None:
    graph = built("cluster/aws", replace(EKS, admins=()))
    access = graph.one("aws:eks/cluster:Cluster")
    assert access.inputs["accessConfig"]["bootstrapClusterCreatorAdminPermissions"] is True
    assert access.ignore_changes == ("accessConfig.bootstrapClusterCreatorAdminPermissions",)


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
        ComponentError, match=r"no add-on versions are known for Kubernetes 1\.20; use one of 1\.32"
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


def test_an_aks_cluster_is_made_of() -> None:
    assert Counter(kind for kind, _ in built("cluster/azure").table()) == {
        "azure-native:authorization:RoleAssignment": 4,
        "azure-native:containerservice:AgentPool": 1,
        "azure-native:containerservice:MaintenanceConfiguration": 2,
        "azure-native:containerservice:ManagedCluster": 1,
        "azure-native:keyvault:Key": 1,
        "azure-native:keyvault:Vault": 1,
        "azure-native:managedidentity:UserAssignedIdentity": 1,
        "azure-native:monitor:DiagnosticSetting": 2,
        "azure-native:network:PrivateDnsZoneGroup": 1,
        "azure-native:network:PrivateEndpoint": 1,
    }


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("kubernetesVersion", "1.35"),
        ("disableLocalAccounts", True),
        ("enableRBAC", True),
        ("aadProfile.enableAzureRBAC", True),
        ("aadProfile.adminGroupObjectIDs", ["55555555-5555-5555-5555-555555555555"]),
        ("apiServerAccessProfile.enablePrivateCluster", True),
        ("apiServerAccessProfile.enablePrivateClusterPublicFQDN", False),
        ("apiServerAccessProfile.enableVnetIntegration", True),
        ("apiServerAccessProfile.subnetId", "api"),
        ("apiServerAccessProfile.disableRunCommand", True),
        ("oidcIssuerProfile.enabled", True),
        ("securityProfile.workloadIdentity.enabled", True),
        ("securityProfile.imageCleaner.enabled", True),
        ("securityProfile.azureKeyVaultKms.enabled", True),
        ("securityProfile.azureKeyVaultKms.keyVaultNetworkAccess", "Private"),
        ("securityProfile.azureKeyVaultKms.keyId", "https://vault.invalid/keys/key/1"),
        ("networkProfile.networkPlugin", "azure"),
        ("networkProfile.networkPluginMode", "overlay"),
        ("networkProfile.networkDataplane", "cilium"),
        ("networkProfile.networkPolicy", "cilium"),
        ("networkProfile.outboundType", "userAssignedNATGateway"),
        ("networkProfile.podCidr", "10.244.0.0/16"),
        ("networkProfile.serviceCidr", "172.29.0.0/16"),
        ("networkProfile.dnsServiceIP", "172.29.0.10"),
        ("autoUpgradeProfile.upgradeChannel", "patch"),
        ("autoUpgradeProfile.nodeOSUpgradeChannel", "NodeImage"),
    ],
)
def test_the_aks_control_plane(path: str, value: object) -> None:
    found: Any = aks().inputs
    for step in path.split("."):
        found = found[step]
    assert found == value


def test_defender_watches_only_when_asked() -> None:
    assert "defender" not in aks().inputs["securityProfile"]
    watched = built("cluster/azure", replace(AKS, defender=True))
    profile = watched.one("azure-native:containerservice:ManagedCluster").inputs["securityProfile"]
    assert profile["defender"]["securityMonitoring"] == {"enabled": True}


def test_aks_may_touch_two_subnets_and_one_vault_before_it_exists() -> None:
    grants = built("cluster/azure").of_type("azure-native:authorization:RoleAssignment")
    assert {g.inputs["scope"] for g in grants} == {"nodes", "api", "unit-vault-id"}
    assert {g.urn for g in grants} <= aks().dependencies


def test_the_aks_vault_cannot_be_emptied_or_reached_from_outside() -> None:
    vault = built("cluster/azure").one("azure-native:keyvault:Vault").inputs["properties"]
    assert vault["enablePurgeProtection"] is True
    assert vault["enableRbacAuthorization"] is True
    assert vault["publicNetworkAccess"] == "Disabled"
    assert vault["networkAcls"] == {"defaultAction": "Deny", "bypass": "None"}


def test_the_aks_key_rotates() -> None:
    policy = built("cluster/azure").one("azure-native:keyvault:Key").inputs["properties"]["rotationPolicy"]
    assert policy["lifetimeActions"] == [
        {"action": {"type": "rotate"}, "trigger": {"timeAfterCreate": "P1Y"}}
    ]


def test_all_aks_logs_are_kept() -> None:
    setting = built("cluster/azure").named("unit-logs").inputs
    assert setting["logs"] == [{"categoryGroup": "allLogs", "enabled": True}]
    assert setting["workspaceId"] == "workspace"


def test_aks_nodes_are_spread_scaled_and_encrypted() -> None:
    (system,) = aks().inputs["agentPoolProfiles"]
    user = built("cluster/azure").one("azure-native:containerservice:AgentPool").inputs
    assert (system["name"], system["mode"]) == ("general", "System")
    assert (user["agentPoolName"], user["mode"]) == ("arm", "User")
    for pool in (system, user):
        assert pool["availabilityZones"] == ["1", "2", "3"]
        assert pool["enableAutoScaling"] is True
        assert pool["enableEncryptionAtHost"] is True
        assert pool["enableNodePublicIP"] is False
        assert pool["vnetSubnetID"] == "nodes"
        assert pool["orchestratorVersion"] == aks().inputs["kubernetesVersion"]
    assert user["nodeTaints"] == ["arch=arm:NoSchedule"]


def test_the_pool_called_system_carries_what_aks_runs() -> None:
    pools = {**POOLS, "system": Pool(size="Standard_D4s_v5", fewest=2, most=3, disk_gib=60)}
    graph = built("cluster/azure", replace(AKS, pools=pools))
    (system,) = graph.one("azure-native:containerservice:ManagedCluster").inputs["agentPoolProfiles"]
    assert system["name"] == "system"
    assert [p.name for p in graph.of_type("azure-native:containerservice:AgentPool")] == [
        "unit-arm-nodes",
        "unit-general-nodes",
    ]


def test_an_aks_cluster_without_a_pool_for_itself_is_refused_in_a_sentence() -> None:
    with pytest.raises(
        ComponentError, match=r"AKS needs a node pool without taints .* add a pool called system"
    ):
        built("cluster/azure", replace(AKS, pools={"arm": POOLS["arm"]}))


def test_the_aks_kubeconfig_waits_for_no_browser_and_holds_no_credential() -> None:
    provider = built("cluster/azure").one("pulumi:providers:kubernetes")
    kubeconfig: Any = json.loads(provider.inputs["kubeconfig"])
    (user,) = kubeconfig["users"]
    assert user["user"]["exec"]["args"][:3] == ["get-token", "--login", "azurecli"]
    assert set(user["user"]) == {"exec"}
    assert kubeconfig["clusters"][0]["cluster"]["certificate-authority-data"] == "Q0E="


def test_an_onprem_cluster_is_attached_and_not_built() -> None:
    graph = built("cluster/onprem")
    assert graph.table() == []
    provider = graph.one("pulumi:providers:kubernetes")
    assert provider.inputs == {
        "context": "dc1",
        "kubeconfig": "../kubeconfig",
        "clusterIdentifier": "acme-dev-dc1",
    }
    published = graph.published()
    assert (published["storageClass"], published["bucketClass"]) == ("fast", "ceph-buckets")
