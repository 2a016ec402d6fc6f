"""An empty machine for the resolver: own PATH, own cache, and executables that are small scripts."""

import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import pytest

from stacks.engine import Engine, pins, resolve
from stacks.engine.pins import Pins

MakeExecutable = Callable[[str, str], Path]


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """The built CLI, even on a machine that has the official one: only it uses our language host."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRUNKLINE_ENGINE", "build")
        yield resolve()


@pytest.fixture
def pinned() -> Pins:
    """The real pins, with a host that no resolver knows (RFC 2606) and without need for much room."""
    real = pins.load()
    release = replace(real.release, host="pulumi.invalid")
    build = replace(real.build, limits=replace(real.build.limits, megabytes=1))
    return replace(real, release=release, build=build)


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """The folder that is all of PATH, with nothing in it but a shell's own tools."""
    folder = tmp_path / "tools"
    folder.mkdir()
    for name in ("sh", "cat", "chmod", "sleep", "mkdir"):
        found = shutil.which(name)
        assert found is not None
        (folder / name).symlink_to(found)
    return folder


@pytest.fixture
def machine(tmp_path: Path, tools: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without Pulumi and without Go; the value is its cache folder."""
    cache = tmp_path / "cache"
    monkeypatch.setenv("PATH", str(tools))
    monkeypatch.setenv("TRUNKLINE_CACHE", str(cache))
    monkeypatch.delenv("TRUNKLINE_ENGINE", raising=False)
    return cache


@pytest.fixture
def executable(tools: Path) -> MakeExecutable:
    """Put a shell script on PATH: ``executable("pulumi", "echo v3.259.0")``."""

    def make(name: str, script: str) -> Path:
        file = tools / name
        file.write_text(f"#!/bin/sh\n{dedent(script)}\n")
        file.chmod(file.stat().st_mode | stat.S_IXUSR)
        return file

    return make


@pytest.fixture
def fake_go(executable: MakeExecutable, pinned: Pins) -> Callable[..., Path]:
    """Put a ``go`` on PATH that "builds" a script in place of Pulumi; the steps can be replaced."""

    def make(*, version: str = "go1.99.0", listing: str = "", building: str = "") -> Path:
        listing = listing or 'printf "true\\ntrue\\nfalse\\n"'
        building = building or 'echo example.com/one >&2; echo example.com/two >&2; deliver "$output"'
        return executable(
            "go",
            f"""
            deliver() {{
                printf '#!/bin/sh\\necho v{pinned.build.version}\\n' > "$1"
                chmod +x "$1"
            }}
            case "$1" in
            env) printf '{version}\\nlocal\\n' ;;
            list) {listing} ;;
            build)
                for argument in "$@"; do
                    [ "$before" = "-o" ] && output="$argument"
                    before="$argument"
                done
                {building} ;;
            esac
            """,
        )

    return make
