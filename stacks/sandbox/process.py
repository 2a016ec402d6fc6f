"""The sandbox's own process: three providers on three ports, until it is told to stop or its parent is gone.

Started by :mod:`stacks.sandbox.running` as ``python -m stacks.sandbox``. It answers on the pipe it was given
with one line of JSON: the ports, or the sentence that says why there are none.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import logging
import os
import select
import signal
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import psutil

from stacks.sandbox.errors import SandboxError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import grpc.aio

PACKAGES: Final = ("aws", "azure-native", "kubernetes")

_POLL = 0.5  # seconds between looks at the parent where the system has no pidfd
_ORPHANED = 0  # a sandbox whose parent has gone ends well
_GRACE = 1.0  # seconds that calls under way get to end
_HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the process is told: its directory, the ports (0 is any), whom to outlive, real clusters.

    ``parent_started`` is the parent's start time, so that no other process that got its number is taken for
    it. ``clusters`` maps kubeconfig contexts to kubeconfig files.
    """

    directory: Path
    ports: Mapping[str, int]
    parent: int
    parent_started: float
    clusters: Mapping[str, Path]

    def dump(self) -> str:
        """Write the order as JSON."""
        return json.dumps(
            {
                "directory": str(self.directory),
                "ports": dict(self.ports),
                "parent": self.parent,
                "parent_started": self.parent_started,
                "clusters": {context: str(path) for context, path in self.clusters.items()},
            }
        )

    @classmethod
    def load(cls, text: str) -> Order:
        """Read what :meth:`dump` wrote."""
        fields: dict[str, Any] = json.loads(text)
        return cls(
            directory=Path(fields["directory"]),
            ports=fields["ports"],
            parent=fields["parent"],
            parent_started=fields["parent_started"],
            clusters={context: Path(path) for context, path in fields["clusters"].items()},
        )


def end_with(parent: int, started: float) -> None:
    """End this process as soon as ``parent`` has ended, however it ended.

    A pidfd becomes readable when its process ends, SIGKILL included. The kernel's parent-death signal would
    not do: it is tied to the thread that started the child, and to the direct parent only.
    """
    threading.Thread(target=_watch, args=(parent, started), name="parent-watch", daemon=True).start()


def _watch(parent: int, started: float) -> None:
    try:
        descriptor = os.pidfd_open(parent) if hasattr(os, "pidfd_open") else None
    except ProcessLookupError:
        os._exit(_ORPHANED)
    except OSError:  # a kernel or a container without pidfds
        descriptor = None
    while _alive(parent, started):
        if descriptor is None:
            threading.Event().wait(_POLL)
        else:
            select.select([descriptor], [], [])
            break
    os._exit(_ORPHANED)


def _alive(pid: int, started: float) -> bool:
    try:
        process = psutil.Process(pid)
        return process.create_time() == started and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def main(argv: list[str]) -> int:
    """Run the process: ``argv`` is the order as JSON and the descriptor to answer on."""
    order, answer = Order.load(argv[0]), int(argv[1])
    end_with(order.parent, order.parent_started)
    # Ctrl-C goes to the engine, which needs its providers to finish what is under way.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.basicConfig(
        filename=order.directory / "sandbox.log", format="%(asctime)s %(message)s", level=logging.WARNING
    )
    try:
        asyncio.run(_serve(order, answer))
    except SandboxError as error:
        _answer(answer, {"error": str(error)})
        return 1
    return 0


def _answer(descriptor: int, message: Mapping[str, Any]) -> None:
    # The parent may be gone; then there is nobody to tell.
    with contextlib.suppress(OSError), os.fdopen(descriptor, "w") as pipe:
        pipe.write(json.dumps(message) + "\n")


async def _serve(order: Order, answer: int) -> None:
    # The watch on the parent must not wait for these imports.
    from stacks.sandbox.provider import Provider  # noqa: PLC0415
    from stacks.sandbox.servers import clouds  # noqa: PLC0415
    from stacks.sandbox.store import Store  # noqa: PLC0415

    with _alone(order.directory), Store(order.directory) as store:
        servers: list[grpc.aio.Server] = []
        ports: dict[str, int] = {}
        for package, cloud in clouds(store, order.clusters).items():
            server, ports[package] = await _server(
                Provider(cloud, store), package, order.ports.get(package, 0)
            )
            servers.append(server)
        state = order.directory / "sandbox.json"
        me: dict[str, Any] = {
            "pid": os.getpid(),
            "started": psutil.Process().create_time(),
            "ports": ports,
            "clusters": {context: str(path) for context, path in order.clusters.items()},
        }
        _write(state, json.dumps(me))
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, stopped.set)
        _answer(answer, {"ports": ports})
        await stopped.wait()
        state.unlink(missing_ok=True)
        # References to the servers are kept until here: one that is collected refuses connections.
        await asyncio.gather(*(server.stop(_GRACE) for server in servers))


async def _server(provider: Any, package: str, port: int) -> tuple[grpc.aio.Server, int]:
    import grpc.aio  # noqa: PLC0415 - see above
    from pulumi.runtime.proto import provider_pb2_grpc  # noqa: PLC0415

    server = grpc.aio.server(
        options=[
            ("grpc.so_reuseport", 0),  # a taken port is an error, not a second listener
            ("grpc.max_receive_message_length", -1),
            ("grpc.max_send_message_length", -1),
        ]
    )
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server)
    try:
        bound = server.add_insecure_port(f"{_HOST}:{port}")
    except RuntimeError:
        raise SandboxError(
            f"Port {port} for the sandbox's {package} provider is taken. "
            "Leave the port out to get a free one, or end the program that listens on it."
        ) from None
    await server.start()
    return server, bound


@contextlib.contextmanager
def _alone(directory: Path) -> Any:
    """Hold the directory's lock, which the system gives back however this process ends."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        lock = (directory / "sandbox.lock").open("w")
    except OSError as error:
        raise SandboxError(f"The sandbox cannot use {directory}: {error.strerror}.") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SandboxError(f"Another sandbox runs in {directory}.") from None
        yield


def _write(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.write_text(text)
    fresh.replace(path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
