"""A real Kubernetes control plane for tests: etcd, API server, controllers, scheduler and simulated nodes.

Use the pytest fixture ``control_plane`` (:mod:`tests.support.control_plane.fixture`), or run one by hand with
``python -m tests.support.control_plane``.
"""

from tests.support.control_plane.errors import ControlPlaneError
from tests.support.control_plane.nodes import NodeShape
from tests.support.control_plane.plane import ControlPlane, start

__all__ = ["ControlPlane", "ControlPlaneError", "NodeShape", "start"]
