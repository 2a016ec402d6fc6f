"""A word on what is going on, for work that turns out to take more than a moment."""

import contextlib
import threading
import time
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING

from rich.markup import escape

from stacks.cli.terminal import err, note

if TYPE_CHECKING:
    from rich.status import Status

_SILENT_SECONDS = 2.0
_BETWEEN_LINES_SECONDS = 10.0


@contextlib.contextmanager
def working(doing: str) -> Generator[Callable[[str], None]]:
    """Show what is being done, on standard error, once it has taken two seconds.

    The function that comes out says what is done next. A terminal shows a spinner, anything else a line now
    and then.
    """
    shown = _Shown(doing)
    timer = threading.Timer(_SILENT_SECONDS, shown.begin)
    timer.daemon = True
    timer.start()
    try:
        yield shown.go_on
    finally:
        timer.cancel()
        shown.end()


class _Shown:
    def __init__(self, doing: str) -> None:
        self._doing = doing
        self._status: Status | None = None
        self._begun = False
        self._ended = False
        self._last_line = 0.0
        self._lock = threading.Lock()

    def begin(self) -> None:
        with self._lock:
            if self._ended:
                return
            self._begun = True
            if err.is_terminal:
                self._status = err.status(escape(self._doing))
                self._status.start()
            else:
                self._line()

    def go_on(self, doing: str) -> None:
        with self._lock:
            self._doing = doing
            if self._status is not None:
                self._status.update(escape(doing))
            elif self._begun and time.monotonic() - self._last_line >= _BETWEEN_LINES_SECONDS:
                self._line()

    def end(self) -> None:
        with self._lock:
            self._ended = True
            if self._status is not None:
                self._status.stop()

    def _line(self) -> None:
        self._last_line = time.monotonic()
        note(f"{self._doing} …")
