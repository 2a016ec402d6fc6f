"""Plain ``pulumi`` in a shell, after ``eval "$(trunkline sandbox up)"``."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.end_to_end.project import LIMIT, ROOT, Project

pytestmark = pytest.mark.engine

SMALL = """\
platform: small
owner: {team: platform, contact: platform@small.example}
tags: {cost-centre: cc-1, data-product: trial}
sites:
  dc1: {kind: kubernetes, context: dc1, cidr: 10.0.0.0/16, pods: 10.244.0.0/16, country: DE}
"""


def bash(script: str, project: Project) -> subprocess.CompletedProcess[str]:
    variables = project.environment
    # As in a new terminal: no virtual environment is active, only ``trunkline`` can be called.
    variables.pop("VIRTUAL_ENV", None)
    return subprocess.run(
        [
            "bash",
            "-euo",
            "pipefail",
            "-c",
            f'trunkline() {{ "{sys.executable}" -m stacks.cli "$@"; }}\n{script}',
        ],
        cwd=ROOT,
        env=variables,
        capture_output=True,
        text=True,
        timeout=LIMIT,
        stdin=subprocess.DEVNULL,
        check=False,
    )


def test_plain_pulumi_previews_and_updates_with_the_policy_pack(tmp_path: Path) -> None:
    project = Project.make(tmp_path, platform=SMALL)
    done = bash(
        f"""
        eval "$(trunkline sandbox up)"
        pulumi preview --config-file {project.config}
        pulumi up --yes --skip-preview --config-file {project.config} --policy-pack policies
        trunkline sandbox status --json | grep -q '"running": true'
        pulumi destroy --yes --skip-preview --config-file {project.config}
        """,
        project,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "Policies:" in done.stdout
    assert project.objects() == []


def test_the_sandbox_ends_with_the_shell_that_started_it(tmp_path: Path) -> None:
    project = Project.make(tmp_path, platform=SMALL)

    done = bash('eval "$(trunkline sandbox up)"; trunkline sandbox status --json', project)

    assert done.returncode == 0, done.stderr
    pid = _field(done.stdout, "pid")
    _wait_gone(pid)


def test_down_stops_the_sandbox_and_keeps_what_it_holds(tmp_path: Path) -> None:
    project = Project.make(tmp_path, platform=SMALL)
    project.trunkline("sandbox", "up", "--parent", str(os.getpid()))
    project.up()
    held = len(project.objects())
    pid = _field(project.trunkline("sandbox", "status", "--json").stdout, "pid")

    project.trunkline("sandbox", "down")

    _wait_gone(pid)
    assert held > 0
    assert len(project.objects()) == held


def _field(text: str, name: str) -> int:
    return int(json.loads(text)[name])


def _wait_gone(pid: int) -> None:
    deadline = time.monotonic() + 20
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline, f"process {pid} is still there"
        time.sleep(0.1)
