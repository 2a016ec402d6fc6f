"""Lines for the person who runs ``pulumi``, shown by the engine beside the resource they are about."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

import grpc
import grpc.aio
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

if TYPE_CHECKING:
    from collections.abc import Callable

_SECONDS_TO_HEAR = 5


class EngineLog:
    """The log of one engine run. An engine that is gone, or that nobody knows, hears nothing."""

    def __init__(self, address: str) -> None:
        """Write to the engine at ``address``, which may be empty."""
        self._address = address

    async def warn(self, urn: str, text: str) -> None:
        """Show a warning that stays."""
        await self._write(engine_pb2.LogRequest(severity=engine_pb2.WARNING, message=text, urn=urn))

    def progress(self, urn: str) -> Callable[[str], None]:
        """Return a function that shows what is going on for the moment; worker threads may call it."""
        loop = asyncio.get_running_loop()

        def show(text: str) -> None:
            request = engine_pb2.LogRequest(severity=engine_pb2.INFO, message=text, urn=urn, ephemeral=True)
            asyncio.run_coroutine_threadsafe(self._write(request), loop)

        return show

    async def _write(self, request: engine_pb2.LogRequest) -> None:
        if not self._address:
            return
        with contextlib.suppress(grpc.RpcError):
            async with grpc.aio.insecure_channel(self._address) as channel:
                engine: Any = engine_pb2_grpc.EngineStub(channel)  # its stubs know no asyncio
                await engine.Log(request, timeout=_SECONDS_TO_HEAR)
