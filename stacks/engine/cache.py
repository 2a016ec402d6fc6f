"""Where installed and built CLIs are kept: outside the tree, one folder for each, never half-written.

A finished folder appears by one rename, so whoever sees it sees all of it. Whoever makes one holds a lock.
The lock goes with its process, and what an interrupted process left behind is removed by the next one that
holds it.
"""

import contextlib
import errno
import json
import os
import shutil
import sys
from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import filelock
import platformdirs

from stacks.engine.errors import PassedOverError

SETTING = "TRUNKLINE_CACHE"
"""Environment variable that names another folder for the cache."""


def root() -> Path:
    """The folder that holds every CLI: ``$TRUNKLINE_CACHE/engine``, or the user's cache folder."""
    chosen = os.environ.get(SETTING)
    if chosen:
        return Path(chosen).expanduser().absolute() / "engine"
    return platformdirs.user_cache_path("trunkline", appauthor=False) / "engine"


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of one CLI in the cache; ``key`` says everything that decides what is in it."""

    key: str

    @property
    def folder(self) -> Path:
        """The finished folder; it exists when the CLI is complete."""
        return root() / self.key

    @property
    def executable(self) -> Path:
        """The CLI in the finished folder."""
        return self.folder / "bin" / ("pulumi.exe" if sys.platform == "win32" else "pulumi")

    @property
    def _staging(self) -> Path:
        return root() / f".{self.key}.staging"

    @property
    def _owner(self) -> Path:
        return root() / f".{self.key}.owner"

    @contextlib.contextmanager
    def locked(self, waiting: Callable[[str], None]) -> Generator[None]:
        """Hold the slot against other processes; ``waiting`` hears whom this process waits for.

        Raises:
            PassedOverError: the cache folder cannot be written.
        """
        with _writing():
            root().mkdir(parents=True, exist_ok=True)
            lock = filelock.FileLock(root() / f".{self.key}.lock")
            try:
                lock.acquire(timeout=0)
            except filelock.Timeout:
                waiting(self._holder())
                lock.acquire(poll_interval=0.2)
        try:
            with _writing():
                self._owner.write_text(
                    json.dumps({"pid": os.getpid(), "since": datetime.now(UTC).isoformat()})
                )
            yield
        finally:
            self._owner.unlink(missing_ok=True)
            lock.release()

    @contextlib.contextmanager
    def filling(self, megabytes: int) -> Generator[Path]:
        """An empty folder to fill under the lock; it becomes the finished folder when the block ends well.

        A finished folder that is already there is replaced.

        Raises:
            PassedOverError: the cache folder cannot be written or has too little room.
        """
        with _writing():
            _discard(self._staging)
            _require_room(megabytes)
            try:
                self._staging.mkdir()
                yield self._staging
                self._publish()
            finally:
                _discard(self._staging)

    def _holder(self) -> str:
        """A sentence about the process that holds the lock."""
        try:
            owner = json.loads(self._owner.read_text())
            since = datetime.fromisoformat(owner["since"]).astimezone()
        except (OSError, ValueError, KeyError, TypeError):
            return f"Another process prepares {self.folder}; waiting for it."
        return (
            f"Process {owner['pid']} has been preparing {self.folder} since {since:%H:%M:%S}; waiting for it."
        )

    def _publish(self) -> None:
        discarded = root() / f".{self.key}.discarded"
        _discard(discarded)
        with contextlib.suppress(FileNotFoundError):
            self.folder.rename(discarded)
        self._staging.rename(self.folder)
        _discard(discarded)


@contextlib.contextmanager
def _writing() -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise PassedOverError(_unwritable(error)) from error


def _discard(folder: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(folder)


def _require_room(megabytes: int) -> None:
    free = shutil.disk_usage(root()).free // 1_000_000
    if free < megabytes:
        raise OSError(errno.ENOSPC, f"{free} MB are free and {megabytes} MB are needed")


def _unwritable(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        detail = error.strerror or "it is full"
        return (
            f"The disk of the cache folder {root()} is full ({detail}): "
            f"make room, or set {SETTING} to a folder on another disk."
        )
    return (
        f"The cache folder {root()} cannot be written ({error.strerror or error}): "
        f"set {SETTING} to a folder that can be."
    )
