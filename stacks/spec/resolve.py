"""What a site is once its defaults are filled in.

The defaults stand in ``data/kinds.json``, with their sources.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network

from stacks.spec import tables
from stacks.spec.types import AksSite, EksSite, NodePool, OnPremSite

AnySite = OnPremSite | EksSite | AksSite


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteRanges:
    """The address ranges of a site."""

    nodes: IPv4Network
    pods: IPv4Network
    """On EKS the same as ``nodes``: pods take addresses of the VPC."""
    services: IPv4Network


def ranges(site: AnySite) -> SiteRanges:
    """The ranges of a site, its kind's defaults filled in.

    Raises:
        ValueError: The site's pod range is neither given nor known; a file that was loaded has none of these.
    """
    kind = tables.kinds()[site.kind]
    declared = site.cidr if isinstance(site, EksSite) else site.pods
    pods, services = declared or kind.pods, site.services or kind.services
    if pods is None or services is None:
        raise ValueError(f"a site of kind {site.kind} has no default range for its pods; declare `pods`")
    return SiteRanges(nodes=site.cidr, pods=pods, services=services)


def version(site: EksSite | AksSite) -> str:
    """The Kubernetes minor version of a site."""
    chosen = site.version or tables.kinds()[site.kind].version
    if chosen is None:
        raise ValueError(f"data/kinds.json has no version for {site.kind}")
    return chosen


def node_pools(site: EksSite | AksSite) -> Mapping[str, NodePool]:
    """The node pools of a site by name, in the order of the file."""
    if site.node_pools is not None:
        return site.node_pools
    return {
        name: NodePool.model_validate({"size": pool.size, "nodes": pool.nodes})
        for name, pool in tables.kinds()[site.kind].pools.items()
    }
