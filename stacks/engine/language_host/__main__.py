"""Started by the CLI through the launcher beside it: serves until the CLI is done or gone."""

import asyncio
import os
import signal
import sys
import time

import grpc.aio
from pulumi.runtime.proto.language_pb2_grpc import add_LanguageRuntimeServicer_to_server

from stacks.engine import lifeline
from stacks.engine.language_host.server import LanguageHost

_END_SECONDS = 2 * lifeline.GRACE_SECONDS
"""How long an orderly end may take once the CLI is gone."""


async def serve(engine: str) -> None:
    """Serve on a free port of this machine, print it, and end on a signal or with the CLI."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    lifeline.watch(sys.stdin.fileno(), lambda: _end_soon(loop, stop))

    host = LanguageHost(engine)
    server = grpc.aio.server(options=[("grpc.max_receive_message_length", -1)])
    add_LanguageRuntimeServicer_to_server(host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()

    await stop.wait()
    await host.end()
    await server.stop(grace=None)


def _end_soon(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """End in order, and in any case."""
    loop.call_soon_threadsafe(stop.set)
    time.sleep(_END_SECONDS)
    os._exit(1)


def main() -> None:
    """Serve the CLI whose address is the last argument; logging flags may stand before it."""
    if len(sys.argv) < 2:  # noqa: PLR2004 the program's name and one argument
        sys.exit("This is the Python language host of the Pulumi CLI, which starts it by itself.")
    asyncio.run(serve(sys.argv[-1]))


if __name__ == "__main__":
    main()
