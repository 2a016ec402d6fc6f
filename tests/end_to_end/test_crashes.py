"""An update of an on-prem platform dies: the next one converges, with no orphan and no duplicate."""

import signal
from pathlib import Path

import pytest

from stacks.sandbox import Fault, Kind, Moment, Operation
from tests.end_to_end.project import LIMIT, Project
from tests.end_to_end.strikes import (
    arm,
    assert_converged,
    crash,
    engine_of,
    family,
    kill_when,
    running,
    wait_all_gone,
    wait_for_objects,
    waiting,
)

pytestmark = pytest.mark.engine

PLATFORM = """\
platform: crash
owner: {team: platform, contact: platform@crash.example}
tags: {cost-centre: cc-1, data-product: trial}
sites:
  dc1: {kind: kubernetes, context: dc1, cidr: 10.0.0.0/16, pods: 10.244.0.0/16, country: DE}
  dc2: {kind: openshift, context: dc2, cidr: 10.1.0.0/16, country: NL}
objectStores:
  raw: {site: dc1}
  kept: {site: dc2}
"""
CHANGED = PLATFORM.replace("team: platform,", "team: somebody-else,")
"""Another owner: every label changes, so every object is updated."""

NAMESPACE = "kubernetes:core/v1:Namespace"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(crash(NAMESPACE, Operation.CREATE, Moment.BEFORE), id="first-object-before-write"),
        pytest.param(crash(NAMESPACE, Operation.CREATE, Moment.AFTER), id="first-object-after-write"),
        pytest.param(crash(POLICY, Operation.CREATE, Moment.BEFORE), id="middle-before-write"),
        pytest.param(crash(POLICY, Operation.CREATE, Moment.AFTER), id="middle-after-write"),
        pytest.param(
            crash("kubernetes:objectbucket.io*", Operation.CREATE, Moment.AFTER), id="last-after-write"
        ),
    ],
)
def test_a_provider_that_dies_while_creating(tmp_path: Path, fault: Fault) -> None:
    project = Project.make(tmp_path, platform=PLATFORM)
    arm(project, fault)

    project.up(expect=None)
    assert waiting(project) == [], "the fault was never met"

    project.up()
    assert_converged(project)


@pytest.mark.parametrize("moment", list(Moment))
def test_a_provider_that_dies_while_updating(tmp_path: Path, moment: Moment) -> None:
    project = Project.make(tmp_path, platform=PLATFORM)
    project.up()
    changed = Project.make(tmp_path, platform=CHANGED)
    arm(changed, crash(POLICY, Operation.UPDATE, moment))

    changed.up(expect=None)
    assert waiting(changed) == [], "the fault was never met"

    changed.up()
    assert_converged(changed)


def test_a_provider_that_dies_while_deleting(tmp_path: Path) -> None:
    project = Project.make(tmp_path, platform=PLATFORM)
    project.up()
    arm(project, crash(POLICY, Operation.DELETE, Moment.AFTER))

    project.run("destroy", "--yes", "--skip-preview", expect=None)
    assert waiting(project) == [], "the fault was never met"

    project.run("destroy", "--yes", "--skip-preview")
    assert project.objects() == []
    assert project.state() == []


def test_a_throttled_provider_tries_again_and_gets_through(tmp_path: Path) -> None:
    project = Project.make(tmp_path, platform=PLATFORM)
    arm(project, Fault(type=NAMESPACE, operation=Operation.CREATE, kind=Kind.THROTTLE, times=3))

    project.up()

    assert waiting(project) == []
    assert_converged(project)


@pytest.mark.parametrize("objects", [1, 4])
def test_an_engine_that_is_killed(tmp_path: Path, objects: int) -> None:
    project = Project.make(tmp_path, platform=PLATFORM)
    _slow(project)

    kill_when(project, objects, engine_of)

    locked = project.up(expect=None)
    assert locked.returncode != 0
    assert "what to do: Another update holds this stack" in locked.stderr
    project.trunkline("cancel", "--sandbox", "--yes")
    project.up()
    assert_converged(project)


def test_the_whole_command_killed_leaves_no_process(tmp_path: Path) -> None:
    project = Project.make(tmp_path, platform=PLATFORM)
    _slow(project)

    processes = kill_when(project, 2, lambda command: command)

    # The engine and the language host notice by themselves, the sandbox ends with its parent.
    wait_all_gone(processes)
    project.trunkline("cancel", "--sandbox", "--yes")
    project.up()
    assert_converged(project)


def test_an_interrupt_stops_the_update_cleanly(tmp_path: Path) -> None:
    project = Project.make(tmp_path, platform=PLATFORM)
    _slow(project)
    with running(project) as command:
        wait_for_objects(project, 1, command)
        processes = family(command)
        command.send_signal(signal.SIGINT)
        said = command.communicate(timeout=LIMIT)

    assert command.returncode != 0
    assert "Traceback" not in said[0] + said[1]
    wait_all_gone(processes)
    # No lock is left behind: the very next update works.
    project.up()
    assert_converged(project)


def test_no_file_stands_beside_the_checkpoint_that_a_killed_engine_could_leave_empty(tmp_path: Path) -> None:
    """A backend on disk that keeps metadata writes it beside each file, and not in one step.

    The sandbox's keeps none. Where a user's own backend left such a file empty, the stack does not open, and
    the advice makes it open again.
    """
    project = Project.make(tmp_path, platform=PLATFORM)
    project.up()
    assert list((project.local / "state").rglob("*.attrs")) == []

    (checkpoint,) = (project.local / "state").rglob("stacks/**/sandbox.json")
    left = checkpoint.with_name("sandbox.json.attrs")
    left.touch()
    done = project.run("preview", expect=1)
    assert "failed to load checkpoint" in done.stderr
    assert "an empty `.attrs` file beside the checkpoint: delete that one file" in done.stderr

    left.unlink()
    assert_converged(project)


def _slow(project: Project) -> None:
    """Give the test time to strike: each object takes a while. Only the first update is slowed."""
    arm(project, Fault(type="*", operation=Operation.CREATE, kind=Kind.LATENCY, seconds=0.5, times=30))
