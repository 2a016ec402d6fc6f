"""The Pulumi CLI built from pinned Go modules, every one checked against ``pulumi/go.sum``."""

import hashlib
import os
import platform
import re
import shutil
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from semver import Version

from stacks.engine import cli, process
from stacks.engine.cache import Slot
from stacks.engine.errors import PassedOverError
from stacks.engine.pins import RECIPE, Build, Limits
from stacks.engine.progress import Advanced, Progress, Started, Step, Waiting

_TOOLCHAINS_SINCE = Version(1, 21)
"""From this version on, Go fetches a newer Go by itself where GOTOOLCHAIN allows it."""

_RECIPE_FILES = ("go.mod", "go.sum", "tools.go", cli.LANGUAGE_HOST)
"""What decides, with the version, what is built."""

_ANSWER = Limits(usually="", silence_seconds=30, limit_seconds=30, megabytes=0)
"""How long Go may take to say its version."""

_CAUSES = (
    (
        re.compile(r"checksum mismatch|SECURITY ERROR|missing go\.sum entry", re.IGNORECASE),
        "a module is not what go.sum says it is, so nothing was built; ask who serves your modules (GOPROXY)",
    ),
    (
        re.compile(r"no space left on device|disk quota exceeded", re.IGNORECASE),
        "the disk is full; make room, or set GOCACHE, GOMODCACHE or TRUNKLINE_CACHE to another disk",
    ),
    (
        re.compile(
            r"dial tcp|no such host|connection refused|connection reset|i/o timeout|TLS handshake|"
            r"network is unreachable|proxyconnect|module lookup disabled|(?:40[0-9]|50[0-9]) [A-Z]",
        ),
        "the Go modules cannot be downloaded; check the network, or set GOPROXY to a proxy that serves them",
    ),
    (
        re.compile(r"requires go >=|toolchain not available", re.IGNORECASE),
        "this Go is too old and may not fetch a newer one",
    ),
    (
        re.compile(r"permission denied|read-only file system", re.IGNORECASE),
        "Go cannot write its own caches; point GOCACHE and GOMODCACHE to folders that can be written",
    ),
)
"""What a line of Go's output means, first match wins."""


@dataclass(frozen=True, slots=True)
class Go:
    """A Go that can build the CLI."""

    executable: Path
    version: Version


def slot(build: Build) -> Slot:
    """Where the build is kept; the key changes with the version, the machine and every file of the recipe."""
    recipe = hashlib.sha256()
    for name in _RECIPE_FILES:
        content = (RECIPE / name).read_bytes()
        recipe.update(f"{name} {len(content)}\n".encode() + content)
    machine = f"{sys.platform}-{platform.machine().lower()}"
    return Slot(f"build-{build.version}-{machine}-{recipe.hexdigest()[:12]}")


def find_go(build: Build) -> Go:
    """The Go on PATH.

    Raises:
        PassedOverError: there is none, it does not run, or it is too old.
    """
    if sys.platform == "win32":
        raise PassedOverError("Building the Pulumi CLI is not supported on Windows.")
    found = shutil.which("go")
    if found is None:
        raise PassedOverError("There is no `go` on PATH to build the Pulumi CLI with.")
    go = Path(found)
    with _sentences(f"{go} does not work"):
        outcome = process.run(
            [go, "env", "GOVERSION", "GOTOOLCHAIN"],
            limits=_ANSWER,
            cwd=Path("/"),
            environment=_environment(),
        )
    answer = outcome.stdout.splitlines()
    match = re.match(r"go(\d+)\.(\d+)(?:\.(\d+))?", answer[0] if answer else "")
    if outcome.code != 0 or match is None:
        raise PassedOverError(f"{go} cannot say its version ({outcome.last_words}).")
    version = Version(int(match[1]), int(match[2]), int(match[3] or 0))
    fetches = version >= _TOOLCHAINS_SINCE and answer[1:] != ["local"]
    if version < build.go_minimum and not fetches:
        raise PassedOverError(
            f"{go} is Go {version}, which is too old: {build.go_minimum} or later is needed."
        )
    return Go(go, version)


