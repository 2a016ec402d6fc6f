"""However a run ends, nothing of it stays behind."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.support.engine import Project, ProjectFactory, descendants, survivors

pytestmark = pytest.mark.engine

_SLEEPER = """
import pathlib, subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
pathlib.Path("started").touch()
try:
    time.sleep(600)
finally:
    pathlib.Path("cleaned-up").touch()
"""

_STUBBORN = """
import pathlib, signal, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path("started").touch()
while True:
    time.sleep(600)
"""


def test_ctrl_c_ends_the_program_which_may_clean_up(project: ProjectFactory) -> None:
    made = project(_SLEEPER)
    with _running(made, "up", "--yes", "--skip-preview") as (cli, family):
        os.killpg(cli.pid, signal.SIGINT)
        shown, _ = cli.communicate(timeout=60)
    assert cli.returncode != 0
    assert "Traceback" not in shown
    assert "KeyboardInterrupt" not in shown
    assert "exit code" not in shown
    assert (made.folder / "cleaned-up").exists()
    assert survivors(family) == []


def test_ctrl_c_ends_a_program_that_does_not_listen(project: ProjectFactory) -> None:
    made = project(_STUBBORN)
    with _running(made, "preview") as (cli, family):
        os.killpg(cli.pid, signal.SIGINT)
        cli.communicate(timeout=60)
    assert cli.returncode != 0
    assert survivors(family) == []


@pytest.mark.parametrize("program", [_SLEEPER, _STUBBORN], ids=["sleeper", "stubborn"])
def test_a_killed_cli_takes_host_and_program_with_it(project: ProjectFactory, program: str) -> None:
    made = project(program)
    with _running(made, "up", "--yes", "--skip-preview") as (cli, family):
        cli.kill()
        cli.wait()
        assert survivors(family) == []


def test_a_killed_host_takes_the_program_with_it(project: ProjectFactory) -> None:
    made = project(_SLEEPER)
    with _running(made, "up", "--yes", "--skip-preview") as (cli, family):
        host = next(each for each in family if "stacks.engine.language_host" in each.cmdline())
        programs = [each for each in family if "program.py" in " ".join(each.cmdline())]
        host.kill()
        assert survivors(programs) == []
        cli.communicate(timeout=60)
    assert cli.returncode != 0
    assert survivors(family) == []


def test_a_killed_cli_takes_the_policy_pack_with_it(project: ProjectFactory, tmp_path: Path) -> None:
    made = project("")
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "PulumiPolicy.yaml").write_text("name: slow\nversion: 0.0.1\nruntime: python\n")
    (pack / "__main__.py").write_text(_SLEEPER)
    with _running(made, "preview", "--policy-pack", str(pack)) as (cli, family):
        cli.kill()
        cli.wait()
        assert survivors(family) == []


@contextmanager
def _running(made: Project, *arguments: str) -> Generator[tuple[subprocess.Popen[str], list[psutil.Process]]]:
    """A CLI whose program has started, and everything that it started."""
    cli = made.start(*arguments)
    family: list[psutil.Process] = []
    try:
        _wait_until((made.folder / "started").exists, cli)
        family = descendants(cli.pid)
        assert len(family) >= 2, "the language host and the program"
        yield cli, family
    finally:
        cli.kill()
        cli.wait()
        if cli.stdout is not None:
            cli.stdout.close()
        survivors(family, seconds=0)


def _wait_until(happened: Callable[[], bool], cli: subprocess.Popen[str], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert cli.poll() is None, "the CLI ended too early"
        assert time.monotonic() < deadline, "the program did not start"
        time.sleep(0.05)
