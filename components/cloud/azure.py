"""Azure: role assignments, and key vaults that only private networks reach."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulumi import Input, Output
from pulumi_azure_native import authorization, keyvault, monitor, network

from components.core import load, physical_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from components.core import PlatformComponent


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where resources go, and what they say about their owner."""

    location: str
    subscription: Input[str]
    tenant: Input[str]
    resource_group: Input[str]
    workspace: Input[str]
    """Id of the Log Analytics workspace that hears who uses a vault."""
    tags: Mapping[str, str]
    protect: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """The way into a vault from a private network."""

    subnet: Input[str]
    dns_zone: Input[str]


def role(subscription: Input[str], name: str) -> Output[str]:
    """The id of a built-in role, by its name in ``components/core/azure_roles.toml``."""
    return Output.format(
        "/subscriptions/{0}/providers/Microsoft.Authorization/roleDefinitions/{1}",
        subscription,
        load("components.core", "azure_roles")[name],
    )


def grant(  # noqa: PLR0913, the parts of a role assignment, by name
    owner: PlatformComponent,
    name: str,
    *,
    subscription: Input[str],
    scope: Input[str],
    principal: Input[str],
    role_name: str,
    principal_type: Input[str] = authorization.PrincipalType.SERVICE_PRINCIPAL,
) -> authorization.RoleAssignment:
    """Give a principal, by default a managed identity, a built-in role at a scope."""
    return authorization.RoleAssignment(
        name,
        scope=scope,
        principal_id=principal,
        # Azure refuses a type that is not the principal's, and finds a new principal only by its type.
        principal_type=principal_type,
        role_definition_id=role(subscription, role_name),
        opts=owner.child(),
    )


def deployer_type(client_id: str) -> str:
    """What the identity that runs the engine is: people sign in through the Azure CLI's own application."""
    if client_id == load("components.cloud", "azure")["azure_cli"]:
        return authorization.PrincipalType.USER
    return authorization.PrincipalType.SERVICE_PRINCIPAL


def vault_name(owner: str, subscription: str, resource_group: str) -> str:
    """A name that nobody else in Azure has, and that is new whenever the resource group is made anew.

    azure-native names the group at random. A deleted vault keeps its name until its retention ends, for it
    cannot be purged, and a platform that is made anew must not wait for that.
    """
    limit = load("components.cloud", "azure")["vault_name_limit"]
    return physical_name(owner, limit=limit, salt=f"{subscription}/{resource_group}")


def vault(
    owner: PlatformComponent,
    place: Place,
    *,
    bypass: keyvault.NetworkRuleBypassOptions,
    reach: Reach | None = None,
) -> keyvault.Vault:
    """A vault that logs every use and that nobody can empty: without its keys, data is lost."""
    days = load("components.core", "defaults")["deletion_days"]
    made = keyvault.Vault(
        f"{owner.name}-vault",
        vault_name=Output.all(place.subscription, place.resource_group).apply(
            lambda where: vault_name(owner.name, *where)
        ),
        resource_group_name=place.resource_group,
        location=place.location,
        properties={
            "tenant_id": place.tenant,
            "sku": {"family": keyvault.SkuFamily.A, "name": keyvault.SkuName.STANDARD},
            "enable_rbac_authorization": True,
            "enable_soft_delete": True,
            "soft_delete_retention_in_days": days["protected"] if place.protect else days["throwaway"],
            # Not even an owner may purge it; storage takes keys from no other vault.
            "enable_purge_protection": True,
            "public_network_access": "Disabled",
            "network_acls": {"default_action": keyvault.NetworkRuleAction.DENY, "bypass": bypass},
        },
        tags=dict(place.tags),
        opts=owner.child(protect=place.protect),
    )
    monitor.DiagnosticSetting(
        f"{owner.name}-vault-logs",
        resource_uri=made.id,
        workspace_id=place.workspace,
        logs=[{"category_group": "allLogs", "enabled": True}],
        opts=owner.child(),
    )
    if reach is not None:
        endpoint(owner, f"{owner.name}-vault", place, reach, kind="vault", target=made.id)
    return made


def key(  # noqa: PLR0913, what every key has to be told, by name
    owner: PlatformComponent,
    name: str,
    place: Place,
    *,
    vault_name: Input[str],
    key_name: str,
    operations: Sequence[keyvault.JsonWebKeyOperation],
    expires: bool,
) -> keyvault.Key:
    """A key that Key Vault replaces by itself.

    ``expires`` ends the versions that a rotation makes, which suits whoever names no version and so follows
    the key. Whoever names one version needs it for as long as something is encrypted with it.
    """
    choices = load("components.cloud", "azure")["key"]
    policy: keyvault.RotationPolicyArgsDict = {
        "lifetime_actions": [
            {
                "action": {"type": keyvault.KeyRotationPolicyActionType.ROTATE},
                "trigger": {"time_after_create": choices["rotates_after"]},
            }
        ]
    }
    if expires:
        policy["attributes"] = {"expiry_time": choices["expires_after"]}
    return keyvault.Key(
        name,
        resource_group_name=place.resource_group,
        vault_name=vault_name,
        key_name=key_name,
        properties={
            "kty": keyvault.JsonWebKeyType.RSA,
            "key_size": choices["bits"],
            "key_ops": list(operations),
            "rotation_policy": policy,
        },
        tags=dict(place.tags),
        opts=owner.child(protect=place.protect),
    )


def endpoint(  # noqa: PLR0913, the parts of a private endpoint, by name
    owner: PlatformComponent, prefix: str, place: Place, reach: Reach, *, kind: str, target: Input[str]
) -> network.PrivateEndpoint:
    """A private address for a resource; ``kind`` is what Azure calls the part of it that is reached.

    https://learn.microsoft.com/azure/private-link/private-endpoint-overview#private-link-resource
    """
    made = network.PrivateEndpoint(
        f"{prefix}-endpoint",
        resource_group_name=place.resource_group,
        location=place.location,
        subnet={"id": reach.subnet},
        private_link_service_connections=[
            {"name": kind, "private_link_service_id": target, "group_ids": [kind]}
        ],
        tags=dict(place.tags),
        opts=owner.child(),
    )
    network.PrivateDnsZoneGroup(
        f"{prefix}-dns",
        resource_group_name=place.resource_group,
        private_endpoint_name=made.name,
        private_dns_zone_configs=[{"name": kind, "private_dns_zone_id": reach.dns_zone}],
        opts=owner.child(),
    )
    return made
