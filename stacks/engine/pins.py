"""The versions and limits in ``pins.toml``, as types."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from semver import Version

RECIPE = Path(__file__).parent / "pulumi"
"""The Go module that pins what a build consists of, and the launcher of the language host."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Accepted:
    """Which versions of a CLI are good enough, from ``minimum`` to just under ``below``."""

    minimum: Version
    below: Version

    def __contains__(self, version: Version) -> bool:
        return self.minimum <= version < self.below


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How long work may take, how long it may be silent (seconds), and how much disk it needs (megabytes)."""

    usually: str
    silence_seconds: float
    limit_seconds: float
    megabytes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Release:
    """The official release to install, and the host it comes from."""

    version: Version
    host: str
    reach_seconds: float
    limits: Limits


@dataclass(frozen=True, kw_only=True, slots=True)
class Build:
    """The Go package to build, the variable that holds its version, and the oldest Go that can build it."""

    version: Version
    package: str
    version_symbol: str
    go_minimum: Version
    limits: Limits


@dataclass(frozen=True, kw_only=True, slots=True)
class Pins:
    """Everything in ``pins.toml``."""

    checked: date
    accepted: Accepted
    release: Release
    build: Build


@cache
def load() -> Pins:
    """Read the pins that this version of the program was tested with."""
    with (Path(__file__).parent / "pins.toml").open("rb") as file:
        data = tomllib.load(file)
    accepted, release, build = data["accepted"], data["release"], data["build"]
    return Pins(
        checked=data["checked"],
        accepted=Accepted(minimum=Version.parse(accepted["minimum"]), below=Version.parse(accepted["below"])),
        release=Release(
            version=Version.parse(release["version"]),
            host=release["host"],
            reach_seconds=release["reach_seconds"],
            limits=_limits(release),
        ),
        build=Build(
            version=Version.parse(build["version"]),
            package=build["package"],
            version_symbol=build["version_symbol"],
            go_minimum=Version.parse(build["go_minimum"]),
            limits=_limits(build),
        ),
    )


def _limits(table: dict[str, str | float]) -> Limits:
    return Limits(
        usually=str(table["usually"]),
        silence_seconds=float(table["silence_seconds"]),
        limit_seconds=float(table["limit_seconds"]),
        megabytes=int(table["megabytes"]),
    )
