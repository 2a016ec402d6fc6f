"""What every cluster promises its callers."""

from pulumi import Output, ProviderResource

from components.core import ClusterFacts, PlatformComponent


class Cluster(PlatformComponent):
    """A Kubernetes cluster that is there and can be worked in."""

    facts: ClusterFacts
    provider: ProviderResource
    """The provider to create objects in this cluster with; it is never an ambient one."""
    identifier: Output[str]
    """What the provider knows this cluster by; when it changes, everything in the cluster is created anew."""
    kubeconfig: Output[str] | None
    """Always secret. Nothing for a cluster that is reached by a context of the user's own kubeconfig."""
