"""The real Pulumi engine for tests: found or built once, and small projects to run it on."""

import contextlib
import json
import os
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

import psutil
import pytest

from stacks.engine import Engine, resolve

_LIMIT_SECONDS = 120


@pytest.fixture(scope="session")
def engine() -> Engine:
    """A Pulumi CLI from the real resolver; it is built when there is none."""
    return resolve()


@dataclass(frozen=True, slots=True)
class Project:
    """A Pulumi project in a folder of its own, with its own state, home and one stack called ``dev``.

    Nothing of the machine's own Pulumi settings or accounts reaches it.
    """

    folder: Path
    environment: Mapping[str, str]

    def pulumi(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run the CLI in the project to its end; fails the test when ``check`` and the CLI fails."""
        done = subprocess.run(
            ["pulumi", "--non-interactive", "--color", "never", *arguments],
            cwd=self.folder,
            env=dict(self.environment),
            capture_output=True,
            text=True,
            check=False,
            timeout=_LIMIT_SECONDS,
        )
        if check and done.returncode != 0:
            pytest.fail(f"pulumi {' '.join(arguments)} failed:\n{done.stdout}\n{done.stderr}")
        return done

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start the CLI in the project, in a process group of its own; the caller ends it."""
        return subprocess.Popen(
            ["pulumi", "--non-interactive", "--color", "never", *arguments],
            cwd=self.folder,
            env=dict(self.environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def outputs(self) -> dict[str, Any]:
        """The stack's outputs, secrets in the clear."""
        return json.loads(self.pulumi("stack", "output", "--json", "--show-secrets").stdout)


ProjectFactory = Callable[..., Project]


@pytest.fixture
def project(engine: Engine, tmp_path: Path) -> ProjectFactory:
    """Make a project from the text of its program: ``project("import pulumi ...")``."""

    def make(program: str, *, main: str = "", **environment: str) -> Project:
        folder = tmp_path / "project"
        source = folder / main
        source.mkdir(parents=True)
        runtime = "runtime: {name: python, options: {toolchain: uv}}"
        place = f"\nmain: {main}" if main else ""
        (folder / "Pulumi.yaml").write_text(f"name: inline\n{runtime}{place}\n")
        (source / "__main__.py").write_text(dedent(program))
        made = Project(folder, _environment(engine, tmp_path) | environment)
        made.pulumi("stack", "init", "dev")
        return made

    return make


def _environment(engine: Engine, folder: Path) -> dict[str, str]:
    (folder / "state").mkdir(exist_ok=True)
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("PULUMI_", "AWS_"))
    }
    return {
        **inherited,
        **engine.environment(),
        "PULUMI_BACKEND_URL": f"file://{folder / 'state'}?metadata=skip",
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_CONFIG_PASSPHRASE": "for tests",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_ERROR_OUTPUT_STRING": "1",
    }


def descendants(process: int) -> list[psutil.Process]:
    """Every process that descends from one, at this moment."""
    return psutil.Process(process).children(recursive=True)


def survivors(processes: list[psutil.Process], seconds: float = 15) -> list[psutil.Process]:
    """Those of the processes that are still alive after a while; they are killed, lest a test leaks them."""
    deadline = time.monotonic() + seconds
    while (alive := [each for each in processes if _alive(each)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    for each in alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            each.kill()
    return alive


def _alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
