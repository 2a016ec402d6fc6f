"""The control plane's programs, built from pinned Go modules.

Go checks every module against ``go.sum`` and the checksum database; nothing here switches that off. What is
built, and from where, stands in ``programs.yaml``.
"""

import hashlib
import os
import platform
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from tests.support.control_plane import cache, processes
from tests.support.control_plane.errors import ControlPlaneError, Report

HERE = Path(__file__).parent
_SOURCE = HERE / "programs.yaml"


def built(report: Report) -> dict[str, Path]:
    """Return every program by name, building those that the cache lacks.

    Raises:
        ControlPlaneError: Go is missing, a build failed, or what it made does not run.
    """
    found: dict[str, Path] = {}
    for name, module in yaml.safe_load(_SOURCE.read_text()).items():
        home = cache.made(f"{name}-{_key(name)}", partial(_build, name, module, report), report)
        found |= {program: home / program for program in module["programs"]}
    return found


def go() -> str:
    """Return the Go command.

    Raises:
        ControlPlaneError: there is none on PATH.
    """
    found = shutil.which("go")
    if found is None:
        raise ControlPlaneError(
            "Go is not on PATH, and the Kubernetes control plane for tests is built with it. Install Go 1.26 "
            "or later (https://go.dev/dl), or leave these tests out with `-m 'not control_plane'`."
        )
    return found


def _key(name: str) -> str:
    """Name a build by all that decides its result: modules, checksums, recipe and machine."""
    digest = hashlib.sha256(f"{platform.system()} {platform.machine()}".encode())
    for source in (HERE / "go" / name / "go.mod", HERE / "go" / name / "go.sum", _SOURCE):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def _build(name: str, module: Mapping[str, Any], report: Report, home: Path) -> None:
    origin = f"{module['module']} {module['version']}"
    report(f"Building {', '.join(module['programs'])} from the Go module {origin}, once: {module['usual']}.")
    for program, package in module["programs"].items():
        _compile(name, module, home / program, package, report)
        _verify(home / program, module["version"])


def _compile(name: str, module: Mapping[str, Any], program: Path, package: str, report: Report) -> None:
    variables = [f"-X {variable}={value}" for variable, value in module["stamp"].items()]
    command = [
        *(
            go(),
            "build",
            "-v",
            "-p",
            str(os.cpu_count() or 1),
            "-mod=readonly",
            "-trimpath",
            "-buildvcs=false",
        ),
        *("-ldflags", " ".join(["-s -w", *variables]), "-o", str(program), package),
    ]
    log = program.with_name(f"{program.name}.build.log")
    begun = time.monotonic()
    process = processes.spawn(
        command,
        log=log,
        directory=HERE / "go" / name,
        environment={**os.environ, "CGO_ENABLED": "0", "GOWORK": "off", "GOFLAGS": ""},
    )
    try:
        while process.poll() is None:
            try:
                process.wait(timeout=cache.SECONDS_BETWEEN_LINES)
            except subprocess.TimeoutExpired:
                packages = log.read_bytes().count(b"\n")
                seconds = time.monotonic() - begun
                report(f"Building {program.name}: {seconds:.0f} s so far, {packages} packages compiled.")
    finally:
        processes.stop(process, signal.SIGINT)  # Go then removes its own temporary files.
    if process.returncode != 0:
        raise ControlPlaneError(
            f"{program.name} could not be built from {module['module']} {module['version']}. `go "
            f"build` ended with {process.returncode}; check that the module proxy can be reached (`go env "
            f"GOPROXY`). It said:\n"
            f"{processes.tail(log)}"
        )
    log.unlink()


def _verify(program: Path, version: str) -> None:
    """A program that runs and knows its version is whole; anything else must not enter the cache."""
    answer = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=60, check=False)
    if answer.returncode != 0 or version.removeprefix("v") not in answer.stdout:
        said = (answer.stdout + answer.stderr).strip()
        raise ControlPlaneError(
            f"{program.name} was built but does not call itself {version}: `--version` ended with "
            f"{answer.returncode} and said {said[:200]!r}. Remove Go's build cache (`go clean "
            f"-cache`) and retry."
        )
