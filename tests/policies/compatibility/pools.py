"""Declared pools, stacks and queues for the cases of the compatibility rules."""

from collections.abc import Mapping
from typing import Any

from policies.compatibility.declared import GPU_POOL, GPU_STACK, SCHEDULING
from policies.engine import Resource
from tests.policies.cases import resource

CLUSTER = "compute:aws"


def pool(properties: Mapping[str, Any], name: str = "train") -> Resource:
    """Return a declared pool of the cluster ``compute:aws``."""
    return resource(GPU_POOL, name, {"cluster": CLUSTER, **properties})


def gpu_stack(properties: Mapping[str, Any]) -> Resource:
    """Return the declared operators of the cluster."""
    return resource(GPU_STACK, "gpus", {"cluster": CLUSTER, **properties})


def scheduling(properties: Mapping[str, Any]) -> Resource:
    """Return the declared queues of the cluster."""
    return resource(SCHEDULING, "queues", {"cluster": CLUSTER, **properties})
