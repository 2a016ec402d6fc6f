"""Object store on Azure Blob Storage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pulumi import Input, Output, ResourceOptions
from pulumi_azure_native import authorization, keyvault, managedidentity, monitor, network, storage

from components.core import load, physical_name
from components.object_store.base import ObjectStore

if TYPE_CHECKING:
    from components.object_store.spec import ObjectStoreSpec


@dataclass(frozen=True, kw_only=True, slots=True)
class BlobStoreArgs:
    """Arguments of :class:`BlobStore`."""

    spec: ObjectStoreSpec
    location: str
    subscription: Input[str]
    tenant: Input[str]
    resource_group: Input[str]
    workspace: Input[str]
    """Id of the Log Analytics workspace that receives access logs in any case."""
    endpoint_subnet: Input[str]
    blob_dns_zone: Input[str]
    log_target: Input[str] | None = None
    """Id of the storage account that receives a copy of the access logs."""


class BlobStore(ObjectStore):
    """A storage account with one container, reached through a private endpoint, and a key of its own."""

    TYPE: ClassVar[str] = "trunkline:object_store:BlobStore"

    def __init__(self, name: str, args: BlobStoreArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._choices = load("components.object_store", "choices")
        self._tags = args.spec.tags.as_cloud_tags()

        self.account = self._account(args)
        self._versioned(args)
        self.container = storage.BlobContainer(
            f"{name}-container",
            account_name=self.account.name,
            resource_group_name=args.resource_group,
            container_name=self._choices["azure"]["container"],
            public_access=storage.PublicAccess.NONE,
            opts=self.child(protect=args.spec.protect),
        )
        self._lifecycle(args)
        self._endpoint(args)
        monitor.DiagnosticSetting(
            f"{name}-access-logs",
            resource_uri=Output.format("{0}/blobServices/default", self.account.id),
            workspace_id=args.workspace,
            storage_account_id=args.log_target,
            logs=[{"category_group": "allLogs", "enabled": True}],
            opts=self.child(),
        )

        self.uri = Output.format(
            "https://{0}.blob.core.windows.net/{1}", self.account.name, self.container.name
        )
        self.log_target = self.account.id
        self.publish(uri=self.uri, account=self.account.name, container=self.container.name)

    def _account(self, args: BlobStoreArgs) -> storage.StorageAccount:
        identity = managedidentity.UserAssignedIdentity(
            f"{self.name}-identity",
            resource_group_name=args.resource_group,
            location=args.location,
            tags=self._tags,
            opts=self.child(),
        )
        vault = self._vault(args)
        key = self._key(args, vault)
        grant = authorization.RoleAssignment(
            f"{self.name}-key-grant",
            scope=vault.id,
            principal_id=identity.principal_id,
            principal_type=authorization.PrincipalType.SERVICE_PRINCIPAL,
            role_definition_id=Output.format(
                "/subscriptions/{0}/providers/Microsoft.Authorization/roleDefinitions/{1}",
                args.subscription,
                load("components.core", "azure_roles")["key_vault_crypto_service_encryption_user"],
            ),
            opts=self.child(),
        )
        return storage.StorageAccount(
            f"{self.name}-account",
            account_name=self._unique(args, self._choices["azure"]["account_name_limit"], separator=""),
            resource_group_name=args.resource_group,
            location=args.location,
            kind=storage.Kind.STORAGE_V2,
            sku={"name": storage.SkuName.STANDARD_ZRS},
            identity={
                "type": storage.IdentityType.USER_ASSIGNED,
                "user_assigned_identities": [identity.id],
            },
            encryption={
                "key_source": storage.KeySource.MICROSOFT_KEYVAULT,
                # No version: storage follows the key when it is rotated.
                "key_vault_properties": {
                    "key_name": key.name,
                    "key_vault_uri": vault.properties.apply(lambda properties: properties.vault_uri),
                },
                "encryption_identity": {"encryption_user_assigned_identity": identity.id},
                "require_infrastructure_encryption": True,
            },
            allow_blob_public_access=False,
            allow_shared_key_access=False,
            allow_cross_tenant_replication=False,
            allowed_copy_scope=storage.AllowedCopyScope.AAD,
            default_to_o_auth_authentication=True,
            enable_https_traffic_only=True,
            minimum_tls_version=storage.MinimumTlsVersion.TLS1_2,
            public_network_access=storage.PublicNetworkAccess.DISABLED,
            network_rule_set={
                "default_action": storage.DefaultAction.DENY,
                # Azure Monitor writes logs as one of the services that this exception lets through.
                "bypass": storage.Bypass.AZURE_SERVICES if args.spec.receives_logs else storage.Bypass.NONE,
            },
            tags=self._tags,
            opts=self.child(protect=args.spec.protect, depends_on=[grant]),
        )

    def _unique(self, args: BlobStoreArgs, limit: int, *, separator: str) -> Output[str]:
        """A name that nobody else in Azure has, and that is the same on every run."""
        return Output.from_input(args.subscription).apply(
            lambda subscription: physical_name(
                self.name, limit=limit, separator=separator, salt=f"{subscription}/{args.spec.tags.scope}"
            )
        )

    def _vault(self, args: BlobStoreArgs) -> keyvault.Vault:
        days = load("components.core", "defaults")["deletion_days"]
        vault = keyvault.Vault(
            f"{self.name}-vault",
            vault_name=self._unique(args, self._choices["azure"]["vault_name_limit"], separator="-"),
            resource_group_name=args.resource_group,
            location=args.location,
            properties={
                "tenant_id": args.tenant,
                "sku": {"family": keyvault.SkuFamily.A, "name": keyvault.SkuName.STANDARD},
                "enable_rbac_authorization": True,
                "enable_soft_delete": True,
                "soft_delete_retention_in_days": (
                    days["protected"] if args.spec.protect else days["throwaway"]
                ),
                # Storage takes a key from no vault without it.
                "enable_purge_protection": True,
                "public_network_access": "Disabled",
                # Storage fetches its key as one of the services that this exception lets through.
                "network_acls": {
                    "default_action": keyvault.NetworkRuleAction.DENY,
                    "bypass": keyvault.NetworkRuleBypassOptions.AZURE_SERVICES,
                },
            },
            tags=self._tags,
            opts=self.child(protect=args.spec.protect),
        )
        monitor.DiagnosticSetting(
            f"{self.name}-vault-logs",
            resource_uri=vault.id,
            workspace_id=args.workspace,
            logs=[{"category_group": "allLogs", "enabled": True}],
            opts=self.child(),
        )
        return vault

    def _key(self, args: BlobStoreArgs, vault: keyvault.Vault) -> keyvault.Key:
        return keyvault.Key(
            f"{self.name}-key",
            resource_group_name=args.resource_group,
            vault_name=vault.name,
            key_name="objects",
            properties={
                "kty": keyvault.JsonWebKeyType.RSA,
                "key_size": 3072,
                "key_ops": [
                    keyvault.JsonWebKeyOperation.WRAP_KEY,
                    keyvault.JsonWebKeyOperation.UNWRAP_KEY,
                ],
                "rotation_policy": {
                    "attributes": {"expiry_time": self._choices["azure"]["key_expires_after"]},
                    "lifetime_actions": [
                        {
                            "action": {"type": keyvault.KeyRotationPolicyActionType.ROTATE},
                            "trigger": {"time_after_create": self._choices["azure"]["key_rotates_after"]},
                        }
                    ],
                },
            },
            tags=self._tags,
            opts=self.child(protect=args.spec.protect),
        )

    def _versioned(self, args: BlobStoreArgs) -> None:
        """Keep versions, and what the lifecycle deletes, for as long as the store promises.

        The lifecycle counts a version's days from when it was written, not from when it was replaced; soft
        deletion then keeps it this much longer.
        """
        days = min(args.spec.noncurrent_after, self._choices["azure"]["longest_soft_delete_days"])
        storage.BlobServiceProperties(
            f"{self.name}-versions",
            account_name=self.account.name,
            resource_group_name=args.resource_group,
            blob_services_name="default",
            is_versioning_enabled=True,
            delete_retention_policy={"enabled": True, "days": days},
            container_delete_retention_policy={"enabled": True, "days": days},
            opts=self.child(),
        )

    def _lifecycle(self, args: BlobStoreArgs) -> None:
        expire = args.spec.expire_after
        actions: storage.ManagementPolicyActionArgsDict = {
            "version": {"delete": {"days_after_creation_greater_than": args.spec.noncurrent_after}},
            "snapshot": {"delete": {"days_after_creation_greater_than": args.spec.noncurrent_after}},
        }
        if expire is not None:
            actions["base_blob"] = {"delete": {"days_after_modification_greater_than": expire}}
        storage.ManagementPolicy(
            f"{self.name}-lifecycle",
            account_name=self.account.name,
            resource_group_name=args.resource_group,
            management_policy_name="default",
            policy={
                "rules": [
                    {
                        "name": "keep-as-promised",
                        "type": storage.RuleType.LIFECYCLE,
                        "enabled": True,
                        "definition": {"actions": actions, "filters": {"blob_types": ["blockBlob"]}},
                    }
                ]
            },
            opts=self.child(),
        )

    def _endpoint(self, args: BlobStoreArgs) -> None:
        endpoint = network.PrivateEndpoint(
            f"{self.name}-endpoint",
            resource_group_name=args.resource_group,
            location=args.location,
            subnet={"id": args.endpoint_subnet},
            private_link_service_connections=[
                {"name": "blob", "private_link_service_id": self.account.id, "group_ids": ["blob"]}
            ],
            tags=self._tags,
            opts=self.child(),
        )
        network.PrivateDnsZoneGroup(
            f"{self.name}-dns",
            resource_group_name=args.resource_group,
            private_endpoint_name=endpoint.name,
            private_dns_zone_configs=[{"name": "blob", "private_dns_zone_id": args.blob_dns_zone}],
            opts=self.child(),
        )
