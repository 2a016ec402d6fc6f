"""Object store on Azure Blob Storage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pulumi import Input, Output, ResourceOptions
from pulumi_azure_native import keyvault, managedidentity, monitor, storage

from components.cloud import azure
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

        place = azure.Place(
            location=args.location,
            subscription=args.subscription,
            tenant=args.tenant,
            resource_group=args.resource_group,
            workspace=args.workspace,
            tags=self._tags,
            protect=args.spec.protect,
        )
        self.account = self._account(args, place)
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
        reach = azure.Reach(subnet=args.endpoint_subnet, dns_zone=args.blob_dns_zone)
        azure.endpoint(self, name, place, reach, kind="blob", target=self.account.id)
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

    def _account(self, args: BlobStoreArgs, place: azure.Place) -> storage.StorageAccount:
        identity = managedidentity.UserAssignedIdentity(
            f"{self.name}-identity",
            resource_group_name=args.resource_group,
            location=args.location,
            tags=self._tags,
            opts=self.child(),
        )
        # Storage fetches its key as one of the services that this exception lets through.
        vault = azure.vault(self, place, bypass=keyvault.NetworkRuleBypassOptions.AZURE_SERVICES)
        key = azure.key(
            self,
            f"{self.name}-key",
            place,
            vault_name=vault.name,
            key_name="objects",
            operations=[
                keyvault.JsonWebKeyOperation.WRAP_KEY,
                keyvault.JsonWebKeyOperation.UNWRAP_KEY,
            ],
            # Storage is given no version below.
            expires=True,
        )
        allowed = azure.grant(
            self,
            f"{self.name}-key-grant",
            subscription=args.subscription,
            scope=vault.id,
            principal=identity.principal_id,
            role_name="key_vault_crypto_service_encryption_user",
        )
        return storage.StorageAccount(
            f"{self.name}-account",
            # Nobody else in Azure has this name, and it is the same on every run.
            account_name=Output.from_input(args.subscription).apply(
                lambda subscription: physical_name(
                    self.name,
                    limit=self._choices["azure"]["account_name_limit"],
                    separator="",
                    salt=f"{subscription}/{args.spec.tags.scope}",
                )
            ),
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
            opts=self.child(protect=args.spec.protect, depends_on=[allowed]),
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
