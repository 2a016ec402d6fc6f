"""Which cluster an object of Kubernetes is in."""

from typing import Final

from policies.engine import Inventory, Resource, Truth
from policies.engine.truth import NO, YES

EKS: Final = "aws:eks/cluster:Cluster"
AKS: Final = "azure-native:containerservice:ManagedCluster"
CLUSTERS: Final = (EKS, AKS)


def holds(cluster: Resource, item: Resource, stack: Inventory) -> Truth:
    """Return whether ``item`` is an object in ``cluster``.

    The provider of an object gets its kubeconfig from the cluster, so it depends on it. A provider that
    depends on no cluster of the stack, or that the stack does not have, may be any cluster's.
    """
    provider = stack.get(item.provider)
    if provider is None:
        return Truth(None)
    made_from = {urn for urns in provider.property_dependencies.values() for urn in urns}
    made_from |= provider.dependencies
    if cluster.urn in made_from:
        return YES
    others = {other.urn for other in stack.of(*CLUSTERS)}
    return NO if made_from & others else Truth(None)
