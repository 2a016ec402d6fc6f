"""A cache outside the tree, filled once however many processes ask, and never half filled."""

import os
import shutil
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from platformdirs import user_cache_path

from tests.support.control_plane.errors import ControlPlaneError, Report

SECONDS_BETWEEN_LINES = 15


def folder() -> Path:
    """Return the cache's folder: below ``TRUNKLINE_CACHE``, or below the user's own cache."""
    root = os.environ.get("TRUNKLINE_CACHE")
    return (Path(root) if root else user_cache_path("trunkline")) / "control-plane"


def made(name: str, make: Callable[[Path], None], report: Report) -> Path:
    """Return the cache's folder ``name``; where it is missing, ``make`` fills it first.

    ``make`` writes into a folder that gets its final name only once it is complete. A second process that
    asks for the same name waits for the first.

    Raises:
        ControlPlaneError: the cache cannot be written.
    """
    final = folder() / name
    if final.is_dir():
        return final
    try:
        final.parent.mkdir(parents=True, exist_ok=True)
        with _locked(final.with_name(f"{name}.lock"), f"{name} to be built by another process", report):
            if not final.is_dir():
                _fill(final, make)
    except OSError as error:
        raise ControlPlaneError(
            f"{error.filename or final}: the cache cannot be written ({error.strerror or error}). Free "
            f"some space there (a full cache takes 500 MB), or set TRUNKLINE_CACHE to another folder."
        ) from error
    return final


def _fill(final: Path, make: Callable[[Path], None]) -> None:
    partial = final.with_name(f"{final.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)  # Left by a process that was killed; the lock says it is gone.
    partial.mkdir()
    try:
        make(partial)
        partial.rename(final)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


@contextmanager
def _locked(path: Path, waiting_for: str, report: Report) -> Generator[None]:
    """Hold the lock; say what is waited for while another process holds it."""
    lock = FileLock(path)
    begun = time.monotonic()
    while True:
        try:
            lock.acquire(timeout=SECONDS_BETWEEN_LINES)
            break
        except Timeout:
            report(f"Waiting for {waiting_for}, {time.monotonic() - begun:.0f} s so far.")
    try:
        yield
    finally:
        lock.release()
