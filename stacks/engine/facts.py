"""What each way to a CLI finds here, as data, for ``trunkline doctor``. Nothing is downloaded or built."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from semver import Version

from stacks.engine import build, cache, cli, pins, release, remedies
from stacks.engine.cache import Slot
from stacks.engine.errors import PassedOverError
from stacks.engine.pins import Pins
from stacks.engine.resolve import SETTING


class State(StrEnum):
    """Whether something is there."""

    READY = "ready"
    """It is there and works."""
    MISSING = "missing"
    """It is not there."""
    UNUSABLE = "unusable"
    """It is there and cannot be used."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """One thing that was looked at.

    ``sentence`` says what was found; ``remedy`` says how to get it on this system, and is empty when nothing
    needs doing. ``path`` and ``version`` are empty when there is none.
    """

    name: str
    state: State
    sentence: str
    path: str = ""
    version: str = ""
    remedy: str = ""


def describe(pinned: Pins | None = None) -> tuple[Fact, ...]:
    """Look at everything that can lead to a CLI, in the order in which ``resolve`` tries it."""
    return tuple(_facts(pinned or pins.load()))


def _facts(pinned: Pins) -> Iterator[Fact]:
    yield _on_path(pinned)
    yield _kept("Official release", release.slot(pinned.release), pinned.release.version)
    yield _kept("Build with Go", build.slot(pinned.build), pinned.build.version)
    yield _go(pinned)
    yield _cache()
    if only := os.environ.get(SETTING):
        yield Fact(name=SETTING, state=State.READY, sentence=f"Only the step {only!r} is tried.")


def _on_path(pinned: Pins) -> Fact:
    name = "Pulumi on PATH"
    executable = cli.on_path()
    if executable is None:
        return Fact(
            name=name,
            state=State.MISSING,
            sentence="There is no `pulumi` on PATH.",
            remedy=remedies.remedy("pulumi"),
        )
    try:
        version = cli.version_of(executable)
        cli.require_accepted(executable, version, pinned.accepted)
        cli.require_language_host(executable)
    except PassedOverError as error:
        return Fact(
            name=name,
            state=State.UNUSABLE,
            sentence=str(error),
            path=str(executable),
            remedy=remedies.remedy("pulumi"),
        )
    return Fact(
        name=name,
        state=State.READY,
        sentence=f"Pulumi {version} is on PATH.",
        path=str(executable),
        version=str(version),
    )


def _kept(name: str, place: Slot, version: Version) -> Fact:
    if not place.folder.exists():
        return Fact(
            name=name,
            state=State.MISSING,
            sentence=f"Pulumi {version} is not in the cache; it is made when needed.",
        )
    path = str(place.executable)
    try:
        cli.require_version(place.executable, version)
    except PassedOverError as error:
        sentence = f"{error} It will be made again."
        return Fact(name=name, state=State.UNUSABLE, sentence=sentence, path=path)
    return Fact(
        name=name,
        state=State.READY,
        sentence=f"Pulumi {version} is in the cache.",
        path=path,
        version=str(version),
    )


def _go(pinned: Pins) -> Fact:
    try:
        go = build.find_go(pinned.build)
    except PassedOverError as error:
        found = shutil.which("go") or ""
        return Fact(
            name="Go",
            state=State.UNUSABLE if found else State.MISSING,
            sentence=str(error),
            path=found,
            remedy=remedies.remedy("go"),
        )
    return Fact(
        name="Go",
        state=State.READY,
        sentence=f"Go {go.version} can build the CLI.",
        path=str(go.executable),
        version=str(go.version),
    )


def _cache() -> Fact:
    folder = cache.root()
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    if existing.is_dir() and os.access(existing, os.W_OK):
        return Fact(name="Cache", state=State.READY, sentence="CLIs are kept here.", path=str(folder))
    return Fact(
        name="Cache",
        state=State.UNUSABLE,
        sentence=f"The cache folder cannot be written: {existing} is read-only or no folder.",
        path=str(folder),
        remedy=f"set {cache.SETTING} to a folder that can be written",
    )
