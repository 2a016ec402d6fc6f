"""The simulated world: every object that exists, in one SQLite file.

Any process may open it while the sandbox runs: a second terminal that lists it, a test that changes an
object behind the engine's back, another sandbox after this one has crashed.
"""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from stacks.sandbox import faults, paths
from stacks.sandbox.errors import SandboxError
from stacks.sandbox.faults import Faults
from stacks.sandbox.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from pathlib import Path
    from types import TracebackType
    from typing import Self

_VERSION = 1
_BUSY = 20.0  # seconds to wait for another process's write

_TABLES = """
CREATE TABLE IF NOT EXISTS objects (
    provider TEXT NOT NULL,
    scope TEXT NOT NULL,
    type TEXT NOT NULL,
    id TEXT NOT NULL,
    urn TEXT NOT NULL,
    seed TEXT NOT NULL,
    inputs TEXT NOT NULL,
    outputs TEXT NOT NULL,
    created TEXT NOT NULL,
    updated TEXT NOT NULL,
    PRIMARY KEY (provider, scope, type, id)
) WITHOUT ROWID
"""
_INDEX = "CREATE INDEX IF NOT EXISTS objects_by_urn ON objects (urn)"
_COLUMNS = "provider, scope, type, id, urn, seed, inputs, outputs, created, updated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Object:
    """One object of the simulated world.

    ``scope`` is the account and region, the subscription or the cluster that it lives in. ``seed`` is what
    its generated values derive from. Times are UTC in ISO 8601. Secrets stand in ``inputs`` and ``outputs``
    as :class:`stacks.sandbox.wire.Secret`, whose ``repr`` shows nothing.
    """

    provider: str
    scope: str
    type: str
    id: str
    urn: str
    seed: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]
    created: str
    updated: str


def now() -> str:
    """Return the time as the clouds write it: UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Store:
    """The objects and faults of one sandbox. Close it, or use it as a context manager."""

    def __init__(self, directory: Path) -> None:
        """Open ``directory/sandbox.db``, which is made where there is none.

        Raises :class:`SandboxError` where it cannot be opened or was written by another version.
        """
        self.path = directory / "sandbox.db"
        try:
            directory.mkdir(parents=True, exist_ok=True)
            self._vault = Vault(directory / "sandbox.key")
            self._database = sqlite3.connect(
                self.path, timeout=_BUSY, isolation_level=None, check_same_thread=False
            )
            self._prepare()
        except (OSError, sqlite3.Error) as error:
            raise SandboxError(
                f"The sandbox's state {self.path} cannot be opened: {error}. "
                "Give a directory that can be written to, with free space."
            ) from error
        self.faults = Faults(self._database)

    def _prepare(self) -> None:
        self._database.execute("PRAGMA journal_mode = WAL")
        # A commit survives the death of this process, which is what the sandbox simulates; only the death
        # of the machine could lose it.
        self._database.execute("PRAGMA synchronous = NORMAL")
        version = self._database.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, _VERSION):
            raise SandboxError(
                f"{self.path} was written by another version of the sandbox (format {version}, this one "
                f"reads {_VERSION}). Remove the directory to start anew."
            )
        if version == 0:
            with self.transaction():
                for statement in (_TABLES, _INDEX, faults.TABLE, f"PRAGMA user_version = {_VERSION}"):
                    self._database.execute(statement)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    @contextlib.contextmanager
    def transaction(self) -> Generator[None]:
        """Make several changes one."""
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    def list(self, *, type: str | None = None, urn: str | None = None) -> list[Object]:  # noqa: A002
        """Return the objects, oldest first; of one type or of one URN where given.

        A URN has two objects while a replacement is under way.
        """
        conditions = {"type": type, "urn": urn}
        given = {column: value for column, value in conditions.items() if value is not None}
        where = f"WHERE {' AND '.join(f'{column} = ?' for column in given)} " if given else ""
        rows = self._database.execute(
            f"SELECT {_COLUMNS} FROM objects {where}ORDER BY created, urn, id",  # noqa: S608 - constants
            tuple(given.values()),
        )
        return [self._object(row) for row in rows]

    def get(self, provider: str, scope: str, type_token: str, identifier: str) -> Object | None:
        """Return the object with this id, or None."""
        row = self._database.execute(
            f"SELECT {_COLUMNS} FROM objects WHERE provider = ? AND scope = ? AND type = ? AND id = ?",  # noqa: S608
            (provider, scope, type_token, identifier),
        ).fetchone()
        return None if row is None else self._object(row)

    def write(self, item: Object) -> None:
        """Add an object, or replace the one with its id."""
        self._database.execute(
            f"INSERT OR REPLACE INTO objects ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
            (
                item.provider,
                item.scope,
                item.type,
                item.id,
                item.urn,
                item.seed,
                self._vault.dump(item.inputs),
                self._vault.dump(item.outputs),
                item.created,
                item.updated,
            ),
        )

    def remove(self, item: Object) -> None:
        """Take an object out; one that is gone already stays gone."""
        self._database.execute(
            "DELETE FROM objects WHERE provider = ? AND scope = ? AND type = ? AND id = ?",
            (item.provider, item.scope, item.type, item.id),
        )

    def drift(self, urn: str, changes: Mapping[str, Any]) -> Object:
        """Change an object behind the engine's back, as a person in a console would.

        ``changes`` maps property paths to new values. A property that the program sets changes in the
        object's inputs and outputs, any other in its outputs. ``pulumi refresh`` then finds it. Raises
        :class:`SandboxError` for a URN that no object has or a malformed path.
        """
        with self.transaction():
            found = self.list(urn=urn)
            if len(found) != 1:
                raise SandboxError(
                    f"{len(found) or 'No'} objects in {self.path} have the URN {urn}; a drift needs exactly "
                    "one. `trunkline sandbox status` lists the URNs."
                )
            item = found[0]
            inputs, outputs = item.inputs, item.outputs
            for written, value in changes.items():
                try:
                    path = paths.parse(written)
                except ValueError as error:
                    raise SandboxError(f"{error}.") from None
                outputs = paths.put(outputs, path, value)
                if path[0] in inputs:
                    inputs = paths.put(inputs, path, value)
            drifted = replace(item, inputs=inputs, outputs=outputs, updated=now())
            self.write(drifted)
        return drifted

    def _object(self, row: tuple[str, ...]) -> Object:
        provider, scope, type_token, identifier, urn, seed, inputs, outputs, created, updated = row
        return Object(
            provider=provider,
            scope=scope,
            type=type_token,
            id=identifier,
            urn=urn,
            seed=seed,
            inputs=self._vault.load(inputs),
            outputs=self._vault.load(outputs),
            created=created,
            updated=updated,
        )
