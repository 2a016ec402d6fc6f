"""A real control plane behind the sandbox's kubernetes provider.

Objects are applied server-side, so the cluster itself validates them (also in a preview, as a server-side dry
run), fills in its defaults and keeps track of who owns which field.
"""

from pathlib import Path

from stacks.sandbox.kubernetes_backend import ClusterClient


def connect(kubeconfig: Path, context: str | None) -> ClusterClient:
    """Return a client for the cluster that this context of the kubeconfig names; None is its current context.

    The cluster is not asked anything yet.

    Raises:
        ClusterRejected: the kubeconfig cannot be read, or it has no such context.
    """
    # The official client takes over half a second to import; a sandbox without a cluster does not need it.
    from stacks.sandbox.cluster.client import Cluster  # noqa: PLC0415
    from stacks.sandbox.cluster.connection import Connection  # noqa: PLC0415

    return Cluster(Connection(kubeconfig, context))
