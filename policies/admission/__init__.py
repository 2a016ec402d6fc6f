"""Rules as admission policies, so that a cluster refuses what the pack would have refused."""

from policies.admission.generate import Scope, expressible, manifests

__all__ = ["Scope", "expressible", "manifests"]
