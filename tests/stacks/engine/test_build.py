"""What goes wrong while a CLI is built, as a sentence."""

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from stacks.engine import EngineError, build, pins, resolve
from stacks.engine.pins import Pins
from tests.support.engine import descendants, survivors

FakeGo = Callable[..., Path]


@pytest.fixture(autouse=True)
def _build_only(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    del machine
    monkeypatch.setenv("TRUNKLINE_ENGINE", "build")


@pytest.mark.parametrize(
    ("printed", "said"),
    [
        ("write /tmp/b001/_pkg_.a: no space left on device", "the disk is full; make room"),
        (
            'go: example.com/x@v1: Get "https://modules.example/x": dial tcp: lookup proxy: no such host',
            "the Go modules cannot be downloaded; check the network",
        ),
        (
            "verifying github.com/x/y@v1: checksum mismatch",
            "a module is not what go.sum says it is, so nothing was built",
        ),
        ("go: go.mod requires go >= 1.25.11 (running go 1.25.0; GOTOOLCHAIN=local)", "this Go is too old"),
        ("mkdir /home/ann/.cache/go-build: read-only file system", "Go cannot write its own caches"),
        ("internal compiler error: nobody knows", "go failed: internal compiler error: nobody knows"),
    ],
)
def test_a_failed_build_says_what_it_means(fake_go: FakeGo, pinned: Pins, printed: str, said: str) -> None:
    fake_go(building=f"echo '{printed}' >&2; exit 1")
    with pytest.raises(EngineError) as caught:
        resolve(pinned=pinned)
    assert said in str(caught.value)
    assert "Traceback" not in str(caught.value)


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ("go1.19.4", "is Go 1.19.4, which is too old: 1.25.11 or later is needed"),
        ("go1.25.10", "too old"),
        ("devel", "cannot say its version"),
    ],
)
def test_a_go_that_cannot_build_it_is_named(fake_go: FakeGo, pinned: Pins, version: str, said: str) -> None:
    fake_go(version=version)
    with pytest.raises(EngineError, match=said):
        resolve(pinned=pinned)


@pytest.fixture
def left_over() -> Callable[[], list[psutil.Process]]:
    """What the test started and did not end; the processes of other fixtures are not its business."""
    before = set(descendants(os.getpid()))
    return lambda: survivors([each for each in descendants(os.getpid()) if each not in before])


def test_a_hanging_go_is_ended(
    fake_go: FakeGo, pinned: Pins, left_over: Callable[[], list[psutil.Process]]
) -> None:
    limits = replace(pinned.build.limits, silence_seconds=0.5)
    fake_go(building="echo example.com/one >&2; sleep 600")
    with pytest.raises(EngineError, match=r"it said nothing for 0.5 seconds"):
        resolve(pinned=replace(pinned, build=replace(pinned.build, limits=limits)))
    assert left_over() == []


def test_an_endless_go_is_ended(
    fake_go: FakeGo, pinned: Pins, left_over: Callable[[], list[psutil.Process]]
) -> None:
    limits = replace(pinned.build.limits, limit_seconds=1)
    fake_go(building="while sleep 0.1; do echo example.com/more >&2; done")
    with pytest.raises(EngineError, match=r"it was not done after 1 seconds"):
        resolve(pinned=replace(pinned, build=replace(pinned.build, limits=limits)))
    assert left_over() == []


@pytest.mark.engine
def test_the_real_go_refuses_a_module_that_is_not_the_pinned_one(
    pinned: Pins, tmp_path: Path, real_go: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    del real_go
    recipe = tmp_path / "pulumi"
    shutil.copytree(pins.RECIPE, recipe)
    sums = (recipe / "go.sum").read_text()
    module = f"github.com/pulumi/pulumi/pkg/v3 v{pinned.build.version} h1:"
    start = sums.index(module) + len(module)
    (recipe / "go.sum").write_text(sums[:start] + "AAAA" + sums[start + 4 :])
    monkeypatch.setattr(build, "RECIPE", recipe)
    with pytest.raises(EngineError, match=r"a module is not what go.sum says it is"):
        resolve(pinned=pinned)


@pytest.mark.engine
@pytest.mark.parametrize("proxy", ["http://127.0.0.1:9", "off"])
def test_the_real_go_without_a_network_is_understood(
    pinned: Pins, tmp_path: Path, real_go: None, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    del real_go
    monkeypatch.setenv("GOPROXY", proxy)
    monkeypatch.setenv("GOMODCACHE", str(tmp_path / "modules"))
    with pytest.raises(EngineError, match=r"the Go modules cannot be downloaded; check the network"):
        resolve(pinned=pinned)


@pytest.fixture
def real_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's own Go, put back on PATH."""
    usual = os.pathsep.join(["/usr/local/go/bin", "/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"])
    monkeypatch.setenv("PATH", os.environ["PATH"] + os.pathsep + usual)
    if shutil.which("go") is None:
        pytest.skip("Go is not installed")
