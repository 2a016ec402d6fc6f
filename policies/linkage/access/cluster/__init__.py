"""Clusters: what pods take in, what roles let read, and which services pods reach."""

from policies.linkage.access.cluster.network import Network
from policies.linkage.access.cluster.objects import Objects
from policies.linkage.access.cluster.roles import Roles

__all__ = ["Network", "Objects", "Roles"]
