"""Azure: roles assigned at scopes, lists of vaults, and what runs as which identity."""

from policies.linkage.access.azure.side import Azure

__all__ = ["Azure"]
