"""The language host's side of ``pulumi/language.proto``."""

import asyncio
import platform
import shutil
import signal
import struct
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc.aio
from google.protobuf.empty_pb2 import Empty
from pulumi import _version as sdk
from pulumi.runtime.proto import language_pb2, plugin_pb2
from pulumi.runtime.proto.language_pb2_grpc import LanguageRuntimeServicer

from stacks.engine.language_host import packages, program
from stacks.engine.language_host.children import RUNNER, Children, output_of

Context = grpc.aio.ServicerContext[Any, Any]


class LanguageHost(LanguageRuntimeServicer):
    """Runs programs and plugins with this Python; methods that are not here answer "unimplemented"."""

    def __init__(self, engine: str) -> None:
        """``engine`` is the address at which the CLI takes log messages."""
        self._engine = engine
        self._children = Children()

    async def end(self) -> None:
        """End every program and plugin."""
        await self._children.end_all()

    async def Handshake(  # noqa: N802 the protocol's name, as all below
        self, request: language_pb2.LanguageHandshakeRequest, context: Context
    ) -> language_pb2.LanguageHandshakeResponse:
        """Take the engine's address from a CLI that attaches to a host that ran before it."""
        del context
        self._engine = request.engine_address or self._engine
        return language_pb2.LanguageHandshakeResponse()

    async def GetPluginInfo(self, request: Empty, context: Context) -> plugin_pb2.PluginInfo:  # noqa: N802
        """Answer with the version of the Python SDK."""
        del request, context
        return plugin_pb2.PluginInfo(version=str(sdk.version))

    async def About(  # noqa: N802
        self, request: language_pb2.AboutRequest, context: Context
    ) -> language_pb2.AboutResponse:
        """Say which Python runs the program."""
        del request, context
        return language_pb2.AboutResponse(
            executable=sys.executable,
            version=platform.python_version(),
            metadata={"languageHost": "trunkline", "prefix": sys.prefix},
        )

    async def GetRequiredPackages(  # noqa: N802
        self, request: language_pb2.GetRequiredPackagesRequest, context: Context
    ) -> language_pb2.GetRequiredPackagesResponse:
        """Name the provider plugins of the installed SDKs."""
        del request, context
        return language_pb2.GetRequiredPackagesResponse(packages=packages.required())

    async def GetProgramDependencies(  # noqa: N802
        self, request: language_pb2.GetProgramDependenciesRequest, context: Context
    ) -> language_pb2.GetProgramDependenciesResponse:
        """Name the installed distributions."""
        del context
        found = packages.dependencies(transitive=request.transitiveDependencies)
        return language_pb2.GetProgramDependenciesResponse(dependencies=found)

    async def Run(self, request: language_pb2.RunRequest, context: Context) -> language_pb2.RunResponse:  # noqa: N802
        """Run a program; what it prints goes where this host's output goes, which is to the user."""
        del context
        payload = request.SerializeToString()
        async with self._children.running([*RUNNER, "run", self._engine], cwd=request.pwd) as process:
            if process.stdin is not None:
                process.stdin.write(struct.pack("!I", len(payload)) + payload)
            code = await process.wait()
        if code == program.SHOWN or self._children.ended:
            return language_pb2.RunResponse(bail=True)
        return language_pb2.RunResponse(error=_ending(code))

    async def RunPlugin(  # noqa: N802
        self, request: language_pb2.RunPluginRequest, context: Context
    ) -> AsyncIterator[language_pb2.RunPluginResponse]:
        """Run a policy pack or another plugin and pass on what it prints, then its exit code."""
        del context
        response = language_pb2.RunPluginResponse
        async with self._children.running(
            [*RUNNER, "plugin", request.kind, request.info.program_directory, *request.args],
            cwd=request.pwd,
            environment={name: value for name, _, value in (entry.partition("=") for entry in request.env)},
            output=asyncio.subprocess.PIPE,
            farewell=signal.SIGTERM,
        ) as process:
            async for stream, data in output_of(process):
                yield response(stdout=data) if stream == "stdout" else response(stderr=data)
            yield response(exitcode=await process.wait())

    async def InstallDependencies(  # noqa: N802
        self, request: language_pb2.InstallDependenciesRequest, context: Context
    ) -> AsyncIterator[language_pb2.InstallDependenciesResponse]:
        """Bring the virtual environment that runs the program in line with the project's lock file."""
        folder = Path(request.info.program_directory or request.directory)
        response = language_pb2.InstallDependenciesResponse
        if not any((parent / "pyproject.toml").is_file() for parent in (folder, *folder.parents)):
            note = f"{folder} has no pyproject.toml: nothing to install, programs run in {sys.prefix}.\n"
            yield response(stdout=note.encode())
            return
        uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
        if uv is None:
            problem = (
                f"uv is not on PATH, so nothing was installed for {folder} (https://docs.astral.sh/uv/)."
            )
            await context.abort(grpc.StatusCode.FAILED_PRECONDITION, problem)
            return
        async with self._children.running(
            [uv, "sync", "--active", "--inexact"], cwd=str(folder), output=asyncio.subprocess.PIPE
        ) as process:
            async for stream, data in output_of(process):
                yield response(stdout=data) if stream == "stdout" else response(stderr=data)
            code = await process.wait()
        if code != 0:
            await context.abort(grpc.StatusCode.UNKNOWN, f"`uv sync` in {folder} ended with code {code}.")

    async def Cancel(self, request: Empty, context: Context) -> Empty:  # noqa: N802
        """End what runs: the engine was interrupted, or is done with this host."""
        del request, context
        await self._children.end_all()
        return Empty()


def _ending(code: int) -> str:
    """What the engine is told about an exit code; nothing about success."""
    if code == 0:
        return ""
    if code < 0:
        return f"Program was ended by {signal.Signals(-code).name}"
    return f"Program exited with non-zero exit code: {code}"
