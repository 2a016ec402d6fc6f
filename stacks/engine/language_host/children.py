"""The programs and plugins that the language host started, and their end."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from pathlib import Path

from stacks.engine import lifeline
from stacks.engine.language_host import program

_CHUNK = 65536

RUNNER = (sys.executable, "-u", "-P", program.__file__)
"""The command that runs a program or plugin; -P keeps the runner's folder from the program's ``sys.path``."""


class Children:
    """Processes that are alive; each leads its own process group, so that its children go with it."""

    def __init__(self) -> None:
        self._alive: dict[asyncio.subprocess.Process, signal.Signals] = {}
        self.ended = False

    @contextlib.asynccontextmanager
    async def running(
        self,
        command: Sequence[str],
        *,
        cwd: str,
        environment: Mapping[str, str] | None = None,
        output: int | None = None,
        farewell: signal.Signals = signal.SIGINT,
    ) -> AsyncGenerator[asyncio.subprocess.Process]:
        """A process that is over, with all it started, however the block is left.

        ``farewell`` is the signal that asks it to end. A program is interrupted, as Ctrl-C does, so that it
        can clean up; a policy pack often ignores that, because Ctrl-C in a terminal reaches it as well.
        """
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=cwd or None,
            env=activated(os.environ if environment is None else environment),
            stdin=asyncio.subprocess.PIPE,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        self._alive[process] = farewell
        try:
            yield process
        finally:
            if process.returncode is None:
                await _end(process, farewell)
            del self._alive[process]

    async def end_all(self) -> None:
        """End every process; from now on, one that ends was told to."""
        self.ended = True
        await asyncio.gather(*(_end(process, farewell) for process, farewell in self._alive.items()))


async def _end(process: asyncio.subprocess.Process, farewell: signal.Signals) -> None:
    """Ask a process to end, give it a moment, then kill its whole group."""
    if process.returncode is None:
        process.send_signal(farewell)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), lifeline.GRACE_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


async def output_of(process: asyncio.subprocess.Process) -> AsyncIterator[tuple[str, bytes]]:
    """What a process writes, as it writes it: ("stdout" or "stderr", bytes), until it closes both."""
    written: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()

    async def pump(name: str, stream: asyncio.StreamReader) -> None:
        while data := await stream.read(_CHUNK):
            await written.put((name, data))
        await written.put((name, b""))

    streams = {"stdout": process.stdout, "stderr": process.stderr}
    pumps = [
        asyncio.create_task(pump(name, stream)) for name, stream in streams.items() if stream is not None
    ]
    still_open = len(pumps)
    try:
        while still_open:
            name, data = await written.get()
            if data:
                yield name, data
            else:
                still_open -= 1
    finally:
        for task in pumps:
            task.cancel()


def activated(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment with this Python's virtual environment active, as the official host sets it."""
    scripts = str(Path(sys.executable).parent)
    inherited = environment.get("PATH", os.defpath)
    active = {**environment, "PATH": os.pathsep.join([scripts, inherited])}
    active.pop("PYTHONHOME", None)
    if sys.prefix != sys.base_prefix:
        active["VIRTUAL_ENV"] = sys.prefix
    return active
