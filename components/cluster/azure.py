"""A cluster on Azure Kubernetes Service."""

from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import yaml
from pulumi import Input, Output, Resource, ResourceOptions
from pulumi_azure_native import authorization, containerservice, keyvault, managedidentity, monitor, network
from pulumi_kubernetes import Provider

from components.cluster.base import Cluster
from components.core import ComponentError, cluster_facts, load, physical_name

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
    """Entra groups that may administer the cluster."""
    pools: Mapping[str, Pool]
    """At least one without taints, for the pods that AKS itself runs."""
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
        vault = self._vault(args)
        security = self._security(args, vault, self._key(args, vault))
        grants = self._grants(args, identity, vault)
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
            opts=self.child(depends_on=pools),
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

    def _vault(self, args: AksClusterArgs) -> keyvault.Vault:
        days = load("components.core", "defaults")["deletion_days"]
        vault = keyvault.Vault(
            f"{self.name}-vault",
            vault_name=Output.from_input(args.subscription).apply(
                lambda subscription: physical_name(
                    self.name,
                    limit=self._facts["vault_name_limit"],
                    salt=f"{subscription}/{args.spec.tags.scope}",
                )
            ),
            resource_group_name=args.resource_group,
            location=args.location,
            properties={
                "tenant_id": args.tenant,
                "sku": {"family": keyvault.SkuFamily.A, "name": keyvault.SkuName.STANDARD},
                "enable_rbac_authorization": True,
                "enable_soft_delete": True,
                "soft_delete_retention_in_days": days["protected"] if args.protect else days["throwaway"],
                # Losing the key loses every secret of the cluster, so not even an owner may purge it.
                "enable_purge_protection": True,
                "public_network_access": "Disabled",
                "network_acls": {
                    "default_action": keyvault.NetworkRuleAction.DENY,
                    "bypass": keyvault.NetworkRuleBypassOptions.NONE,
                },
            },
            tags=self._tags,
            opts=self.child(protect=args.protect),
        )
        endpoint = network.PrivateEndpoint(
            f"{self.name}-vault-endpoint",
            resource_group_name=args.resource_group,
            location=args.location,
            subnet={"id": args.endpoint_subnet},
            private_link_service_connections=[
                {"name": "vault", "private_link_service_id": vault.id, "group_ids": ["vault"]}
            ],
            tags=self._tags,
            opts=self.child(),
        )
        network.PrivateDnsZoneGroup(
            f"{self.name}-vault-dns",
            resource_group_name=args.resource_group,
            private_endpoint_name=endpoint.name,
            private_dns_zone_configs=[{"name": "vault", "private_dns_zone_id": args.vault_dns_zone}],
            opts=self.child(),
        )
        monitor.DiagnosticSetting(
            f"{self.name}-vault-logs",
            resource_uri=vault.id,
            workspace_id=args.workspace,
            logs=[{"category_group": "allLogs", "enabled": True}],
            opts=self.child(),
        )
        return vault

    def _key(self, args: AksClusterArgs, vault: keyvault.Vault) -> keyvault.Key:
        return keyvault.Key(
            f"{self.name}-secrets-key",
            resource_group_name=args.resource_group,
            vault_name=vault.name,
            key_name="kubernetes-secrets",
            properties={
                "kty": keyvault.JsonWebKeyType.RSA,
                "key_size": 3072,
                "key_ops": [
                    keyvault.JsonWebKeyOperation.ENCRYPT,
                    keyvault.JsonWebKeyOperation.DECRYPT,
                    keyvault.JsonWebKeyOperation.WRAP_KEY,
                    keyvault.JsonWebKeyOperation.UNWRAP_KEY,
                ],
                "rotation_policy": {
                    "attributes": {"expiry_time": self._facts["key_expires_after"]},
                    "lifetime_actions": [
                        {
                            "action": {"type": keyvault.KeyRotationPolicyActionType.ROTATE},
                            "trigger": {"time_after_create": self._facts["key_rotates_after"]},
                        }
                    ],
                },
            },
            tags=self._tags,
            opts=self.child(protect=args.protect),
        )

    def _grants(
        self, args: AksClusterArgs, identity: managedidentity.UserAssignedIdentity, vault: keyvault.Vault
    ) -> list[Resource]:
        """What the control plane may touch: two subnets and one vault.

        https://learn.microsoft.com/azure/aks/api-server-vnet-integration asks for the subnets, and
        https://learn.microsoft.com/azure/aks/use-kms-etcd-encryption for the vault: to use the key, and to
        approve its own private endpoint.
        """
        roles = load("components.core", "azure_roles")
        grants: dict[str, tuple[Input[str], str]] = {
            "node-subnet": (args.node_subnet, roles["network_contributor"]),
            "api-server-subnet": (args.api_server_subnet, roles["network_contributor"]),
            "key": (vault.id, roles["key_vault_crypto_user"]),
            "vault": (vault.id, roles["key_vault_contributor"]),
        }
        return [
            authorization.RoleAssignment(
                f"{self.name}-{noun}-grant",
                scope=scope,
                principal_id=identity.principal_id,
                principal_type=authorization.PrincipalType.SERVICE_PRINCIPAL,
                role_definition_id=Output.format(
                    "/subscriptions/{0}/providers/Microsoft.Authorization/roleDefinitions/{1}",
                    args.subscription,
                    role,
                ),
                opts=self.child(),
            )
            for noun, (scope, role) in grants.items()
        ]

    def _control_plane(
        self,
        args: AksClusterArgs,
        identity: managedidentity.UserAssignedIdentity,
        security: containerservice.ManagedClusterSecurityProfileArgsDict,
        grants: list[Resource],
    ) -> containerservice.ManagedCluster:
        system = _system_pool(self.name, args.pools)
        profile: Any = {
            "name": self._pool_name(system),
            "mode": containerservice.AgentPoolMode.SYSTEM,
            **self._pool(args, args.pools[system]),
        }
        return containerservice.ManagedCluster(
            f"{self.name}-control-plane",
            resource_group_name=args.resource_group,
            location=args.location,
            kubernetes_version=args.version,
            dns_prefix=self.name,
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
            opts=self.child(protect=args.protect, depends_on=grants),
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
        system = _system_pool(self.name, args.pools)
        return [
            containerservice.AgentPool(
                f"{self.name}-{pool_name}-nodes",
                resource_group_name=args.resource_group,
                resource_name_=self.cluster.name,
                agent_pool_name=self._pool_name(pool_name),
                mode=containerservice.AgentPoolMode.USER,
                **self._pool(args, pool),
                opts=self.child(ignore_changes=["count"]),
            )
            for pool_name, pool in sorted(args.pools.items())
            if pool_name != system
        ]

    def _pool_name(self, pool_name: str) -> str:
        return physical_name(pool_name, limit=self._facts["pool_name_limit"], separator="")

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
                lambda configs: _with_azure_cli(configs[0].value, self._facts["server_application"])
            )
        )


def _issuer(profile: Any) -> str:
    return profile.issuer_url


def _with_azure_cli(encoded: str, server_application: str) -> str:
    """Exchange how the kubeconfig signs in; AKS's own waits for a person with a browser."""
    kubeconfig: dict[str, Any] = yaml.safe_load(b64decode(encoded))
    for user in kubeconfig.get("users", []):
        user["user"] = {
            "exec": {
                "apiVersion": "client.authentication.k8s.io/v1beta1",
                "command": "kubelogin",
                "args": ["get-token", "--login", "azurecli", "--server-id", server_application],
                "interactiveMode": "Never",
            }
        }
    return json.dumps(kubeconfig, sort_keys=True)


def _system_pool(name: str, pools: Mapping[str, Pool]) -> str:
    """The pool for AKS's own pods: the one called ``system``, or the first by name that takes any pod."""
    fit = sorted(pool_name for pool_name, pool in pools.items() if not pool.taints and pool.fewest > 0)
    if not fit:
        msg = (
            f"{name}: AKS needs a node pool without taints and with at least one node for its own pods, and "
            f"{', '.join(sorted(pools)) or 'no pool'} is not; add a pool called system"
        )
        raise ComponentError(msg)
    return "system" if "system" in fit else fit[0]
