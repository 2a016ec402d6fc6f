"""Running the engine: its own output goes straight to the user, and a failure gets a word on what to do."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import FrameType
from typing import IO, cast

from rich.markup import escape
from ruamel.yaml import YAML

from stacks.cli import events
from stacks.cli.events import Summary
from stacks.cli.terminal import err

_REMEMBERED_LINES = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """How an operation ended."""

    code: int
    summary: Summary


_KEEPS_EVENTS = frozenset({"preview", "up", "refresh", "destroy"})


def run(executable: Path, arguments: Sequence[str], *, root: Path, variables: Mapping[str, str]) -> Outcome:
    """Run ``pulumi`` to its end.

    Standard input and output are the caller's own, so prompts, colours and progress look as ever. Standard
    error passes through and is remembered for advice. An interrupt reaches the engine exactly once, which
    stops an update after the step under way; a second one stops it at once.
    """
    shares_terminal = sys.stdin.isatty()
    with tempfile.TemporaryDirectory(prefix="trunkline-") as folder, _interrupts() as watch:
        log = Path(folder) / "events.json"
        # The engine offers its event log to those who ask for the commands behind this variable.
        keeps = ["--event-log", str(log)] if arguments[:1] and arguments[0] in _KEEPS_EVENTS else []
        child = subprocess.Popen(
            [str(executable), *arguments[:1], *keeps, *arguments[1:]],
            cwd=root,
            env={**os.environ, **variables, "PULUMI_DEBUG_COMMANDS": "true"},
            stderr=subprocess.PIPE,
            # A terminal sends its interrupt to the whole group. Without one only we get it, and pass it on.
            process_group=None if shares_terminal else 0,
        )
        watch.forward_to(None if shares_terminal else child)
        said: deque[str] = deque(maxlen=_REMEMBERED_LINES)
        reader = threading.Thread(
            target=_pass_through, args=(cast("IO[bytes]", child.stderr), said), daemon=True
        )
        reader.start()
        code = child.wait()
        reader.join(timeout=5)
        summary = events.read(log)
    if code != 0:
        for advice in advice_for("\n".join([*said, summary.errors])):
            err.print(f"[bold yellow]what to do:[/] {escape(advice)}")
    # A shell reports a death by signal n as 128 + n; Python reports it as -n.
    return Outcome(code=128 - code if code < 0 else code, summary=summary)


def advice_for(message: str) -> Iterator[str]:
    """What to do about an error message of the engine; nothing when we know nothing."""
    low = message.lower()
    for entry in _advice():
        if entry["match"].lower() in low:
            yield entry["do"].strip()
            return


@cache
def _advice() -> list[dict[str, str]]:
    return YAML(typ="safe").load((Path(__file__).parent / "advice.yaml").read_text(encoding="utf-8"))


def _pass_through(stream: IO[bytes], said: deque[str]) -> None:
    for line in stream:
        sys.stderr.buffer.write(line)
        sys.stderr.buffer.flush()
        said.append(line.decode("utf-8", "replace"))


class _Watch:
    """Keeps this process alive through an interrupt while the engine winds down."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None

    def forward_to(self, child: subprocess.Popen[bytes] | None) -> None:
        self._child = child

    def __call__(self, number: int, _frame: FrameType | None) -> None:
        if self._child is not None and self._child.poll() is None:
            self._child.send_signal(signal.SIGINT if number == signal.SIGINT else number)


@contextlib.contextmanager
def _interrupts() -> Generator[_Watch]:
    watch = _Watch()
    before = {number: signal.signal(number, watch) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield watch
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
