"""The official release of the Pulumi CLI, installed by the Automation API into the cache."""

import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from stacks.engine import cli, install_release, process
from stacks.engine.cache import Slot
from stacks.engine.errors import PassedOverError
from stacks.engine.pins import Limits, Release
from stacks.engine.progress import Progress, Started, Step, Waiting

_START_SECONDS = 4
"""What starting a Python and resolving a name may take on top of the connection."""


def slot(release: Release) -> Slot:
    """Where the release is kept."""
    return Slot(f"release-{release.version}")


def install(release: Release, progress: Progress) -> None:
    """Install the release into its slot.

    Raises:
        PassedOverError: the host cannot be reached, the installer failed, or the cache cannot be written.
    """
    progress(Started(step=Step.RELEASE, doing=f"asking whether {release.host} can be reached"))
    _require_reachable(release)

    place = slot(release)
    with place.locked(lambda sentence: progress(Waiting(step=Step.RELEASE, sentence=sentence))):
        if cli.works(place.executable, release.version):  # by the process that this one waited for
            return
        progress(
            Started(
                step=Step.RELEASE,
                doing=f"installing the official release {release.version} from {release.host}",
                usually=release.limits.usually,
            )
        )
        with place.filling(release.limits.megabytes) as folder:
            _script(release.limits, "install", str(folder), str(release.version))
            executable = folder / "bin" / place.executable.name
            cli.require_version(executable, release.version)
            cli.require_language_host(executable)


def _require_reachable(release: Release) -> None:
    limits = replace(
        release.limits,
        silence_seconds=release.reach_seconds + _START_SECONDS,
        limit_seconds=release.reach_seconds + _START_SECONDS,
    )
    try:
        _script(limits, "reach", release.host, str(release.reach_seconds))
    except PassedOverError as error:
        raise PassedOverError(
            f"The official release cannot be downloaded, {release.host} cannot be reached: {error}"
        ) from error


def _script(limits: Limits, *arguments: str) -> None:
    try:
        outcome = process.run(
            [sys.executable, install_release.__file__, *arguments],
            limits=limits,
            cwd=Path(tempfile.gettempdir()),
        )
    except process.TookTooLongError as error:
        raise PassedOverError(f"{error}.") from error
    if outcome.code != 0:
        raise PassedOverError(outcome.last_words.rstrip(".") + ".")
