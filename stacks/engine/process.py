"""Running a child process that reports as it goes, within limits, and that never outlives its parent."""

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from stacks.engine import lifeline
from stacks.engine.pins import Limits

_TAIL = 20


class TookTooLongError(Exception):
    """The process ran over its limit, or said nothing for too long; it was ended."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """How a process ended: exit code, all of standard output, the last lines of standard error."""

    code: int
    stdout: str
    tail: tuple[str, ...]

    @property
    def last_words(self) -> str:
        """The last line that says something, for a message."""
        said = [line for line in (*self.stdout.splitlines(), *self.tail) if line.strip()]
        return said[-1].strip() if said else f"exit code {self.code}"


def run(
    command: Sequence[str | Path],
    *,
    limits: Limits,
    cwd: Path,
    environment: Mapping[str, str] | None = None,
    on_line: Callable[[str], None] | None = None,
) -> Outcome:
    """Run a command to its end, handing each line of its standard error to ``on_line``.

    The command and all its children end when this process does, when an exception (Ctrl-C) passes through
    here, and when a limit is reached.

    Raises:
        TookTooLongError: a limit was reached.
    """
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", lifeline.__file__, *map(str, command)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=cwd,
        env=environment,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )
    try:
        return _follow(process, limits, on_line)
    finally:
        _end(process)


def _follow(process: subprocess.Popen[str], limits: Limits, on_line: Callable[[str], None] | None) -> Outcome:
    lines: queue.SimpleQueue[tuple[bool, str | None]] = queue.SimpleQueue()
    for is_error, stream in ((False, process.stdout), (True, process.stderr)):
        assert stream is not None  # noqa: S101 both are pipes
        threading.Thread(target=_pump, args=(stream, is_error, lines), daemon=True).start()

    stdout: list[str] = []
    tail: deque[str] = deque(maxlen=_TAIL)
    deadline = time.monotonic() + limits.limit_seconds
    open_streams = 2
    while open_streams:
        patience = min(limits.silence_seconds, deadline - time.monotonic())
        try:
            is_error, line = lines.get(timeout=max(patience, 0))
        except queue.Empty:
            over = time.monotonic() >= deadline
            raise TookTooLongError(
                f"it was not done after {limits.limit_seconds:g} seconds"
                if over
                else f"it said nothing for {limits.silence_seconds:g} seconds"
            ) from None
        if line is None:
            open_streams -= 1
        elif is_error:
            tail.append(line)
            if on_line is not None:
                on_line(line)
        else:
            stdout.append(line)
    return Outcome(code=process.wait(), stdout="\n".join(stdout), tail=tuple(tail))


def _pump(stream: IO[str], is_error: bool, lines: "queue.SimpleQueue[tuple[bool, str | None]]") -> None:  # noqa: FBT001
    with contextlib.suppress(ValueError):
        for line in stream:
            lines.put((is_error, line.rstrip("\n")))
    lines.put((is_error, None))


def _end(process: subprocess.Popen[str]) -> None:
    """End the process group, politely at first, and reap it."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(lifeline.GRACE_SECONDS + 1)
    except subprocess.TimeoutExpired:
        if sys.platform != "win32":
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        process.wait()
