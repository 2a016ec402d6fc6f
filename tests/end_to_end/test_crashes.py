"""An update that dies, at thirteen points: the next one converges, with no orphan and no duplicate."""

import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from stacks.sandbox import Fault, Kind, Moment, Operation, Store
from tests.end_to_end.project import LIMIT, ROOT, Project, custom

pytestmark = pytest.mark.engine

PLATFORM = """\
platform: crash
owner: {team: platform, contact: platform@crash.example}
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


def _crash(token: str, operation: Operation, moment: Moment) -> Fault:
    return Fault(type=token, operation=operation, kind=Kind.CRASH, moment=moment)


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(_crash(NAMESPACE, Operation.CREATE, Moment.BEFORE), id="first-object-before-write"),
        pytest.param(_crash(NAMESPACE, Operation.CREATE, Moment.AFTER), id="first-object-after-write"),
        pytest.param(_crash(POLICY, Operation.CREATE, Moment.BEFORE), id="middle-before-write"),
        pytest.param(_crash(POLICY, Operation.CREATE, Moment.AFTER), id="middle-after-write"),
        pytest.param(
            _crash("kubernetes:objectbucket.io*", Operation.CREATE, Moment.AFTER), id="last-after-write"
        ),
    ],
)
def test_a_provider_that_dies_while_creating(tmp_path: Path, fault: Fault) -> None:
    project = Project.make(tmp_path, platform=PLATFORM)
    _arm(project, fault)

    project.up(expect=None)
    assert _waiting(project) == [], "the fault was never met"

    project.up()
    _assert_converged(project)


@pytest.mark.parametrize("moment", list(Moment))
def test_a_provider_that_dies_while_updating(tmp_path: Path, moment: Moment) -> None:
    project = Project.make(tmp_path, platform=PLATFORM)
    project.up()
    changed = Project.make(tmp_path, platform=CHANGED)
    _arm(changed, _crash(POLICY, Operation.UPDATE, moment))

    changed.up(expect=None)
    assert _waiting(changed) == [], "the fault was never met"

    changed.up()
    _assert_converged(changed)


def test_a_provider_that_dies_while_deleting(tmp_path: Path) -> None:
    project = Project.make(tmp_path, platform=PLATFORM)
    project.up()
    _arm(project, _crash(POLICY, Operation.DELETE, Moment.AFTER))

    project.run("destroy", "--yes", "--skip-preview", expect=None)
    assert _waiting(project) == [], "the fault was never met"

    project.run("destroy", "--yes", "--skip-preview")
    assert project.objects() == []
    assert project.state() == []


def test_a_throttled_provider_tries_again_and_gets_through(tmp_path: Path) -> None:
    project = Project.make(tmp_path, platform=PLATFORM)
    _arm(project, Fault(type=NAMESPACE, operation=Operation.CREATE, kind=Kind.THROTTLE, times=3))

    project.up()

    assert _waiting(project) == []
    _assert_converged(project)


@pytest.mark.parametrize("objects", [1, 4])
def test_an_engine_that_is_killed(tmp_path: Path, objects: int) -> None:
    project = Project.make(tmp_path, platform=PLATFORM)
    _slow(project)

    _kill_when(project, objects, _engine_of)

    locked = project.up(expect=None)
    assert locked.returncode != 0
    assert "what to do: Another update holds this stack" in locked.stderr
    project.trunkline("cancel", "--sandbox", "--yes")
    project.up()
    _assert_converged(project)


def test_the_whole_command_killed_leaves_no_process(tmp_path: Path) -> None:
    project = Project.make(tmp_path, platform=PLATFORM)
    _slow(project)

    family = _kill_when(project, 2, lambda command: command)

    # The engine and the language host notice by themselves, the sandbox ends with its parent.
    _wait_all_gone(family)
    project.trunkline("cancel", "--sandbox", "--yes")
    project.up()
    _assert_converged(project)


def test_an_interrupt_stops_the_update_cleanly(tmp_path: Path) -> None:
    project = Project.make(tmp_path, platform=PLATFORM)
    _slow(project)
    with _running(project) as command:
        _wait_for_objects(project, 1)
        family = _family(command)
        command.send_signal(signal.SIGINT)
        said = command.communicate(timeout=LIMIT)

    assert command.returncode != 0
    assert "Traceback" not in said[0] + said[1]
    _wait_all_gone(family)
    # No lock is left behind: the very next update works.
    project.up()
    _assert_converged(project)


def _arm(project: Project, fault: Fault) -> None:
    with Store(project.local / "sandbox") as store:
        store.faults.add(fault)


def _waiting(project: Project) -> list[Fault]:
    with Store(project.local / "sandbox") as store:
        waiting = store.faults.list()
        store.faults.clear()
    return waiting


def _slow(project: Project) -> None:
    """Give the test time to strike: each object takes a while. Only the first update is slowed."""
    _arm(project, Fault(type="*", operation=Operation.CREATE, kind=Kind.LATENCY, seconds=0.5, times=30))


def _assert_converged(project: Project) -> None:
    with Store(project.local / "sandbox") as store:
        store.faults.clear()
    known = Counter((r["urn"], r["id"]) for r in custom(project.state()))
    existing = Counter((o.urn, o.id) for o in project.objects())
    assert existing == known
    assert set(known.values()) == {1}
    assert len({urn for urn, _ in known}) == len(known), "an object exists twice"
    project.run("preview", "--expect-no-changes")


def _running(project: Project) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        project.command("up", "--sandbox", "--yes", "--skip-preview", "--config-file", str(project.config)),
        cwd=ROOT,
        env=project.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _kill_when(
    project: Project, objects: int, whom: Callable[[psutil.Process], psutil.Process]
) -> list[psutil.Process]:
    """Start an update, kill one of its processes once so many objects exist, and return all of them."""
    with _running(project) as command:
        _wait_for_objects(project, objects)
        family = _family(command)
        os.kill(whom(psutil.Process(command.pid)).pid, signal.SIGKILL)
        command.communicate(timeout=LIMIT)
    with Store(project.local / "sandbox") as store:
        store.faults.clear()
    return family


def _engine_of(command: psutil.Process) -> psutil.Process:
    return next(child for child in command.children(recursive=True) if child.name() == "pulumi")


def _family(command: "subprocess.Popen[str]") -> list[psutil.Process]:
    root = psutil.Process(command.pid)
    return [root, *root.children(recursive=True)]


def _wait_for_objects(project: Project, number: int) -> None:
    deadline = time.monotonic() + LIMIT
    while len(project.objects()) < number:
        assert time.monotonic() < deadline, f"{number} objects never existed"
        time.sleep(0.05)


def _wait_all_gone(family: list[psutil.Process]) -> None:
    _, alive = psutil.wait_procs(family, timeout=60)
    assert [p.name() for p in alive if p.status() != psutil.STATUS_ZOMBIE] == []
