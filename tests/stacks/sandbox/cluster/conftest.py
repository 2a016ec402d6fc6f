"""A namespace of its own in the real control plane for each test."""

import uuid
from collections.abc import Iterator

import pytest

from stacks.sandbox.cluster import connect
from stacks.sandbox.kubernetes_backend import ClusterClient
from tests.support.control_plane import ControlPlane


@pytest.fixture
def namespace(control_plane: ControlPlane) -> Iterator[str]:
    """A new namespace, which is asked to go after the test."""
    name = f"test-{uuid.uuid4().hex[:8]}"
    control_plane.call("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
    yield name
    control_plane.call("DELETE", f"/api/v1/namespaces/{name}")


@pytest.fixture
def cluster(control_plane: ControlPlane) -> ClusterClient:
    """A client with every right."""
    return connect(control_plane.kubeconfig, None)
