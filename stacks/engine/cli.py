"""A Pulumi CLI, and how to find out whether an executable is one that can be used."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from semver import Version

from stacks.engine import cache
from stacks.engine.errors import PassedOverError
from stacks.engine.pins import Accepted

LANGUAGE_HOST = "pulumi-language-python"
"""The program that the CLI starts to run Python. The official release has it beside ``pulumi``."""

PYTHON_SETTING = "TRUNKLINE_PYTHON"
"""Environment variable that tells the launcher beside a built CLI which Python runs the program."""

_ANSWER_SECONDS = 30
"""How long ``pulumi version`` may take; it takes 0.1 s, on a cold disk a few seconds."""


@dataclass(frozen=True, slots=True)
class Engine:
    """A Pulumi CLI that was asked for its version and answered."""

    executable: Path
    version: str
    origin: Literal["path", "release", "build"]

    def environment(self) -> dict[str, str]:
        """The variables, on top of the current ones, with which ``pulumi`` is this CLI and runs this Python.

        They can be given to a child process or exported in a shell, where no virtual environment needs to be
        active.
        """
        inherited = [entry for entry in _search_path() if not _in_cache(entry)]
        variables = {"PULUMI_SKIP_UPDATE_CHECK": "true"}
        # The official language host of a `uv` project looks for uv itself.
        scripts = str(Path(sys.executable).parent)
        last = [] if scripts in inherited else [scripts]
        match self.origin:
            case "path":
                path = [*inherited, *last]
            case "release":
                path = [str(self.executable.parent), *inherited, *last]
            case "build":
                path = [str(self.executable.parent), *inherited, *last]
                variables[PYTHON_SETTING] = sys.executable
        return {**variables, "PATH": os.pathsep.join(path)}


def on_path() -> Path | None:
    """The ``pulumi`` that a shell would run, those in our own cache aside."""
    path = os.pathsep.join(entry for entry in _search_path() if not _in_cache(entry))
    found = shutil.which("pulumi", path=path)
    return Path(found).absolute() if found else None


def version_of(executable: Path) -> Version:
    """Ask an executable for its version.

    Raises:
        PassedOverError: it does not run, does not answer, or its answer is no version.
    """
    try:
        answer = subprocess.run(
            [executable, "version"],
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=_ANSWER_SECONDS,
            stdin=subprocess.DEVNULL,
            env=_plain_environment(),
        )
    except subprocess.TimeoutExpired:
        raise PassedOverError(
            f"{executable} did not answer `pulumi version` in {_ANSWER_SECONDS} seconds."
        ) from None
    except OSError as error:
        raise PassedOverError(f"{executable} does not run ({error.strerror or error}).") from error
    said = (answer.stdout.strip() or answer.stderr.strip()).splitlines()
    if answer.returncode != 0:
        words = said[-1] if said else "it said nothing"
        raise PassedOverError(
            f"{executable} cannot run `pulumi version` (exit {answer.returncode}: {words})."
        )
    try:
        return Version.parse(said[0].removeprefix("v"))
    except (IndexError, ValueError):
        raise PassedOverError(
            f"{executable} answers {said[0] if said else ''!r} to `pulumi version`, which is no version."
        ) from None


def require_version(executable: Path, expected: Version) -> None:
    """Refuse a CLI that we made unless it runs and is what it should be.

    Raises:
        PassedOverError: with what it answered.
    """
    found = version_of(executable)
    if found != expected:
        raise PassedOverError(f"{executable} should be Pulumi {expected} and calls itself {found}.")


def works(executable: Path, expected: Version) -> bool:
    """Whether a CLI that we made is there and runs."""
    try:
        require_version(executable, expected)
    except PassedOverError:
        return False
    return True


def require_accepted(executable: Path, version: Version, accepted: Accepted) -> None:
    """Refuse a CLI that is too old or too new.

    Raises:
        PassedOverError: with the versions that are accepted.
    """
    if version not in accepted:
        age = "old" if version < accepted.minimum else "new"
        raise PassedOverError(
            f"{executable} is Pulumi {version}, which is too {age}: "
            f"{accepted.minimum} or later, before {accepted.below}, is needed."
        )


def require_language_host(executable: Path) -> None:
    """Refuse a CLI that cannot run Python: its language host must be beside it or on PATH.

    Raises:
        PassedOverError: with the name of the missing program.
    """
    beside = executable.resolve().parent
    path = os.pathsep.join([str(beside), *(entry for entry in _search_path() if not _in_cache(entry))])
    if shutil.which(LANGUAGE_HOST, path=path) is None:
        raise PassedOverError(
            f"{executable} has no {LANGUAGE_HOST} beside it or on PATH, so it cannot run a Python program; "
            "install Pulumi's complete release."
        )


def _search_path() -> list[str]:
    return [entry for entry in os.environ.get("PATH", os.defpath).split(os.pathsep) if entry]


def _in_cache(entry: str) -> bool:
    return Path(entry).absolute().is_relative_to(cache.root())


def _plain_environment() -> Mapping[str, str]:
    return {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
