"""Simulated ``aws``, ``azure-native`` and ``kubernetes`` providers for the real Pulumi engine.

A program that runs in the sandbox is held to the SDKs' own types, to what botocore knows of AWS, and to the
behaviour of the engine: dependencies, unknowns, secrets, replacement, refresh, faults. It proves the
program, not the cloud: whether an account accepts the requests, only that account can say.

    with Sandbox(directory).start() as sandbox:
        subprocess.run(["pulumi", "up"], env={**os.environ, **sandbox.environment})
    with Store(directory) as store:
        store.list()
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stacks.sandbox.errors import SandboxError
    from stacks.sandbox.faults import Fault, Faults, Kind, Moment, Operation
    from stacks.sandbox.running import Running, RunningSandbox, Sandbox
    from stacks.sandbox.store import Object, Store

__all__ = [
    "Fault",
    "Faults",
    "Kind",
    "Moment",
    "Object",
    "Operation",
    "Running",
    "RunningSandbox",
    "Sandbox",
    "SandboxError",
    "Store",
]

_HOMES = {
    "SandboxError": "errors",
    "Fault": "faults",
    "Faults": "faults",
    "Kind": "faults",
    "Moment": "faults",
    "Operation": "faults",
    "Running": "running",
    "RunningSandbox": "running",
    "Sandbox": "running",
    "Object": "store",
    "Store": "store",
}


def __getattr__(name: str) -> Any:
    """Import a public name on first use: a command line that only asks for help needs none of them."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 - part of the laziness

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
