"""Finding the engine, with what happens shown to the user."""

import time
from types import TracebackType
from typing import Self

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from stacks.cli.terminal import err, note
from stacks.engine import Engine
from stacks.engine import resolve as find
from stacks.engine.progress import Advanced, Event, Found, PassedOver, Started, Waiting

_A_LINE_EVERY = 15.0
"""Seconds between two lines of progress where nobody watches a terminal, as in a CI log."""


def resolve() -> Engine:
    """Find, install or build the engine and show how far it is.

    Raises:
        EngineError: no engine can be had here; the text says what to install.
    """
    with _Reporter() as reporter:
        return find(progress=reporter)


class _Reporter:
    """Shows a moving bar on a terminal and an occasional line elsewhere. Quiet while nothing takes time."""

    def __init__(self) -> None:
        self._live = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[unit]}"),
            TimeElapsedColumn(),
            console=err,
            transient=True,
        )
        self._task = self._live.add_task("", visible=False, unit="", total=None)
        self._work = ""
        self._last_line = 0.0
        self._took_time = False

    def __enter__(self) -> Self:
        if err.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def __call__(self, event: Event) -> None:
        match event:
            case Started(doing=doing, usually=usually):
                self._work = doing
                if usually:
                    self._took_time = True
                    note(f"{doing[:1].upper()}{doing[1:]} (usually {usually.removeprefix('usually ')}).")
                    self._live.update(self._task, description=doing, visible=True, completed=0, total=None)
            case Advanced(done=done, total=total, unit=unit):
                self._live.update(self._task, completed=done, total=total, unit=unit)
                self._line(done, total, unit)
            case Waiting(sentence=sentence):
                self._took_time = True
                note(sentence)
            case PassedOver(reason=reason):
                if self._took_time:
                    note(reason)
            case Found(sentence=sentence):
                if self._took_time:
                    note(sentence)

    def _line(self, done: int, total: int | None, unit: str) -> None:
        now = time.monotonic()
        if err.is_terminal or now - self._last_line < _A_LINE_EVERY:
            return
        self._last_line = now
        note(f"  {self._work}: {done}{f' of {total}' if total else ''} {unit}")
