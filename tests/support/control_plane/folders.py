"""A folder for each running control plane, removed when it ends, however it ends."""

import os
import shutil
import tempfile
from pathlib import Path

from filelock import FileLock, Timeout

from tests.support.control_plane.errors import ControlPlaneError

_LOCK = "in-use.lock"


class RunFolder:
    """A private folder with ``path``, held by a lock that the kernel lets go when this process ends."""

    def __init__(self) -> None:
        """Make the folder, and remove those whose process was killed before it could.

        Raises:
            ControlPlaneError: the folder for temporary files cannot be written.
        """
        base = Path(tempfile.gettempdir()) / f"trunkline-control-plane-{os.getuid()}"
        try:
            base.mkdir(mode=0o700, exist_ok=True)
            with FileLock(base / "all.lock"):  # So that nobody sweeps a folder that is not locked yet.
                _sweep(base)
                self.path = Path(tempfile.mkdtemp(prefix="run-", dir=base))
                self._lock = FileLock(self.path / _LOCK)
                self._lock.acquire()
        except OSError as error:
            raise ControlPlaneError(
                f"{error.filename or base}: cannot be written ({error.strerror or error}). Free some space "
                f"there, or set TMPDIR to another folder."
            ) from error

    def remove(self) -> None:
        """Remove the folder and all that is in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        self._lock.release()


def _sweep(base: Path) -> None:
    for path in base.glob("run-*"):
        lock = FileLock(path / _LOCK)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            continue
        shutil.rmtree(path, ignore_errors=True)
        lock.release()
