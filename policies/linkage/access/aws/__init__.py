"""AWS: policies of identities and of resources, keys, and who may act as which role."""

from policies.linkage.access.aws.side import Aws

__all__ = ["Aws"]
