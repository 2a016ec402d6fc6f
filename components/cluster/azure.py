"""A cluster on Azure Kubernetes Service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from pulumi import Input, Output, Resource, ResourceOptions
from pulumi_azure_native import containerservice, keyvault, managedidentity, monitor
from pulumi_kubernetes import Provider

from components.cloud import azure
from components.cluster.base import Cluster
from components.cluster.kubeconfig import with_azure_cli
from components.cluster.pools import kept_as_it_is, pool_name
from components.core import ComponentError, cluster_facts, load

if TYPE_CHECKING:
    from collections.abc import Mapping
    from ipaddress import IPv4Network

    from components.cluster.spec import ClusterSpec, Pool


@dataclass(frozen=True, kw_only=True, slots=True)
class AksClusterArgs:
    """Arguments of :class:`AksCluster`."""

    spec: ClusterSpec
    location: str
    version: str
    """Kubernetes minor version; AKS runs its newest patch."""
    zones: int
    pods: IPv4Network
    services: IPv4Network
    admins: tuple[str, ...]
    """Entra groups that may administer the cluster; without any, the deployer may."""
    deployer: Input[str]
    """Object id of the Entra identity that runs the engine."""
    deployer_type: Input[str]
    """What that identity is, in the words of role assignments."""
    pools: Mapping[str, Pool]
    """One is called ``system`` and has no taints: it holds the pods that AKS itself runs."""
    subscription: Input[str]
    tenant: Input[str]
    resource_group: Input[str]
    workspace: Input[str]
    """Id of the Log Analytics workspace for the control plane's logs."""
    node_subnet: Input[str]
    api_server_subnet: Input[str]
    endpoint_subnet: Input[str]
    vault_dns_zone: Input[str]
    defender: bool = False
    """Watch the cluster with Microsoft Defender for Containers, which costs extra."""
    protect: bool = True
    """Refuse to delete the cluster, its vault and its key."""


