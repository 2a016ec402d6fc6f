"""What a cluster on AKS is made of."""

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from components.cluster import AksClusterArgs, Pool
from components.core import ComponentError, load
from tests.components.builds import AKS_POOLS, ROWS, built
from tests.support.deploy import Registration

AKS: AksClusterArgs = ROWS["cluster/azure"].args
ROLES = load("components.core", "azure_roles")


def aks() -> Registration:
    return built("cluster/azure").one("azure-native:containerservice:ManagedCluster")


def pool() -> Registration:
    return built("cluster/azure").one("azure-native:containerservice:AgentPool")


def test_an_aks_cluster_is_made_of() -> None:
    assert Counter(kind for kind, _ in built("cluster/azure").table()) == {
        "azure-native:authorization:RoleAssignment": 5,
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
        ("aadProfile.adminGroupObjectIDs", []),
        ("nodeResourceGroup", "group-nodes"),
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
    own = [g for g in grants if g.inputs["principalId"] == "p"]
    assert {g.inputs["scope"] for g in own} == {"nodes", "api", "unit-vault-id"}
    assert {g.inputs["principalType"] for g in own} == {"ServicePrincipal"}
    assert {g.urn for g in own} <= aks().dependencies


def test_without_administrators_whoever_deploys_administers_aks() -> None:
    """Local accounts are off: without this nobody could make anything in the cluster."""
    graph = built("cluster/azure")
    grant = graph.named("unit-deployer-grant")
    assert grant.inputs["principalId"] == AKS.deployer
    assert grant.inputs["principalType"] == AKS.deployer_type
    assert grant.inputs["roleDefinitionId"].rpartition("/")[2] == ROLES["aks_rbac_cluster_admin"]
    assert grant.inputs["scope"] == "/subscriptions/subscription/resourceGroups/group"
    assert grant.urn in graph.one("pulumi:providers:kubernetes").dependencies


def test_administrators_by_name_are_the_only_ones() -> None:
    group = "55555555-5555-5555-5555-555555555555"
    graph = built("cluster/azure", replace(AKS, admins=(group,)))
    profile = graph.one("azure-native:containerservice:ManagedCluster").inputs["aadProfile"]
    assert profile["adminGroupObjectIDs"] == [group]
    assert "unit-deployer-grant" not in {name for _, name in graph.table()}


def test_the_aks_vault_cannot_be_emptied_or_reached_from_outside() -> None:
    vault = built("cluster/azure").one("azure-native:keyvault:Vault").inputs["properties"]
    assert vault["enablePurgeProtection"] is True
    assert vault["enableRbacAuthorization"] is True
    assert vault["publicNetworkAccess"] == "Disabled"
    assert vault["networkAcls"] == {"defaultAction": "Deny", "bypass": "None"}


def test_the_aks_key_rotates_and_no_version_of_it_ends() -> None:
    """AKS is told one version, and every secret needs it until it is written anew."""
    properties = built("cluster/azure").one("azure-native:keyvault:Key").inputs["properties"]
    assert properties["rotationPolicy"] == {
        "lifetimeActions": [{"action": {"type": "rotate"}, "trigger": {"timeAfterCreate": "P1Y"}}]
    }
    assert "attributes" not in properties


def test_all_aks_logs_are_kept() -> None:
    setting = built("cluster/azure").named("unit-logs").inputs
    assert setting["logs"] == [{"categoryGroup": "allLogs", "enabled": True}]
    assert setting["workspaceId"] == "workspace"


def test_aks_nodes_are_spread_scaled_and_encrypted() -> None:
    (system,) = aks().inputs["agentPoolProfiles"]
    user = pool().inputs
    assert (system["name"], system["mode"]) == ("system", "System")
    assert user["mode"] == "User"
    for each in (system, user):
        assert each["availabilityZones"] == ["1", "2", "3"]
        assert each["enableAutoScaling"] is True
        assert each["enableEncryptionAtHost"] is True
        assert each["enableNodePublicIP"] is False
        assert each["vnetSubnetID"] == "nodes"
        assert each["orchestratorVersion"] == aks().inputs["kubernetesVersion"]
    assert user["nodeTaints"] == ["arch=arm:NoSchedule"]


def test_the_autoscaler_decides_how_many_aks_nodes_there_are() -> None:
    """Their first number is ours; the bounds stay ours, so that a raised one arrives."""
    assert aks().ignore_changes == ("agentPoolProfiles[0].count",)
    assert pool().ignore_changes == ("count",)
    (system,) = aks().inputs["agentPoolProfiles"]
    assert (system["count"], system["minCount"], system["maxCount"]) == (2, 2, 4)


def test_more_pools_do_not_move_what_aks_runs() -> None:
    more = {"aaa": replace(AKS_POOLS["system"], size="Standard_D8s_v5"), **AKS_POOLS}
    graph = built("cluster/azure", replace(AKS, pools=more))
    profiles = graph.one("azure-native:containerservice:ManagedCluster").inputs["agentPoolProfiles"]
    assert profiles == aks().inputs["agentPoolProfiles"]
    assert [p.name for p in graph.of_type("azure-native:containerservice:AgentPool")] == [
        "unit-aaa-nodes",
        "unit-arm-nodes",
    ]


@pytest.mark.parametrize(
    "pools",
    [
        {"arm": AKS_POOLS["arm"]},
        {"general": AKS_POOLS["system"]},
        {"system": replace(AKS_POOLS["system"], taints=AKS_POOLS["arm"].taints)},
        {"system": replace(AKS_POOLS["system"], fewest=0)},
        {},
    ],
    ids=["tainted only", "another name", "tainted", "may be empty", "none"],
)
def test_an_aks_cluster_without_a_pool_for_itself_is_refused_in_a_sentence(pools: dict[str, Pool]) -> None:
    with pytest.raises(ComponentError, match=r"AKS runs its own pods in .* add a pool called system"):
        built("cluster/azure", replace(AKS, pools=pools))


def test_the_aks_kubeconfig_waits_for_no_browser_and_holds_no_credential() -> None:
    provider = built("cluster/azure").one("pulumi:providers:kubernetes")
    kubeconfig: Any = json.loads(provider.inputs["kubeconfig"])
    (user,) = kubeconfig["users"]
    assert user["user"]["exec"]["args"][:3] == ["get-token", "--login", "azurecli"]
    assert set(user["user"]) == {"exec"}
    assert kubeconfig["clusters"][0]["cluster"]["certificate-authority-data"] == "Q0E="
