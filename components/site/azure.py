"""A site on Azure: one subscription, one location."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import pulumi_azure_native as azure
from pulumi_azure_native import authorization, operationalinsights, resources

from components.cloud.azure import deployer_type
from components.core import ComponentError, SiteFacts, load
from components.site.base import Site

if TYPE_CHECKING:
    from pulumi import Output, ResourceOptions

    from components.site.spec import SiteSpec


@dataclass(frozen=True, kw_only=True, slots=True)
class AzureSiteArgs:
    """Arguments of :class:`AzureSite`."""

    spec: SiteSpec
    location: str
    subscription: str | None
    """Work in this subscription; without it, in the one the environment is signed in to."""
    protect: bool = True
    """Refuse to delete the resource group and the logs."""


class AzureSite(Site):
    """A provider bound to one subscription and location, a resource group, and the workspace for its logs."""

    TYPE: ClassVar[str] = "trunkline:site:AzureSite"

    location: str
    subscription: Output[str]
    tenant: Output[str]
    deployer: Output[str]
    """Object id of the Entra identity that runs the engine."""
    deployer_type: Output[str]
    """What that identity is, in the words of role assignments."""
    resource_group: Output[str]
    """Name of the group that holds everything at this site."""
    workspace: Output[str]
    """Id of the Log Analytics workspace that receives the site's logs."""

    def __init__(self, name: str, args: AzureSiteArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        regions = load("components.site", "regions")
        if args.location.startswith(tuple(regions["other_azure_clouds"]["prefixes"])):
            raise ComponentError(
                f"site {name}: {args.location} belongs to a cloud of its own, with endpoints that nothing "
                "here knows; choose a location of the global Azure cloud"
            )
        tags = args.spec.tags.as_cloud_tags()
        self.location = args.location
        self.facts = SiteFacts(
            name=name,
            kind="aks",
            region=args.location,
            country=regions["azure"].get(args.location),
        )

        provider = azure.Provider(
            f"{name}-provider",
            location=args.location,
            subscription_id=args.subscription,
            opts=self.child(),
        )
        self.providers = [provider]
        lookup = self.lookup(provider)
        signed_in = authorization.get_client_config_output(opts=lookup)
        self.subscription = signed_in.subscription_id
        self.tenant = signed_in.tenant_id
        self.deployer = signed_in.object_id
        self.deployer_type = signed_in.client_id.apply(deployer_type)

        group = resources.ResourceGroup(
            f"{name}-group",
            location=args.location,
            tags=tags,
            opts=self.child(protect=args.protect, provider=provider),
        )
        self.resource_group = group.name
        self.workspace = operationalinsights.Workspace(
            f"{name}-logs",
            resource_group_name=group.name,
            location=args.location,
            sku={"name": operationalinsights.WorkspaceSkuNameEnum.PER_GB2018},
            retention_in_days=load("components.core", "defaults")["log_retention_days"],
            # Only Entra identities may write or read; a workspace key would be one more secret to lose.
            features={"disable_local_auth": True, "enable_log_access_using_only_resource_permissions": True},
            tags=tags,
            opts=self.child(protect=args.protect, provider=provider),
        ).id
        self.publish(
            region=args.location,
            country=self.facts.country,
            subscription=self.subscription,
            resource_group=self.resource_group,
            workspace=self.workspace,
        )
