"""Child processes that never outlive the process that started them, even if that one is killed."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from stacks.engine import lifeline

_SECONDS_TO_END = 10


def spawn(
    command: Sequence[str],
    *,
    log: Path,
    directory: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a program in a process group of its own that ends when this process does, by whatever means.

    Its output goes to ``log``.
    """
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", lifeline.__file__, *command],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            cwd=directory,
            env=environment,
            start_new_session=True,
        )


def stop(process: subprocess.Popen[bytes], how: signal.Signals = signal.SIGKILL) -> None:
    """End the program's group and collect it; a group that takes too long over ``how`` is killed."""
    if process.poll() is None:
        for number in (how, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=_SECONDS_TO_END)
                break
    if process.stdin is not None:
        process.stdin.close()


def tail(log: Path, lines: int = 15) -> str:
    """Return the last lines of a log, indented, to stand below the sentence that says what failed."""
    content = log.read_text(errors="replace").splitlines() if log.is_file() else []
    return "\n".join(f"  {line}" for line in content[-lines:])
