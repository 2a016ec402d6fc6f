"""Declared parts of a platform whose combinations are judged before any of them exists.

Like declared data they are resources (ADR 5); ``docs/policies/compatibility.md`` lists their properties.
"""

from typing import Final

GPU_POOL: Final = "trunkline:gpu_pool:GpuPool"
"""A pool of nodes with GPUs, as a platform file asks for it."""
GPU_STACK: Final = "trunkline:gpu_stack:GpuStack"
"""What makes the GPUs of one cluster usable: the GPU operator and the network operator."""
SCHEDULING: Final = "trunkline:scheduling:Scheduling"
"""How jobs of one cluster are queued and placed."""
