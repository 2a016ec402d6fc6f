"""The way to a Pulumi CLI: what is on PATH, else the official release, else a build of pinned Go modules."""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from semver import Version

from stacks.engine import build, cli, pins, release, remedies
from stacks.engine.cache import Slot
from stacks.engine.cli import Engine
from stacks.engine.errors import EngineError, PassedOverError
from stacks.engine.pins import Pins
from stacks.engine.progress import Found, PassedOver, Progress, Started, Step, silent

SETTING = "TRUNKLINE_ENGINE"
"""Environment variable that allows one step only: ``path``, ``release`` or ``build``."""


_TITLES = {
    Step.PATH: "On PATH",
    Step.RELEASE: "Official release",
    Step.BUILD: "Build with Go",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Source:
    """One step: ``at_hand`` finds a CLI that is there already, ``fetch`` makes one where that is possible."""

    step: Step
    at_hand: Callable[[Progress], Engine]
    fetch: Callable[[Progress], Engine] | None


def resolve(*, progress: Progress = silent, pinned: Pins | None = None) -> Engine:
    """Find, install or build a Pulumi CLI that this program can use.

    What is there comes before what would have to be fetched: once a release was installed or a CLI was built,
    no later call needs the network.

    Raises:
        EngineError: nothing works here; the message says for each step why, and what to install.
    """
    pinned = pinned or pins.load()
    sources = _allowed(_sources(pinned))
    reasons: dict[Step, str] = {}

    for source in sources:
        try:
            return _found(source.at_hand(progress), source.step, progress)
        except PassedOverError as error:
            reasons[source.step] = str(error)
            if source.fetch is None:
                progress(PassedOver(step=source.step, reason=str(error)))

    for source in sources:
        if source.fetch is None:
            continue
        try:
            return _found(source.fetch(progress), source.step, progress)
        except PassedOverError as error:
            reasons[source.step] = str(error)
            progress(PassedOver(step=source.step, reason=str(error)))

    raise EngineError(_nothing_works(reasons, pinned))


def _sources(pinned: Pins) -> tuple[_Source, ...]:
    def on_path(progress: Progress) -> Engine:
        progress(Started(step=Step.PATH, doing="looking for `pulumi` on PATH"))
        executable = cli.on_path()
        if executable is None:
            raise PassedOverError("There is no `pulumi` on PATH.")
        version = cli.version_of(executable)
        cli.require_accepted(executable, version, pinned.accepted)
        cli.require_language_host(executable)
        return Engine(executable, str(version), "path")

    def released(progress: Progress) -> Engine:
        version = pinned.release.version
        executable = _kept(release.slot(pinned.release), version, Step.RELEASE, progress)
        return Engine(executable, str(version), "release")

    def built(progress: Progress) -> Engine:
        version = pinned.build.version
        executable = _kept(build.slot(pinned.build), version, Step.BUILD, progress)
        return Engine(executable, str(version), "build")

    def install(progress: Progress) -> Engine:
        release.install(pinned.release, progress)
        return released(progress)

    def make(progress: Progress) -> Engine:
        build.make(pinned.build, progress)
        return built(progress)

    return (
        _Source(step=Step.PATH, at_hand=on_path, fetch=None),
        _Source(step=Step.RELEASE, at_hand=released, fetch=install),
        _Source(step=Step.BUILD, at_hand=built, fetch=make),
    )


def _kept(place: Slot, version: Version, step: Step, progress: Progress) -> Path:
    """The CLI that an earlier run put into the cache."""
    if not place.folder.exists():
        raise PassedOverError(f"Pulumi {version} is not in the cache yet ({place.folder}).")
    try:
        cli.require_version(place.executable, version)
    except PassedOverError as error:
        reason = f"The CLI in the cache is damaged and will be made again: {error}"
        progress(PassedOver(step=step, reason=reason))
        raise PassedOverError(reason) from error
    return place.executable


def _found(engine: Engine, step: Step, progress: Progress) -> Engine:
    progress(Found(step=step, sentence=f"Pulumi {engine.version} at {engine.executable}."))
    return engine


def _allowed(sources: tuple[_Source, ...]) -> tuple[_Source, ...]:
    wanted = os.environ.get(SETTING)
    if not wanted:
        return sources
    chosen = tuple(source for source in sources if source.step == wanted)
    if not chosen:
        raise EngineError(f"{SETTING} is {wanted!r}; it can be {', '.join(step.value for step in Step)}.")
    return chosen


def _nothing_works(reasons: Mapping[Step, str], pinned: Pins) -> str:
    only = os.environ.get(SETTING)
    lines = ["There is no Pulumi CLI that can be used."]
    lines += [f"  {_TITLES[step]}: {reason}" for step, reason in reasons.items()]
    if only:
        lines.append(f"{SETTING}={only} forbids the other ways; unset it to try them.")
    lines.append(f"Install Pulumi {pinned.accepted.minimum} or later: {remedies.remedy('pulumi')}")
    if sys.platform != "win32":
        lines.append(
            f"Or install Go {pinned.build.go_minimum} or later, and it is built: {remedies.remedy('go')}"
        )
    return "\n".join(lines)
