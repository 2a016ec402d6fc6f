"""Faults that a test or a demonstration asks for, by resource type and operation.

They live in the sandbox's database, so that any process can add one while an update runs.
"""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

TABLE = """
CREATE TABLE IF NOT EXISTS faults (
    number INTEGER PRIMARY KEY,
    type TEXT NOT NULL,
    operation TEXT NOT NULL,
    kind TEXT NOT NULL,
    remaining INTEGER,
    message TEXT NOT NULL,
    seconds REAL NOT NULL,
    moment TEXT NOT NULL
)
"""


class Operation(Enum):
    """A call of the engine that can be made to fail."""

    CHECK = "check"
    DIFF = "diff"
    CREATE = "create"
    READ = "read"
    UPDATE = "update"
    DELETE = "delete"


class Kind(Enum):
    """What goes wrong.

    ``ERROR`` fails the call with ``message``. ``THROTTLE`` makes one attempt fail as throttled; the provider
    tries again with growing pauses, as real ones do. ``LATENCY`` takes ``seconds`` longer. ``CRASH`` ends
    the whole sandbox process without an answer, before or after the object was written.
    """

    ERROR = "error"
    THROTTLE = "throttle"
    LATENCY = "latency"
    CRASH = "crash"


class Moment(Enum):
    """When a crash happens, seen from the object in the database."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault.

    ``type`` is a type token, in which ``*`` stands for any text. ``times`` counts the calls it still meets,
    None is for ever. ``number`` identifies it in the database and is 0 before it is there.
    """

    type: str
    operation: Operation
    kind: Kind
    times: int | None = 1
    message: str = "The sandbox was told to fail here."
    seconds: float = 1.0
    moment: Moment = Moment.AFTER
    number: int = 0


class Faults:
    """The faults of one sandbox."""

    def __init__(self, database: sqlite3.Connection) -> None:
        """Use an open database that has :data:`TABLE`."""
        self._database = database
        self._seen: int | None = None
        self._active: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        """Arm a fault and return it with its number."""
        self._seen = None
        row = self._database.execute(
            "INSERT INTO faults (type, operation, kind, remaining, message, seconds, moment) "
            "VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING *",
            (
                fault.type,
                fault.operation.value,
                fault.kind.value,
                fault.times,
                fault.message,
                fault.seconds,
                fault.moment.value,
            ),
        ).fetchone()
        return _fault(row)

    def list(self) -> list[Fault]:
        """Return the faults that still wait for a call."""
        rows = self._database.execute(
            "SELECT * FROM faults WHERE remaining IS NULL OR remaining > 0 ORDER BY number"
        )
        return [_fault(row) for row in rows]

    def clear(self, number: int | None = None) -> None:
        """Disarm one fault, or all."""
        self._database.execute("DELETE FROM faults WHERE ? IS NULL OR number = ?", (number, number))

    def take(self, type_token: str, operation: Operation) -> list[Fault]:
        """Return the faults that meet this call, and count it for each of them."""
        met = [
            fault
            for fault in self._current()
            if fault.operation is operation and fnmatch.fnmatchcase(type_token, fault.type)
        ]
        return [fault for fault in met if self._count(fault)]

    def _current(self) -> list[Fault]:
        # The counter costs microseconds and moves when another process writes; the table is read only then,
        # or while a fault is armed.
        changes = self._database.execute("PRAGMA data_version").fetchone()[0]
        if self._active or self._seen != changes:
            self._active = self.list()
        self._seen = changes
        return self._active

    def _count(self, fault: Fault) -> bool:
        if fault.times is None:
            return True
        left = self._database.execute(
            "UPDATE faults SET remaining = remaining - 1 WHERE number = ? AND remaining > 0 RETURNING number",
            (fault.number,),
        ).fetchone()
        return left is not None


def _fault(row: tuple[int, str, str, str, int | None, str, float, str]) -> Fault:
    number, type_token, operation, kind, remaining, message, seconds, moment = row
    return Fault(
        type=type_token,
        operation=Operation(operation),
        kind=Kind(kind),
        times=remaining,
        message=message,
        seconds=seconds,
        moment=Moment(moment),
        number=number,
    )
