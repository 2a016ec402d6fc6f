"""Start, find and stop a sandbox."""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from stacks.sandbox.errors import SandboxError
from stacks.sandbox.process import PACKAGES, Order

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType
    from typing import Self

_START = 60.0  # seconds for three SDKs to be imported on a loaded machine; usually one or two
_STOP = 5.0  # seconds before a sandbox that does not stop is killed
_SETTLE = 0.05  # seconds between looks at a sandbox that another process is starting


@dataclass(frozen=True, slots=True)
class Running:
    """A sandbox process, as its state file describes it.

    ``started`` tells it from a later process that got its number.
    """

    pid: int
    started: float
    ports: dict[str, int]
    clusters: dict[str, str]

    def process(self) -> psutil.Process | None:
        """Return the process, None where it has ended."""
        try:
            process = psutil.Process(self.pid)
            same = process.create_time() == self.started and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return None
        return process if same else None


class RunningSandbox:
    """A sandbox that serves. As a context manager it is stopped at the end, if it was started here."""

    def __init__(self, running: Running, child: subprocess.Popen[bytes] | None) -> None:
        """``child`` is the process where this one started it, None where it was found running."""
        self.ports = running.ports
        self.pid = running.pid
        self._running = running
        self._child = child

    @property
    def attached(self) -> bool:
        """True where the sandbox was already running and belongs to somebody else."""
        return self._child is None

    @property
    def alive(self) -> bool:
        """False after the process has ended, for example by a crash it was told to have."""
        return self._running.process() is not None

    @property
    def environment(self) -> dict[str, str]:
        """Variables that make ``pulumi`` use this sandbox."""
        listed = ",".join(f"{package}:{self.ports[package]}" for package in PACKAGES)
        return {"PULUMI_DEBUG_PROVIDERS": listed}

    def stop(self) -> None:
        """Stop the sandbox if it was started here. Its state stays."""
        if self._child is not None:
            _stop(self._running)
            self._child.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class Sandbox:
    """A simulated world in a directory, whether it is served at the moment or not."""

    def __init__(self, directory: Path) -> None:
        """``directory`` holds ``sandbox.db`` and what belongs to it; it is made when needed."""
        self.directory = directory.absolute()

    def running(self) -> Running | None:
        """Return the process that serves this sandbox, None where there is none."""
        try:
            fields: dict[str, Any] = json.loads((self.directory / "sandbox.json").read_text())
            found = Running(fields["pid"], fields["started"], fields["ports"], fields["clusters"])
        except (OSError, ValueError, KeyError):
            return None
        return found if found.process() is not None else None

    def start(
        self,
        *,
        parent: int | None = None,
        clusters: Mapping[str, Path] | None = None,
        ports: Mapping[str, int] | None = None,
    ) -> RunningSandbox:
        """Serve the sandbox until :meth:`RunningSandbox.stop` or until ``parent`` ends.

        ``parent`` is a process id, by default this process. ``clusters`` maps kubeconfig contexts to
        kubeconfig files of real control planes, which the kubernetes provider then uses instead of
        simulating. ``ports`` fixes the port of a package; the others are free ones. Where a sandbox already
        serves this directory with the same clusters, it is used and not stopped.

        Raises :class:`SandboxError`: a port is taken, the directory cannot be used, the parent is gone.
        """
        wanted = {context: path.absolute() for context, path in (clusters or {}).items()}
        found = self.running()
        if found is not None:
            return self._attached(found, wanted, ports or {})
        watched = os.getpid() if parent is None else parent
        try:
            started = psutil.Process(watched).create_time()
        except psutil.NoSuchProcess:
            raise SandboxError(
                f"The sandbox should end with process {watched}, which does not run."
            ) from None
        order = Order(
            directory=self.directory,
            ports=ports or {},
            parent=watched,
            parent_started=started,
            clusters=wanted,
        )
        return self._launch(order)

    def _attached(
        self, found: Running, clusters: dict[str, Path], ports: Mapping[str, int]
    ) -> RunningSandbox:
        same_clusters = found.clusters == {context: str(path) for context, path in clusters.items()}
        if not same_clusters or any(found.ports[package] != port for package, port in ports.items()):
            raise SandboxError(
                f"A sandbox already runs in {self.directory} (process {found.pid}) with other ports or "
                "clusters. Stop it with `trunkline sandbox down`, or use another directory."
            )
        return RunningSandbox(found, None)

    def _launch(self, order: Order) -> RunningSandbox:
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            errors = (self.directory / "sandbox.log").open("ab")
        except OSError as error:
            raise SandboxError(f"The sandbox cannot use {self.directory}: {error.strerror}.") from error
        ours, theirs = os.pipe()
        with errors:
            child = subprocess.Popen(
                [sys.executable, "-m", "stacks.sandbox", order.dump(), str(theirs)],
                cwd=Path(__file__).parents[2],
                stdin=subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
                pass_fds=[theirs],
                # A group of its own: Ctrl-C in the terminal is the engine's to handle.
                start_new_session=True,
            )
        os.close(theirs)
        try:
            answer = _answer(ours)
        except BaseException:
            child.kill()
            child.wait()
            raise
        finally:
            os.close(ours)
        if "error" in answer:
            child.wait()
            raise SandboxError(answer["error"])
        running = self.running()
        if running is None:
            child.kill()
            child.wait()
            raise SandboxError(f"The sandbox in {self.directory} ended as soon as it had started.")
        return RunningSandbox(running, child)

    def stop(self) -> bool:
        """Stop the sandbox whoever started it; tell whether one was running. Its state stays."""
        found = self.running()
        if found is None:
            return False
        _stop(found)
        return True


def _answer(descriptor: int) -> dict[str, Any]:
    """Read the child's one line, which comes once it serves or cannot."""
    text, deadline = b"", time.monotonic() + _START
    while not text.endswith(b"\n"):
        ready, _, _ = select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            raise SandboxError(f"The sandbox did not start within {_START:.0f} seconds.")
        part = os.read(descriptor, 65536)
        if not part:
            raise SandboxError("The sandbox ended before it served. Its sandbox.log says more.")
        text += part
    return json.loads(text)


def _stop(running: Running) -> None:
    process = running.process()
    if process is None:
        return
    with contextlib.suppress(psutil.NoSuchProcess):
        process.terminate()
        try:
            process.wait(_STOP)
        except psutil.TimeoutExpired:
            process.kill()
