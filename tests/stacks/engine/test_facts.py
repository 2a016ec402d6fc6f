"""What ``trunkline doctor`` is told, without anything being fetched."""

from collections.abc import Callable
from pathlib import Path

import pytest

from stacks.engine import Fact, State, describe, resolve
from stacks.engine.pins import Pins
from tests.stacks.engine.conftest import MakeExecutable

FakeGo = Callable[..., Path]


@pytest.fixture(autouse=True)
def _machine(machine: Path) -> None:
    del machine


def test_an_empty_machine_is_told_what_to_get(pinned: Pins) -> None:
    facts = _by_name(pinned)
    assert facts["Pulumi on PATH"].state is State.MISSING
    assert "https://www.pulumi.com/docs/install/" in facts["Pulumi on PATH"].remedy
    assert facts["Official release"].state is State.MISSING
    assert facts["Build with Go"].state is State.MISSING
    assert facts["Go"].state is State.MISSING
    assert "https://go.dev/doc/install" in facts["Go"].remedy
    assert facts["Cache"].state is State.READY


def test_what_is_there_is_named_with_path_and_version(
    executable: MakeExecutable, fake_go: FakeGo, pinned: Pins
) -> None:
    go = fake_go()
    built = resolve(pinned=pinned)
    pulumi = executable("pulumi", "echo v3.260.0")
    executable("pulumi-language-python", "exit 0")
    facts = _by_name(pinned)
    assert (facts["Pulumi on PATH"].path, facts["Pulumi on PATH"].version) == (str(pulumi), "3.260.0")
    assert (facts["Go"].path, facts["Go"].version) == (str(go), "1.99.0")
    assert (facts["Build with Go"].path, facts["Build with Go"].version) == (
        str(built.executable),
        built.version,
    )
    assert all(facts[name].remedy == "" for name in ("Pulumi on PATH", "Go", "Build with Go", "Cache"))


def test_what_is_there_and_cannot_be_used_says_why(
    executable: MakeExecutable, fake_go: FakeGo, pinned: Pins, machine: Path
) -> None:
    fake_go()
    resolve(pinned=pinned).executable.write_bytes(b"")
    fake_go(version="go1.19.0")
    executable("pulumi", "echo v3.1.0")
    facts = _by_name(pinned)
    assert "too old" in facts["Pulumi on PATH"].sentence
    assert "too old" in facts["Go"].sentence
    assert "It will be made again." in facts["Build with Go"].sentence
    unusable = {name for name, fact in facts.items() if fact.state is State.UNUSABLE}
    assert unusable == {"Pulumi on PATH", "Go", "Build with Go"}
    assert machine.exists()


def test_a_cache_that_cannot_be_written_is_named(
    pinned: Pins, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("TRUNKLINE_CACHE", str(tmp_path / "file"))
    cache = _by_name(pinned)["Cache"]
    assert cache.state is State.UNUSABLE
    assert "TRUNKLINE_CACHE" in cache.remedy


def test_a_forced_step_is_mentioned(pinned: Pins, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "TRUNKLINE_ENGINE" not in _by_name(pinned)
    monkeypatch.setenv("TRUNKLINE_ENGINE", "path")
    assert "'path'" in _by_name(pinned)["TRUNKLINE_ENGINE"].sentence


def _by_name(pinned: Pins) -> dict[str, Fact]:
    return {fact.name: fact for fact in describe(pinned)}
