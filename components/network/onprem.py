"""A network of one's own: ranges that exist already and that we are told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from components.network.base import Network

if TYPE_CHECKING:
    from ipaddress import IPv4Network

    from pulumi import ResourceOptions

    from components.network.spec import NetworkSpec


@dataclass(frozen=True, kw_only=True, slots=True)
class OnPremNetworkArgs:
    """Arguments of :class:`OnPremNetwork`."""

    spec: NetworkSpec
    pods: IPv4Network | None
    services: IPv4Network | None


class OnPremNetwork(Network):
    """Declared ranges; it creates nothing and keeps the declaration in the state for reports and rules."""

    TYPE: ClassVar[str] = "trunkline:network:OnPremNetwork"

    def __init__(self, name: str, args: OnPremNetworkArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self.cidr = args.spec.cidr
        self.publish(
            cidr=str(args.spec.cidr),
            pods=str(args.pods) if args.pods else None,
            services=str(args.services) if args.services else None,
            tags=args.spec.tags.as_cloud_tags(),
        )
