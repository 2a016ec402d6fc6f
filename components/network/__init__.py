"""Networks, one implementation for each kind of site."""

from typing import assert_never, overload

from pulumi import ResourceOptions

from components.network.aws import AwsNetwork, AwsNetworkArgs
from components.network.azure import AzureNetwork, AzureNetworkArgs
from components.network.base import Network
from components.network.onprem import OnPremNetwork, OnPremNetworkArgs
from components.network.spec import NetworkSpec

NetworkArgs = AwsNetworkArgs | AzureNetworkArgs | OnPremNetworkArgs


@overload
def network(name: str, args: AwsNetworkArgs, opts: ResourceOptions | None = None) -> AwsNetwork: ...
@overload
def network(name: str, args: AzureNetworkArgs, opts: ResourceOptions | None = None) -> AzureNetwork: ...
@overload
def network(name: str, args: OnPremNetworkArgs, opts: ResourceOptions | None = None) -> OnPremNetwork: ...
def network(name: str, args: NetworkArgs, opts: ResourceOptions | None = None) -> Network:
    """Build the network that ``args`` describes; the type of ``args`` is the choice of provider."""
    match args:
        case AwsNetworkArgs():
            return AwsNetwork(name, args, opts)
        case AzureNetworkArgs():
            return AzureNetwork(name, args, opts)
        case OnPremNetworkArgs():
            return OnPremNetwork(name, args, opts)
        case _:
            assert_never(args)


__all__ = [
    "AwsNetwork",
    "AwsNetworkArgs",
    "AzureNetwork",
    "AzureNetworkArgs",
    "Network",
    "NetworkArgs",
    "NetworkSpec",
    "OnPremNetwork",
    "OnPremNetworkArgs",
    "network",
]
