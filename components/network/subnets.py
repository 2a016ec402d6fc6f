"""Subnet arithmetic: plain, and the same on every run.

A range is cut once, with room left over, because a subnet's range cannot be changed without replacing
everything in it.
"""

from dataclasses import dataclass
from ipaddress import IPv4Network
from itertools import islice

from components.core import ComponentError


@dataclass(frozen=True, kw_only=True, slots=True)
class AwsSubnets:
    """The ranges of a VPC; one private and one public subnet for each zone, in zone order."""

    private: tuple[IPv4Network, ...]
    public: tuple[IPv4Network, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class AzureSubnets:
    """The ranges of a virtual network."""

    nodes: IPv4Network
    endpoints: IPv4Network
    api_server: IPv4Network


def aws_subnets(cidr: IPv4Network, zones: int) -> AwsSubnets:
    """Cut a VPC into the smallest number of equal blocks that leaves at least one over.

    Each zone's private subnet is a whole block, because pods take their addresses from it. The public
    subnets are the first /28s of the last block: they hold NAT gateways only, and /28 is the smallest subnet
    AWS allows. What lies between stays free.

    Raises:
        ComponentError: The range is larger than a VPC may be, or too small for so many zones.
    """
    if cidr.prefixlen < _AWS_LARGEST:
        msg = f"cidr {cidr}: a VPC is at most a /{_AWS_LARGEST}; take a part of this range"
        raise ComponentError(msg)
    blocks_prefix = cidr.prefixlen + zones.bit_length()
    public_room = _AWS_SMALLEST - (zones - 1).bit_length()
    if blocks_prefix > public_room:
        largest = public_room - zones.bit_length()
        msg = f"cidr {cidr}: too small for {zones} zones; use a /{largest} or larger"
        raise ComponentError(msg)
    blocks = list(cidr.subnets(new_prefix=blocks_prefix))
    public = islice(blocks[-1].subnets(new_prefix=_AWS_SMALLEST), zones)
    return AwsSubnets(private=tuple(blocks[:zones]), public=tuple(public))


_AWS_LARGEST, _AWS_SMALLEST = 16, 28
"""https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html"""


def azure_subnets(cidr: IPv4Network) -> AzureSubnets:
    """Give nodes the first half, private endpoints the third quarter, the API server the last /28.

    Pods are on an overlay and need no room here. AKS asks for a /28 at least for the API server:
    https://learn.microsoft.com/azure/aks/api-server-vnet-integration.

    Raises:
        ComponentError: The range is too small.
    """
    if cidr.prefixlen > _AZURE_SMALLEST_NETWORK:
        msg = f"cidr {cidr}: too small for an AKS site; use a /{_AZURE_SMALLEST_NETWORK} or larger"
        raise ComponentError(msg)
    nodes, rest = cidr.subnets(prefixlen_diff=1)
    endpoints, last = rest.subnets(prefixlen_diff=1)
    api_server = IPv4Network((int(last.broadcast_address), _API_SERVER), strict=False)
    return AzureSubnets(nodes=nodes, endpoints=endpoints, api_server=api_server)


_AZURE_SMALLEST_NETWORK, _API_SERVER = 24, 28
