"""Kubernetes clusters, one implementation for each kind of site."""

from typing import assert_never, overload

from pulumi import ResourceOptions

from components.cluster.aws import EksCluster, EksClusterArgs
from components.cluster.azure import AksCluster, AksClusterArgs
from components.cluster.base import Cluster
from components.cluster.onprem import OnPremCluster, OnPremClusterArgs
from components.cluster.spec import ClusterSpec, Pool, Taint

ClusterArgs = EksClusterArgs | AksClusterArgs | OnPremClusterArgs


@overload
def cluster(name: str, args: EksClusterArgs, opts: ResourceOptions | None = None) -> EksCluster: ...
@overload
def cluster(name: str, args: AksClusterArgs, opts: ResourceOptions | None = None) -> AksCluster: ...
@overload
def cluster(name: str, args: OnPremClusterArgs, opts: ResourceOptions | None = None) -> OnPremCluster: ...
def cluster(name: str, args: ClusterArgs, opts: ResourceOptions | None = None) -> Cluster:
    """Build the cluster that ``args`` describes; the type of ``args`` is the choice of provider."""
    match args:
        case EksClusterArgs():
            return EksCluster(name, args, opts)
        case AksClusterArgs():
            return AksCluster(name, args, opts)
        case OnPremClusterArgs():
            return OnPremCluster(name, args, opts)
        case _:
            assert_never(args)


__all__ = [
    "AksCluster",
    "AksClusterArgs",
    "Cluster",
    "ClusterArgs",
    "ClusterSpec",
    "EksCluster",
    "EksClusterArgs",
    "OnPremCluster",
    "OnPremClusterArgs",
    "Pool",
    "Taint",
    "cluster",
]
