"""Sites: where resources go, one implementation for each kind of place."""

from typing import assert_never, overload

from pulumi import ResourceOptions

from components.site.aws import AwsSite, AwsSiteArgs, Caller
from components.site.azure import AzureSite, AzureSiteArgs
from components.site.base import Site
from components.site.onprem import OnPremSite, OnPremSiteArgs
from components.site.spec import SiteSpec

SiteArgs = AwsSiteArgs | AzureSiteArgs | OnPremSiteArgs


@overload
def site(name: str, args: AwsSiteArgs, opts: ResourceOptions | None = None) -> AwsSite: ...
@overload
def site(name: str, args: AzureSiteArgs, opts: ResourceOptions | None = None) -> AzureSite: ...
@overload
def site(name: str, args: OnPremSiteArgs, opts: ResourceOptions | None = None) -> OnPremSite: ...
def site(name: str, args: SiteArgs, opts: ResourceOptions | None = None) -> Site:
    """Build the site that ``args`` describes; the type of ``args`` is the choice of provider."""
    match args:
        case AwsSiteArgs():
            return AwsSite(name, args, opts)
        case AzureSiteArgs():
            return AzureSite(name, args, opts)
        case OnPremSiteArgs():
            return OnPremSite(name, args, opts)
        case _:
            assert_never(args)


__all__ = [
    "AwsSite",
    "AwsSiteArgs",
    "AzureSite",
    "AzureSiteArgs",
    "Caller",
    "OnPremSite",
    "OnPremSiteArgs",
    "Site",
    "SiteArgs",
    "SiteSpec",
    "site",
]
