"""A site of one's own: a cluster that exists already, at a place we are told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from components.core import SiteFacts
from components.site.base import Site

if TYPE_CHECKING:
    from pulumi import ResourceOptions

    from components.site.spec import SiteSpec


@dataclass(frozen=True, kw_only=True, slots=True)
class OnPremSiteArgs:
    """Arguments of :class:`OnPremSite`."""

    spec: SiteSpec
    kind: Literal["openshift", "kubernetes"]
    country: str


class OnPremSite(Site):
    """A declared place; it creates nothing and keeps the declaration in the state for reports and rules."""

    TYPE: ClassVar[str] = "trunkline:site:OnPremSite"

    def __init__(self, name: str, args: OnPremSiteArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self.facts = SiteFacts(name=name, kind=args.kind, region=None, country=args.country)
        self.providers = []
        self.publish(kind=args.kind, country=args.country, tags=args.spec.tags.as_cloud_tags())