class AksCluster(Cluster):
    """A private control plane that logs everything, encrypts its secrets, and knows no local account."""

    TYPE: ClassVar[str] = "trunkline:cluster:AksCluster"

    def __init__(self, name: str, args: AksClusterArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._facts = load("components.cluster", "aks")
        self._tags = args.spec.tags.as_cloud_tags()

        identity = managedidentity.UserAssignedIdentity(
            f"{name}-identity",
            resource_group_name=args.resource_group,
            location=args.location,
            tags=self._tags,
            opts=self.child(),
        )
        place = azure.Place(
            location=args.location,
            subscription=args.subscription,
            tenant=args.tenant,
            resource_group=args.resource_group,
            workspace=args.workspace,
            tags=self._tags,
            protect=args.protect,
        )
        vault = azure.vault(
            self,
            place,
            # The control plane has an address of its own in the network.
            bypass=keyvault.NetworkRuleBypassOptions.NONE,
            reach=azure.Reach(subnet=args.endpoint_subnet, dns_zone=args.vault_dns_zone),
        )
        security = self._security(args, vault, self._key(place, vault))
        grants = self._grants(args, identity, vault)
        access = self._access(args)
        self.cluster = self._control_plane(args, identity, security, grants)
        pools = self._pools(args)
        self._maintenance(args)
        self._logs(args)

        self.identifier = self.cluster.id
        self.kubeconfig = self._kubeconfig(args)
        self.provider = Provider(
            f"{name}-kubernetes",
            kubeconfig=self.kubeconfig,
            cluster_identifier=self.identifier,
            # Whoever is let in must still be in when objects are deleted.
            opts=self.child(depends_on=[*pools, *access]),
        )
        issuer = self.cluster.oidc_issuer_profile.apply(_issuer)
        self.facts = cluster_facts("aks", issuer=issuer)
        self.publish(
            cluster_name=self.cluster.name,
            endpoint=self.cluster.private_fqdn,
            identifier=self.identifier,
            issuer=issuer,
            version=args.version,
        )

    def _key(self, place: azure.Place, vault: keyvault.Vault) -> keyvault.Key:
        return azure.key(
            self,
            f"{self.name}-secrets-key",
            place,
            vault_name=vault.name,
            key_name="kubernetes-secrets",
            operations=[
                keyvault.JsonWebKeyOperation.ENCRYPT,
                keyvault.JsonWebKeyOperation.DECRYPT,
                keyvault.JsonWebKeyOperation.WRAP_KEY,
                keyvault.JsonWebKeyOperation.UNWRAP_KEY,
            ],
            # AKS is told one version and needs it until every secret is written anew with another:
            # https://learn.microsoft.com/azure/aks/use-kms-etcd-encryption
            expires=False,
        )

    def _grants(
        self, args: AksClusterArgs, identity: managedidentity.UserAssignedIdentity, vault: keyvault.Vault
    ) -> list[Resource]:
        """What the control plane may touch: two subnets and one vault.

        https://learn.microsoft.com/azure/aks/api-server-vnet-integration asks for the subnets, and
        https://learn.microsoft.com/azure/aks/use-kms-etcd-encryption for the vault: to use the key, and to
        approve its own private endpoint.
        """
        grants: dict[str, tuple[Input[str], str]] = {
            "node-subnet": (args.node_subnet, "network_contributor"),
            "api-server-subnet": (args.api_server_subnet, "network_contributor"),
            "key": (vault.id, "key_vault_crypto_user"),
            "vault": (vault.id, "key_vault_contributor"),
        }
        return [
            azure.grant(
                self,
                f"{self.name}-{noun}-grant",
                subscription=args.subscription,
                scope=scope,
                principal=identity.principal_id,
                role_name=role,
            )
            for noun, (scope, role) in grants.items()
        ]

    def _access(self, args: AksClusterArgs) -> list[Resource]:
        """Let the deployer in if nobody is named: there is no local account that it could use instead.

        The scope is the site's resource group, which holds no other cluster, so that Azure can spread the
        assignment while the cluster is being made. https://learn.microsoft.com/azure/aks/manage-azure-rbac
        """
        if args.admins:
            return []
        grant = azure.grant(
            self,
            f"{self.name}-deployer-grant",
            subscription=args.subscription,
            scope=Output.format(
                "/subscriptions/{0}/resourceGroups/{1}", args.subscription, args.resource_group
            ),
            principal=args.deployer,
            principal_type=args.deployer_type,
            role_name="aks_rbac_cluster_admin",
        )
        return [grant]

    def _control_plane(
        self,
        args: AksClusterArgs,
        identity: managedidentity.UserAssignedIdentity,
        security: containerservice.ManagedClusterSecurityProfileArgsDict,
        grants: list[Resource],
    ) -> containerservice.ManagedCluster:
        system: str = self._facts["system_pool"]
        profile: Any = {
            "name": system,
            "mode": containerservice.AgentPoolMode.SYSTEM,
            **self._pool(args, _system_pool(self.name, system, args.pools)),
        }
        return containerservice.ManagedCluster(
            f"{self.name}-control-plane",
            resource_group_name=args.resource_group,
            location=args.location,
            kubernetes_version=args.version,
            dns_prefix=self.name,
            # AKS would join the names of group, cluster and location, and takes no more than 80 characters:
            # https://learn.microsoft.com/troubleshoot/azure/azure-kubernetes/create-upgrade-delete/aks-common-issues-faq
            node_resource_group=Output.format("{0}-nodes", args.resource_group),
            sku={
                "name": containerservice.ManagedClusterSKUName.BASE,
                "tier": containerservice.ManagedClusterSKUTier.STANDARD,
            },
            identity={
                "type": containerservice.ResourceIdentityType.USER_ASSIGNED,
                "user_assigned_identities": [identity.id],
            },
            enable_rbac=True,
            disable_local_accounts=True,
            aad_profile={
                "managed": True,
                "enable_azure_rbac": True,
                "tenant_id": args.tenant,
                "admin_group_object_ids": sorted(args.admins),
            },
            api_server_access_profile={
                "enable_private_cluster": True,
                "enable_private_cluster_public_fqdn": False,
                "private_dns_zone": "system",
                "enable_vnet_integration": True,
                "subnet_id": args.api_server_subnet,
                "disable_run_command": True,
            },
            oidc_issuer_profile={"enabled": True},
            security_profile=security,
            network_profile={
                "network_plugin": containerservice.NetworkPlugin.AZURE,
                "network_plugin_mode": containerservice.NetworkPluginMode.OVERLAY,
                "network_dataplane": containerservice.NetworkDataplane.CILIUM,
                "network_policy": containerservice.NetworkPolicy.CILIUM,
                "load_balancer_sku": containerservice.LoadBalancerSku.STANDARD,
                "outbound_type": containerservice.OutboundType.USER_ASSIGNED_NAT_GATEWAY,
                "pod_cidr": str(args.pods),
                "service_cidr": str(args.services),
                # By convention the tenth address of the services, as on every cluster that kubeadm makes.
                "dns_service_ip": str(args.services[10]),
            },
            agent_pool_profiles=[profile],
            auto_upgrade_profile={
                "upgrade_channel": self._facts["upgrade_channel"],
                "node_os_upgrade_channel": self._facts["node_os_channel"],
            },
            # What AKS keeps in its own resource group is AKS's to change.
            node_resource_group_profile={"restriction_level": containerservice.RestrictionLevel.READ_ONLY},
            node_provisioning_profile={"mode": containerservice.NodeProvisioningMode.MANUAL},
            storage_profile={
                "disk_csi_driver": {"enabled": True},
                "file_csi_driver": {"enabled": True},
                "snapshot_controller": {"enabled": True},
            },
            tags=self._tags,
            opts=self.child(
                protect=args.protect,
                depends_on=grants,
                # The subnet of the API server has no room for two clusters.
                delete_before_replace=True,
                # How many nodes there are at first. From then on the autoscaler decides, and it keeps to a
                # lower bound that was raised: https://github.com/Azure/AKS/releases/tag/2021-07-22
                ignore_changes=["agentPoolProfiles[0].count"],
                hooks=kept_as_it_is(self.name, system, fixed=self._facts["fixed"]),
            ),
        )

    def _security(
        self, args: AksClusterArgs, vault: keyvault.Vault, key: keyvault.Key
    ) -> containerservice.ManagedClusterSecurityProfileArgsDict:
        profile: containerservice.ManagedClusterSecurityProfileArgsDict = {
            "workload_identity": {"enabled": True},
            "image_cleaner": {"enabled": True, "interval_hours": self._facts["image_cleaner_hours"]},
            "azure_key_vault_kms": {
                "enabled": True,
                "key_id": key.key_uri_with_version,
                "key_vault_network_access": containerservice.KeyVaultNetworkAccessTypes.PRIVATE,
                "key_vault_resource_id": vault.id,
            },
        }
        if args.defender:
            profile["defender"] = {
                "log_analytics_workspace_resource_id": args.workspace,
                "security_monitoring": {"enabled": True},
            }
        return profile

    def _pools(self, args: AksClusterArgs) -> list[Resource]:
        return [
            self._user_pool(args, name, self._pool(args, pool))
            for name, pool in sorted(args.pools.items())
            if name != self._facts["system_pool"]
        ]

    def _user_pool(self, args: AksClusterArgs, name: str, profile: dict[str, Any]) -> Resource:
        return containerservice.AgentPool(
            f"{self.name}-{name}-nodes",
            resource_group_name=args.resource_group,
            resource_name_=self.cluster.name,
            agent_pool_name=pool_name(
                name, profile, fixed=self._facts["fixed"], limit=self._facts["pool_name_limit"]
            ),
            mode=containerservice.AgentPoolMode.USER,
            **profile,
            opts=self.child(
                # The name differs, so that both pools can exist; the provider would delete the old one first.
                delete_before_replace=False,
                ignore_changes=["count"],
            ),
        )

    def _pool(self, args: AksClusterArgs, pool: Pool) -> dict[str, Any]:
        return {
            "type": containerservice.AgentPoolType.VIRTUAL_MACHINE_SCALE_SETS,
            # Without it a pool keeps the version that it was made with when the control plane moves on.
            "orchestrator_version": args.version,
            "vm_size": pool.size,
            "os_type": containerservice.OSType.LINUX,
            "os_sku": containerservice.OSSKU.AZURE_LINUX,
            "os_disk_size_gb": pool.disk_gib,
            "os_disk_type": containerservice.OSDiskType.MANAGED,
            "enable_encryption_at_host": True,
            "enable_node_public_ip": False,
            "availability_zones": [str(zone) for zone in range(1, args.zones + 1)],
            "enable_auto_scaling": True,
            "min_count": pool.fewest,
            "max_count": pool.most,
            "count": pool.fewest,
            "node_labels": dict(pool.labels),
            "node_taints": [
                f"{taint.key}={taint.value}:{taint.effect}" if taint.value else f"{taint.key}:{taint.effect}"
                for taint in pool.taints
            ],
            "vnet_subnet_id": args.node_subnet,
            "upgrade_settings": {"max_surge": self._facts["max_surge"]},
            "security_profile": {
                "enable_secure_boot": True,
                "enable_vtpm": True,
                "ssh_access": containerservice.AgentPoolSSHAccess.DISABLED,
            },
            "tags": self._tags,
        }

    def _maintenance(self, args: AksClusterArgs) -> None:
        for config, window in self._facts["maintenance"].items():
            containerservice.MaintenanceConfiguration(
                f"{self.name}-{config}",
                resource_group_name=args.resource_group,
                resource_name_=self.cluster.name,
                config_name=config,
                maintenance_window={
                    "schedule": {"weekly": {"day_of_week": window["day"], "interval_weeks": 1}},
                    "start_time": window["start"],
                    "duration_hours": window["hours"],
                    "utc_offset": "+00:00",
                },
                opts=self.child(),
            )

    def _logs(self, args: AksClusterArgs) -> None:
        monitor.DiagnosticSetting(
            f"{self.name}-logs",
            resource_uri=self.cluster.id,
            workspace_id=args.workspace,
            # Tables of their own, which cost less and can be read without parsing.
            log_analytics_destination_type="Dedicated",
            # Every log there is, audit included, and those that AKS adds later.
            logs=[{"category_group": "allLogs", "enabled": True}],
            opts=self.child(),
        )

    def _kubeconfig(self, args: AksClusterArgs) -> Output[str]:
        """A kubeconfig that holds no credential: kubelogin makes a token from the Azure CLI's sign-in."""
        found = containerservice.list_managed_cluster_user_credentials_output(
            resource_group_name=args.resource_group,
            resource_name=self.cluster.name,
            format="exec",
            opts=self.lookup(),
        )
        return Output.secret(
            found.kubeconfigs.apply(
                lambda configs: with_azure_cli(configs[0].value, self._facts["server_application"])
            )
        )


def _issuer(profile: Any) -> str:
    return profile.issuer_url


def _system_pool(owner: str, name: str, pools: Mapping[str, Pool]) -> Pool:
    """The pool for AKS's own pods. It is called by its name and never chosen, so that no pool moves it."""
    found = pools.get(name)
    if found is None or found.taints or found.fewest < 1:
        raise ComponentError(
            f"{owner}: AKS runs its own pods in a node pool called {name}, untainted and with at least one "
            f"node; among {', '.join(sorted(pools)) or 'no pools'} there is none, so add a pool called {name}"
        )
    return found
