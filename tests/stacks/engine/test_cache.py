"""A CLI in the cache is whole or not there, whoever was interrupted and whatever the disk does."""

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from stacks.engine import EngineError, build, pins, resolve
from stacks.engine.pins import Pins
from stacks.engine.progress import Event, PassedOver
from tests.support.engine import descendants, survivors

FakeGo = Callable[..., Path]


@pytest.fixture(autouse=True)
def _build_only(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    del machine
    monkeypatch.setenv("TRUNKLINE_ENGINE", "build")


def test_a_build_that_does_not_run_is_not_kept(fake_go: FakeGo, pinned: Pins, machine: Path) -> None:
    fake_go(building='echo "#!/bin/sh\nexit 9" > "$output"; chmod +x "$output"')
    with pytest.raises(EngineError, match=r"cannot run `pulumi version`"):
        resolve(pinned=pinned)
    assert _folders(machine) == []


def test_a_build_of_another_version_is_not_kept(fake_go: FakeGo, pinned: Pins, machine: Path) -> None:
    fake_go(building='echo "#!/bin/sh\necho v3.1.0" > "$output"; chmod +x "$output"')
    with pytest.raises(EngineError, match=r"should be Pulumi 3.259.0 and calls itself 3.1.0"):
        resolve(pinned=pinned)
    assert _folders(machine) == []


def test_a_damaged_cli_is_made_again(fake_go: FakeGo, pinned: Pins) -> None:
    fake_go()
    made = resolve(pinned=pinned)
    made.executable.write_bytes(b"\x7fELF")
    events: list[Event] = []
    assert resolve(progress=events.append, pinned=pinned) == made
    said = [event.reason for event in events if isinstance(event, PassedOver)]
    assert "The CLI in the cache is damaged and will be made again" in said[0]


def test_a_damaged_cli_that_cannot_be_made_again_is_refused(
    fake_go: FakeGo, pinned: Pins, tools: Path
) -> None:
    fake_go()
    resolve(pinned=pinned).executable.write_bytes(b"")
    (tools / "go").unlink()
    with pytest.raises(EngineError, match=r"There is no `go` on PATH"):
        resolve(pinned=pinned)


def test_a_cache_that_is_a_file_is_named(
    fake_go: FakeGo, pinned: Pins, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_go()
    (tmp_path / "file").touch()
    monkeypatch.setenv("TRUNKLINE_CACHE", str(tmp_path / "file"))
    with pytest.raises(EngineError, match=r"cannot be written .*: set TRUNKLINE_CACHE to a folder"):
        resolve(pinned=pinned)


def test_too_little_room_is_seen_before_the_build(fake_go: FakeGo, pinned: Pins, tmp_path: Path) -> None:
    fake_go(building=f": > {tmp_path}/was-built")
    limits = replace(pinned.build.limits, megabytes=10**9)
    with pytest.raises(EngineError, match=r"is full .* MB are free and 1000000000 MB are needed"):
        resolve(pinned=replace(pinned, build=replace(pinned.build, limits=limits)))
    assert not (tmp_path / "was-built").exists()


def test_a_disk_that_fills_up_leaves_nothing(
    fake_go: FakeGo, pinned: Pins, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUNKLINE_CACHE", str(small_disk))
    fake_go(building='cat /dev/zero > "$output" || exit 1')
    with pytest.raises(EngineError, match=r"the disk is full; make room"):
        resolve(pinned=pinned)
    assert _folders(small_disk) == []
    assert shutil.disk_usage(small_disk).free > 3_000_000


def test_a_read_only_cache_serves_what_it_holds_and_names_itself_otherwise(
    fake_go: FakeGo, pinned: Pins, small_disk: Path, tools: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUNKLINE_CACHE", str(small_disk / "kept"))
    fake_go()
    made = resolve(pinned=pinned)
    _mount("-o", "remount,ro", str(small_disk))
    (tools / "go").unlink()
    assert resolve(pinned=pinned) == made
    fake_go()
    monkeypatch.setenv("TRUNKLINE_CACHE", str(small_disk / "new"))
    with pytest.raises(EngineError, match=r"cannot be written \(Read-only file system\)"):
        resolve(pinned=pinned)


def test_the_key_changes_with_everything_that_decides_the_result(
    pinned: Pins, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = {build.slot(pinned.build).key}
    keys.add(build.slot(replace(pinned.build, version=pinned.build.version.bump_patch())).key)
    for name in ("go.mod", "go.sum", "pulumi-language-python"):
        recipe = tmp_path / name / "pulumi"
        shutil.copytree(pins.RECIPE, recipe)
        (recipe / name).write_text((recipe / name).read_text() + "\n")
        monkeypatch.setattr(build, "RECIPE", recipe)
        keys.add(build.slot(pinned.build).key)
    assert len(keys) == 5


@pytest.mark.timeout(90)
def test_two_processes_build_once_and_the_second_says_whom_it_waits_for(
    fake_go: FakeGo, tmp_path: Path
) -> None:
    fake_go(
        building=f"""
        echo built >> {tmp_path}/builds
        while [ ! -e {tmp_path}/go-on ]; do sleep 0.05; done
        deliver "$output" """
    )
    first = _resolver()
    try:
        _until((tmp_path / "builds").exists)
        second = _resolver()
        try:
            assert second.stdout is not None
            waiting = second.stdout.readline()
            assert f"Process {first.pid} has been preparing" in waiting
            (tmp_path / "go-on").touch()
            found = {_answer(first), _answer(second)}
        finally:
            _end(second)
    finally:
        _end(first)
    assert len(found) == 1
    assert (tmp_path / "builds").read_text() == "built\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_build_ends_go_and_the_next_one_starts_clean(
    fake_go: FakeGo, pinned: Pins, tmp_path: Path, machine: Path, number: signal.Signals
) -> None:
    fake_go(building=f'echo half > "$output"; sleep 600 & : > {tmp_path}/started; wait')
    process = _resolver()
    try:
        _until((tmp_path / "started").exists)
        family = descendants(process.pid)
        assert {"go", "sleep"} <= {each.name() for each in family}
        process.send_signal(number)
        process.wait(30)
        assert survivors(family) == []
    finally:
        _end(process)
    assert _folders(machine) == []
    fake_go(building='[ -d "$GOTMPDIR" ] || exit 1; : > "$GOTMPDIR/object"; deliver "$output"')
    made = resolve(pinned=pinned)
    assert sorted(each.name for each in made.executable.parent.iterdir()) == [
        "pulumi",
        "pulumi-language-python",
    ]
    assert _folders(machine) == [made.executable.parent.parent.name]
    assert not list((machine / "engine").glob("*.staging"))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 4 MB, where this user may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if not _mount("-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)):
        pytest.skip("this user cannot mount a small disk")
    yield folder
    subprocess.run(["/bin/umount", "-l", str(folder)], check=True)


def _mount(*arguments: str) -> bool:
    return subprocess.run(["/bin/mount", *arguments], capture_output=True, check=False).returncode == 0


_RESOLVE = """
import sys
from dataclasses import replace
from stacks.engine import pins, resolve
from stacks.engine.progress import Waiting

def show(event):
    if isinstance(event, Waiting):
        print(event.sentence, flush=True)

real = pins.load()
limits = replace(real.build.limits, megabytes=1)
print(resolve(progress=show, pinned=replace(real, build=replace(real.build, limits=limits))).executable)
"""


def _resolver() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _RESOLVE], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def _answer(process: subprocess.Popen[str]) -> str:
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 0, stderr
    return stdout.splitlines()[-1]


def _end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def _until(happened: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _folders(cache: Path) -> list[str]:
    """The finished folders in a cache."""
    return [each.name for each in (cache / "engine").glob("*") if not each.name.startswith(".")]