def make(build: Build, progress: Progress) -> None:
    """Build the CLI into its slot, with the launcher of the language host beside it.

    Raises:
        PassedOverError: Go is missing or too old, the modules cannot be had or are not the pinned ones, the
            disk is full, the cache cannot be written, or the result does not run.
    """
    go = find_go(build)
    place = slot(build)
    with place.locked(lambda sentence: progress(Waiting(step=Step.BUILD, sentence=sentence))):
        if cli.works(place.executable, build.version):  # by the process that this one waited for
            return
        with place.filling(build.limits.megabytes) as folder:
            packages = _count_packages(go, build, progress)
            executable = folder / "bin" / place.executable.name
            executable.parent.mkdir()
            _compile(go, build, executable, packages, progress)
            launcher = Path(shutil.copy(RECIPE / cli.LANGUAGE_HOST, executable.parent))
            launcher.chmod(0o755)
            cli.require_version(executable, build.version)


def _count_packages(go: Go, build: Build, progress: Progress) -> int:
    """Download what is missing and count the packages that Go has not compiled before."""
    progress(
        Started(
            step=Step.BUILD,
            doing=f"downloading the Go modules of Pulumi {build.version}",
            usually="half a minute, nothing if they are there",
        )
    )
    modules = 0

    def downloaded(line: str) -> None:
        nonlocal modules
        if line.startswith("go: downloading "):
            modules += 1
            detail = line.removeprefix("go: downloading ")
            progress(Advanced(step=Step.BUILD, done=modules, total=None, unit="modules", detail=detail))

    with _sentences("The Go modules of the Pulumi CLI cannot be listed"):
        outcome = process.run(
            [go.executable, "list", *_flags(build), "-deps", "-f", "{{.Stale}}", build.package],
            limits=build.limits,
            cwd=RECIPE,
            environment=_environment(),
            on_line=downloaded,
        )
    _require_success(outcome)
    return outcome.stdout.splitlines().count("true")


def _compile(go: Go, build: Build, executable: Path, packages: int, progress: Progress) -> None:
    progress(
        Started(
            step=Step.BUILD,
            doing=f"building Pulumi {build.version} with Go {go.version}",
            usually=build.limits.usually,
        )
    )
    compiled = 0

    def advanced(line: str) -> None:
        nonlocal compiled
        if line and not line.startswith(("go: ", "#", "\t")) and " " not in line:
            compiled = min(compiled + 1, packages)
            progress(Advanced(step=Step.BUILD, done=compiled, total=packages, unit="packages", detail=line))

    # Go leaves its temporary files behind when it is interrupted: here, the next build removes them.
    with (
        _sentences("The Pulumi CLI was not built"),
        tempfile.TemporaryDirectory(dir=executable.parent) as scratch,
    ):
        outcome = process.run(
            [go.executable, "build", "-v", *_flags(build), "-o", executable, build.package],
            limits=build.limits,
            cwd=RECIPE,
            environment={**_environment(), "GOTMPDIR": scratch},
            on_line=advanced,
        )
    _require_success(outcome)


def _flags(build: Build) -> list[str]:
    """The flags of ``go list`` and ``go build``; they must be the same for the count to be right."""
    stamp = f"-s -w -X {build.version_symbol}=v{build.version}"
    return ["-mod=readonly", "-trimpath", "-buildvcs=false", f"-ldflags={stamp}"]


def _environment() -> dict[str, str]:
    """Go's environment: the user's network settings, but nothing that changes what is built or checked."""
    dropped = {"GONOSUMCHECK", "GOINSECURE", "GOOS", "GOARCH", "GOEXPERIMENT"}
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    # CGO off: no C compiler is needed, as in the official build. GOFLAGS: an empty one would let the user's
    # `go env -w GOFLAGS=...` through.
    return {**kept, "CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly", "GOWORK": "off", "LC_ALL": "C"}


def _require_success(outcome: process.Outcome) -> None:
    if outcome.code == 0:
        return
    for pattern, meaning in _CAUSES:
        for line in outcome.tail:
            if pattern.search(line):
                raise PassedOverError(f"The Pulumi CLI was not built: {meaning} (go: {line.strip()}).")
    raise PassedOverError(f"The Pulumi CLI was not built, go failed: {outcome.last_words}.")


@contextmanager
def _sentences(what: str) -> Generator[None]:
    try:
        yield
    except process.TookTooLongError as error:
        raise PassedOverError(f"{what}: go was ended because {error}.") from error
