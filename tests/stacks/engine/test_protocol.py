"""The language host spoken to directly, as the engine does, in the corners that a whole run rarely meets."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import grpc
import psutil
import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import language_pb2
from pulumi.runtime.proto.language_pb2_grpc import LanguageRuntimeStub

from tests.support.engine import descendants, survivors

_SLEEP = "import pathlib, time; pathlib.Path('started').touch(); time.sleep(600)"


@pytest.fixture
def host() -> Iterator[subprocess.Popen[str]]:
    """A language host whose engine is this test."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "stacks.engine.language_host", "-v=9", "127.0.0.1:1"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    yield process
    family = [*descendants(process.pid), psutil.Process(process.pid)] if process.poll() is None else []
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
    survivors(family, seconds=5)


@pytest.fixture
def stub(host: subprocess.Popen[str]) -> Iterator[LanguageRuntimeStub]:
    assert host.stdout is not None
    with grpc.insecure_channel(f"127.0.0.1:{int(host.stdout.readline())}") as channel:
        yield LanguageRuntimeStub(channel)


def test_a_plugin_gets_folder_arguments_and_environment_and_its_outputs_are_told_apart(
    stub: LanguageRuntimeStub, tmp_path: Path
) -> None:
    program = _program(
        tmp_path,
        """
        import os, sys
        print(sys.argv[1:], os.getcwd(), os.environ["GIVEN"], flush=True)
        print("complaint", file=sys.stderr)
        sys.exit(3)
        """,
    )
    request = _request(program, tmp_path)
    request.args.extend(["one", "two"])
    answers = list(stub.RunPlugin(request))
    stdout = b"".join(answer.stdout for answer in answers).decode()
    assert stdout == f"['one', 'two'] {tmp_path} a=b\n"
    assert b"".join(answer.stderr for answer in answers) == b"complaint\n"
    assert answers[-1].exitcode == 3


def test_a_plugin_whose_call_is_cancelled_is_ended(
    host: subprocess.Popen[str], stub: LanguageRuntimeStub, tmp_path: Path
) -> None:
    call = stub.RunPlugin(_request(_program(tmp_path, _SLEEP), tmp_path))
    family = _started(host, tmp_path)
    call.cancel()
    assert survivors(family) == []
    assert stub.About(language_pb2.AboutRequest()).executable == sys.executable


def test_cancel_ends_what_runs_and_keeps_the_host(
    host: subprocess.Popen[str], stub: LanguageRuntimeStub, tmp_path: Path
) -> None:
    call = stub.RunPlugin(_request(_program(tmp_path, _SLEEP), tmp_path))
    family = _started(host, tmp_path)
    stub.Cancel(Empty())
    assert survivors(family) == []
    assert [answer.exitcode for answer in call] == [-signal.SIGTERM]
    assert stub.About(language_pb2.AboutRequest()).executable == sys.executable


def test_a_host_whose_engine_is_gone_ends_with_its_plugins(
    host: subprocess.Popen[str], stub: LanguageRuntimeStub, tmp_path: Path
) -> None:
    call = stub.RunPlugin(_request(_program(tmp_path, _SLEEP), tmp_path))
    family = [psutil.Process(host.pid), *_started(host, tmp_path)]
    assert host.stdin is not None
    host.stdin.close()
    assert survivors(family) == []
    call.cancel()


def test_a_host_started_by_hand_says_what_it_is() -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "stacks.engine.language_host"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("This is the Python language host of the Pulumi CLI")


def _program(folder: Path, text: str) -> Path:
    program = folder / "program"
    program.mkdir()
    (program / "__main__.py").write_text(dedent(text))
    return program


def _request(program: Path, cwd: Path) -> language_pb2.RunPluginRequest:
    info = language_pb2.ProgramInfo(root_directory=str(program), program_directory=str(program))
    return language_pb2.RunPluginRequest(pwd=str(cwd), info=info, env=["GIVEN=a=b"], kind="resource")


def _started(host: subprocess.Popen[str], folder: Path) -> list[psutil.Process]:
    deadline = time.monotonic() + 30
    while not (folder / "started").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return descendants(host.pid)
