"""Processes that end with the process that started them, even if that one is killed.

The starter keeps the writing end of a pipe open and the child watches the reading end: when the starter goes,
for whatever reason, the system closes the pipe. That works on every system, needs no polling and cannot be
fooled by a reused process id.

Run as a script, ``python lifeline.py COMMAND...`` runs a command that knows nothing of this: its standard
input is the lifeline, and the whole process group ends with it. The script uses nothing but the standard
library, so that it starts in a few milliseconds under ``python -I -S``.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from types import FrameType

GRACE_SECONDS = 3.0
"""How long a process may take to end by itself once it was asked to."""


_CANNOT_START = 127  # what a shell answers for a command that it cannot start


def watch(descriptor: int, when_gone: Callable[[], None]) -> None:
    """Call ``when_gone`` from a background thread as soon as the other end of the pipe is closed."""

    def wait() -> None:
        with contextlib.suppress(OSError):
            while os.read(descriptor, 4096):
                pass
        when_gone()

    threading.Thread(target=wait, name="lifeline", daemon=True).start()


def main(command: list[str]) -> int:
    """Run a command in this process's group; the group ends when standard input closes."""
    # The group's signal must end the command, not the script that still has to see to the stragglers.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stay)
    try:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    except OSError as error:
        sys.stderr.write(f"{command[0]} cannot be started: {error.strerror}\n")
        return _CANNOT_START
    watch(sys.stdin.fileno(), lambda: _end_everything(child))
    code = child.wait()
    return 128 - code if code < 0 else code


def _stay(number: int, frame: FrameType | None) -> None:
    del number, frame


def _end_everything(child: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        child.kill()
        return
    group = os.getpgid(0)
    os.killpg(group, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(GRACE_SECONDS)
    os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
