"""Namespaces of the platform: one implementation, because Kubernetes is the same everywhere."""

from pulumi import ResourceOptions

from components.namespace.base import Namespace
from components.namespace.kubernetes import KubernetesNamespace, NamespaceArgs
from components.namespace.spec import NamespaceSpec


def namespace(name: str, args: NamespaceArgs, opts: ResourceOptions | None = None) -> Namespace:
    """Build a namespace in the cluster whose provider ``opts`` carries."""
    return KubernetesNamespace(name, args, opts)


__all__ = ["KubernetesNamespace", "Namespace", "NamespaceArgs", "NamespaceSpec", "namespace"]
