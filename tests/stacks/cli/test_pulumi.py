"""Running the engine: exit codes, what passes through, advice, interrupts. The engine here is a script."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from stacks.cli import pulumi


def _script(folder: Path, body: str) -> Path:
    path = folder / "pulumi"
    path.write_text(f"#!/usr/bin/env bash\n{body}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("error: incorrect passphrase", "The passphrase does not fit this stack"),
        ("error: the stack is currently locked by 1 lock(s)", "Another update holds this stack"),
        ("write /x: no space left on device", "The disk is full"),
        ("error: no stack selected; specify a stack name", "--stack NAME"),
        ("as it is currently marked for protection. To unprotect the resource", "pulumi state unprotect"),
    ],
)
def test_a_known_error_of_the_engine_gets_advice(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], said: str, advice: str
) -> None:
    engine = _script(tmp_path, f"echo '{said}' >&2; exit 255")

    outcome = pulumi.run(engine, ["stack"], root=tmp_path, variables={})

    shown = capfd.readouterr().err
    assert outcome.code == 255
    assert said in shown
    assert advice in " ".join(shown.split())


def test_an_error_in_the_event_log_gets_advice_too(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    event = '{"diagnosticEvent":{"severity":"error","message":"as it is currently marked for protection"}}'
    engine = _script(tmp_path, f'[ "$2" = --event-log ] && echo \'{event}\' > "$3"; exit 1')

    outcome = pulumi.run(engine, ["destroy", "--yes"], root=tmp_path, variables={})

    assert outcome.code == 1
    assert "pulumi state unprotect" in capfd.readouterr().err


def test_success_gives_no_advice_and_the_summary_of_the_event_log(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    events = (
        '{"policyEvent":{"enforcementLevel":"advisory"}}\\n'
        '{"summaryEvent":{"resourceChanges":{"create":3},"PolicyPacks":{"trunkline":"1"}}}\\n'
        "{cut off"
    )
    engine = _script(tmp_path, f"printf '{events}' > \"$3\"; echo 'error: incorrect passphrase' >&2")

    outcome = pulumi.run(engine, ["up"], root=tmp_path, variables={})

    assert outcome.code == 0
    assert outcome.summary.changes == {"create": 3}
    assert outcome.summary.violations == {"advisory": 1}
    assert outcome.summary.packs == ("trunkline",)
    assert "what to do" not in capfd.readouterr().err


def test_arguments_and_variables_reach_the_engine_as_they_are(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    engine = _script(tmp_path, 'printf "%s|" "$@"; printf "%s" "$MARK"')

    pulumi.run(engine, ["config", "--x=a b", "*"], root=tmp_path, variables={"MARK": "here"})

    assert capfd.readouterr().out == "config|--x=a b|*|here"


def test_an_interrupt_reaches_the_engine_once_and_its_exit_code_comes_back(tmp_path: Path) -> None:
    trap = f"trap 'echo interrupted >> {tmp_path}/seen; exit 7' INT"
    engine = _script(tmp_path, f"{trap}; echo > {tmp_path}/up; while :; do sleep 0.1; done")
    program = (
        "import sys; from pathlib import Path; from stacks.cli import pulumi; "
        f"sys.exit(pulumi.run(Path({str(engine)!r}), ['config'], root=Path('.'), variables={{}}).code)"
    )
    command = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.DEVNULL, start_new_session=True
    )
    deadline = time.monotonic() + 30
    while not (tmp_path / "up").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)

    os.kill(command.pid, signal.SIGINT)

    assert command.wait(timeout=30) == 7
    assert (tmp_path / "seen").read_text(encoding="utf-8") == "interrupted\n"
