"""The sandbox's process: it ends with its parent, runs once for each directory, says why it cannot start."""

import contextlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from stacks.sandbox import Object, Sandbox, SandboxError, Store
from stacks.sandbox.store import now
from stacks.sandbox.wire import Secret

STARTER = """
import sys, time
from pathlib import Path
from stacks.sandbox import Sandbox
running = Sandbox(Path(sys.argv[1])).start()
print(running.pid, flush=True)
time.sleep(600)
"""

WAIT = 20  # seconds until a process that must end counts as left behind


def ended(pid: int) -> bool:
    try:
        psutil.Process(pid).wait(WAIT)
    except psutil.NoSuchProcess:
        return True
    except psutil.TimeoutExpired:
        return False
    return True


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_it_ends_when_its_parent_ends(tmp_path: Path, number: signal.Signals) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    assert psutil.pid_exists(pid)
    parent.send_signal(number)
    parent.wait(WAIT)
    parent.stdout.close()
    assert ended(pid)
    assert Sandbox(tmp_path).running() is None


def test_it_can_end_with_any_process(tmp_path: Path) -> None:
    other = subprocess.Popen(["sleep", "600"])
    running = Sandbox(tmp_path).start(parent=other.pid)
    other.kill()
    other.wait()
    assert ended(running.pid)


def test_it_does_not_start_for_a_process_that_is_gone(tmp_path: Path) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    with pytest.raises(SandboxError, match=f"should end with process {gone.pid}, which does not run"):
        Sandbox(tmp_path).start(parent=gone.pid)


def test_stopping_leaves_the_state_and_no_process(tmp_path: Path) -> None:
    with Sandbox(tmp_path).start() as running:
        assert set(running.environment) == {"PULUMI_DEBUG_PROVIDERS"}
        assert [part.split(":")[0] for part in running.environment["PULUMI_DEBUG_PROVIDERS"].split(",")] == [
            "aws",
            "azure-native",
            "kubernetes",
        ]
    assert not running.alive
    assert not psutil.pid_exists(running.pid)
    with Store(tmp_path) as store:
        assert store.list() == []


def test_a_second_start_uses_the_running_one_and_does_not_stop_it(tmp_path: Path) -> None:
    with Sandbox(tmp_path).start() as first:
        with Sandbox(tmp_path).start() as second:
            assert second.attached
            assert second.environment == first.environment
        assert first.alive
        with pytest.raises(SandboxError, match=r"already runs in .* with other ports or clusters"):
            Sandbox(tmp_path).start(clusters={"dc1": tmp_path / "kubeconfig"})


def test_another_process_stops_it_and_never_a_stranger(tmp_path: Path) -> None:
    running = Sandbox(tmp_path).start()
    assert Sandbox(tmp_path).stop() is True
    running.stop()
    assert not running.alive
    assert Sandbox(tmp_path).stop() is False
    stranger = {"pid": os.getpid(), "started": 1.0, "ports": {}, "clusters": {}}
    (tmp_path / "sandbox.json").write_text(json.dumps(stranger))
    assert Sandbox(tmp_path).running() is None
    assert Sandbox(tmp_path).stop() is False


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SandboxError, match=rf"Port {port} for the sandbox's aws provider is taken\."):
            Sandbox(tmp_path).start(ports={"aws": port})
    assert Sandbox(tmp_path).running() is None


def test_a_given_port_is_used(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with Sandbox(tmp_path).start(ports={"kubernetes": port}) as running:
        assert f"kubernetes:{port}" in running.environment["PULUMI_DEBUG_PROVIDERS"]


def test_a_directory_that_is_a_file_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SandboxError, match=r"The sandbox cannot use .*file/x"):
        Sandbox(tmp_path / "file" / "x").start()
    with pytest.raises(SandboxError, match="cannot be opened"):
        Store(tmp_path / "file" / "x")


def test_state_of_another_version_is_a_sentence(tmp_path: Path) -> None:
    Store(tmp_path).close()
    with contextlib.closing(sqlite3.connect(tmp_path / "sandbox.db")) as database:
        database.execute("PRAGMA user_version = 99")
    with pytest.raises(SandboxError, match="format 99, this one reads 1"):
        Store(tmp_path)
    with pytest.raises(SandboxError, match="format 99"):
        Sandbox(tmp_path).start()


def test_a_drift_needs_an_object_and_a_path(tmp_path: Path) -> None:
    with Store(tmp_path) as store, pytest.raises(SandboxError, match=r"No objects in .* have the URN urn:x"):
        store.drift("urn:x", {"a": 1})


def test_state_whose_key_was_lost_is_a_sentence(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store.write(
            Object(
                provider="aws",
                scope="s",
                type="t",
                id="i",
                urn="u",
                seed="",
                inputs={"password": Secret("hunter2")},
                outputs={},
                created=now(),
                updated=now(),
            )
        )
    (tmp_path / "sandbox.key").unlink()
    with Store(tmp_path) as store, pytest.raises(SandboxError, match=r"is not the key that the secrets"):
        store.list()
