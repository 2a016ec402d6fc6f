"""Which CLI is taken, and what is said about those that are not."""

from collections.abc import Callable
from pathlib import Path

import pytest

from stacks.engine import EngineError, resolve
from stacks.engine.pins import Pins
from stacks.engine.progress import Advanced, Event, Found, PassedOver, Started, Step
from tests.stacks.engine.conftest import MakeExecutable

FakeGo = Callable[..., Path]


@pytest.fixture(autouse=True)
def _machine(machine: Path) -> None:
    del machine


def test_a_cli_on_path_is_taken(executable: MakeExecutable, pinned: Pins) -> None:
    wanted = executable("pulumi", f"echo v{pinned.accepted.minimum}")
    executable("pulumi-language-python", "exit 0")
    engine = resolve(pinned=pinned)
    assert (engine.executable, engine.version, engine.origin) == (
        wanted,
        str(pinned.accepted.minimum),
        "path",
    )


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo v3.1.0", "is Pulumi 3.1.0, which is too old: 3.259.0 or later, before 4.0.0, is needed"),
        ("echo v3.259.0-alpha.1", "too old"),
        ("echo v4.0.0", "too new"),
        ("echo hello", "answers 'hello' to `pulumi version`, which is no version"),
        ("exit 0", "which is no version"),
        ("echo broken pipe >&2; exit 3", "cannot run `pulumi version` (exit 3: broken pipe)"),
        ("kill -9 $$", "cannot run `pulumi version`"),
    ],
)
def test_an_unusable_cli_on_path_is_passed_over_with_a_sentence(
    executable: MakeExecutable, fake_go: FakeGo, pinned: Pins, script: str, said: str
) -> None:
    executable("pulumi", script)
    executable("pulumi-language-python", "exit 0")
    fake_go()
    events: list[Event] = []
    assert resolve(progress=events.append, pinned=pinned).origin == "build"
    assert said in _reason(events, Step.PATH)


def test_a_cli_that_cannot_run_python_is_passed_over(
    executable: MakeExecutable, fake_go: FakeGo, pinned: Pins
) -> None:
    executable("pulumi", "echo v3.260.0")
    fake_go()
    events: list[Event] = []
    assert resolve(progress=events.append, pinned=pinned).origin == "build"
    assert "has no pulumi-language-python beside it" in _reason(events, Step.PATH)


def test_a_file_that_is_no_program_is_passed_over(tools: Path, fake_go: FakeGo, pinned: Pins) -> None:
    (tools / "pulumi").write_bytes(b"\x7fELF but nothing more")
    (tools / "pulumi").chmod(0o755)
    fake_go()
    events: list[Event] = []
    assert resolve(progress=events.append, pinned=pinned).origin == "build"
    assert "does not run" in _reason(events, Step.PATH)


def test_without_a_network_the_build_follows_the_release(fake_go: FakeGo, pinned: Pins) -> None:
    fake_go()
    events: list[Event] = []
    engine = resolve(progress=events.append, pinned=pinned)
    assert engine.origin == "build"
    assert "pulumi.invalid cannot be reached" in _reason(events, Step.RELEASE)
    assert isinstance(events[-1], Found)


def test_the_build_reports_packages_against_their_number(fake_go: FakeGo, pinned: Pins) -> None:
    fake_go(listing='echo "go: downloading example.com/m v1.0.0" >&2; printf "true\\ntrue\\nfalse\\n"')
    events: list[Event] = []
    resolve(progress=events.append, pinned=pinned)
    measured = [(e.done, e.total, e.unit, e.detail) for e in events if isinstance(e, Advanced)]
    assert measured == [
        (1, None, "modules", "example.com/m v1.0.0"),
        (1, 2, "packages", "example.com/one"),
        (2, 2, "packages", "example.com/two"),
    ]
    slow = [e for e in events if isinstance(e, Started) and e.doing.startswith("building")]
    assert slow[0].usually == pinned.build.limits.usually


def test_what_was_built_once_is_found_without_go_and_without_the_network(
    fake_go: FakeGo, tools: Path, pinned: Pins
) -> None:
    fake_go()
    first = resolve(pinned=pinned)
    (tools / "go").unlink()
    events: list[Event] = []
    assert resolve(progress=events.append, pinned=pinned) == first
    assert not [e for e in events if isinstance(e, Started) and e.step is not Step.PATH]


def test_nothing_at_all_says_why_for_each_step_and_what_to_install(pinned: Pins) -> None:
    with pytest.raises(EngineError) as caught:
        resolve(pinned=pinned)
    message = str(caught.value)
    assert "On PATH: There is no `pulumi` on PATH." in message
    assert "Official release: The official release cannot be downloaded" in message
    assert "Build with Go: There is no `go` on PATH" in message
    assert "Install Pulumi 3.259.0 or later:" in message
    assert "Or install Go 1.25.11 or later" in message


def test_a_forced_step_is_the_only_one(
    executable: MakeExecutable, fake_go: FakeGo, pinned: Pins, monkeypatch: pytest.MonkeyPatch
) -> None:
    executable("pulumi", "echo v3.260.0")
    executable("pulumi-language-python", "exit 0")
    fake_go()
    monkeypatch.setenv("TRUNKLINE_ENGINE", "build")
    assert resolve(pinned=pinned).origin == "build"
    monkeypatch.setenv("TRUNKLINE_ENGINE", "path")
    assert resolve(pinned=pinned).origin == "path"
    monkeypatch.setenv("TRUNKLINE_ENGINE", "release")
    with pytest.raises(EngineError, match="TRUNKLINE_ENGINE=release forbids the other ways"):
        resolve(pinned=pinned)


def test_a_misspelt_step_is_refused(pinned: Pins, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUNKLINE_ENGINE", "biuld")
    with pytest.raises(EngineError, match="it can be path, release, build"):
        resolve(pinned=pinned)


def test_our_own_build_on_path_is_not_mistaken_for_an_installed_one(
    fake_go: FakeGo, pinned: Pins, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shell in which ``Engine.environment()`` was exported has the cache on PATH."""
    fake_go()
    built = resolve(pinned=pinned)
    monkeypatch.setenv("PATH", built.environment()["PATH"])
    again = resolve(pinned=pinned)
    assert again == built
    assert again.environment() == built.environment()


def test_the_release_does_not_meet_the_launcher_of_a_build(
    fake_go: FakeGo, pinned: Pins, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_go()
    built = resolve(pinned=pinned)
    monkeypatch.setenv("PATH", built.environment()["PATH"])
    from_path = type(built)(Path("/opt/pulumi/pulumi"), "3.272.0", "path")
    assert str(built.executable.parent) not in from_path.environment()["PATH"]


def _reason(events: list[Event], step: Step) -> str:
    return next(event.reason for event in events if isinstance(event, PassedOver) and event.step is step)
