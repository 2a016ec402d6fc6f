"""Ways to make an update die, and what has to hold after the next one."""

import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable

import psutil

from stacks.sandbox import Fault, Kind, Moment, Operation, Store
from tests.end_to_end.project import LIMIT, ROOT, Project, custom


def crash(token: str, operation: Operation, moment: Moment) -> Fault:
    """A provider that dies at a call about a type."""
    return Fault(type=token, operation=operation, kind=Kind.CRASH, moment=moment)


def arm(project: Project, fault: Fault) -> None:
    """Let a fault wait for the next command."""
    with Store(project.local / "sandbox") as store:
        store.faults.add(fault)


def waiting(project: Project) -> list[Fault]:
    """The faults that no call has met; none of them is armed any more."""
    with Store(project.local / "sandbox") as store:
        left = store.faults.list()
        store.faults.clear()
    return left


def assert_nothing_stands_twice(project: Project) -> None:
    """No object was made a second time, whatever the engine knows by now."""
    counts = Counter(item.urn for item in project.objects())
    twice = [urn for urn, count in counts.items() if count > 1]
    assert not twice, f"made twice: {twice}"


def assert_converged(project: Project, *flags: str) -> None:
    """The engine and the simulated clouds agree about every object, and nothing is left to do."""
    with Store(project.local / "sandbox") as store:
        store.faults.clear()
    known = Counter((r["urn"], r["id"]) for r in custom(project.state()))
    existing = Counter((o.urn, o.id) for o in project.objects())
    assert existing == known, f"orphans: {existing - known}, lost: {known - existing}"
    assert_nothing_stands_twice(project)
    project.run("preview", "--expect-no-changes", *flags)


def running(project: Project, *flags: str) -> "subprocess.Popen[str]":
    """An update that has just been started."""
    return subprocess.Popen(
        project.command(
            "up", "--sandbox", "--yes", "--skip-preview", "--config-file", str(project.config), *flags
        ),
        cwd=ROOT,
        env=project.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def kill_when(
    project: Project, objects: int, whom: Callable[[psutil.Process], psutil.Process], *flags: str
) -> list[psutil.Process]:
    """Start an update, kill one of its processes once so many objects exist, and return all of them."""
    with running(project, *flags) as command:
        wait_for_objects(project, objects, command)
        alive = family(command)
        os.kill(whom(psutil.Process(command.pid)).pid, signal.SIGKILL)
        command.communicate(timeout=LIMIT)
    with Store(project.local / "sandbox") as store:
        store.faults.clear()
    return alive


def engine_of(command: psutil.Process) -> psutil.Process:
    """The engine that a command runs."""
    return next(child for child in command.children(recursive=True) if child.name() == "pulumi")


def family(command: "subprocess.Popen[str]") -> list[psutil.Process]:
    """A command and everything that it started."""
    root = psutil.Process(command.pid)
    return [root, *root.children(recursive=True)]


def wait_for_objects(project: Project, number: int, command: "subprocess.Popen[str]") -> None:
    """Wait until an update under way has made so many objects."""
    deadline = time.monotonic() + LIMIT
    while len(project.objects()) < number:
        assert command.poll() is None, f"the update ended before {number} objects: {command.communicate()}"
        assert time.monotonic() < deadline, f"{number} objects never existed"
        time.sleep(0.05)


def wait_all_gone(processes: list[psutil.Process]) -> None:
    """Wait until processes are over."""
    _, alive = psutil.wait_procs(processes, timeout=60)
    assert [p.name() for p in alive if p.status() != psutil.STATUS_ZOMBIE] == []
