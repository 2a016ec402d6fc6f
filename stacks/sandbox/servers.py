"""Which clouds the sandbox simulates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacks.sandbox.aws import Aws
from stacks.sandbox.azure import AzureNative
from stacks.sandbox.cluster.kubernetes import ClusteredKubernetes
from stacks.sandbox.kubernetes import Kubernetes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from stacks.sandbox.cloud import Cloud
    from stacks.sandbox.store import Store


def clouds(store: Store, clusters: Mapping[str, Path]) -> dict[str, Cloud]:
    """Return the cloud of every package. ``clusters`` maps contexts to kubeconfigs of real clusters."""
    return {
        Aws.package: Aws(store),
        AzureNative.package: AzureNative(store),
        Kubernetes.package: ClusteredKubernetes(store, clusters) if clusters else Kubernetes(store),
    }
