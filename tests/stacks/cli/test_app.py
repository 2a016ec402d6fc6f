"""What becomes of an error, whatever it is: a sentence and an exit code."""

import pytest

from stacks.cli import app, check, doctor
from stacks.cli.terminal import CommandError


def test_an_unknown_command_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["prevew"]) == 2
    assert "Try: trunkline --help" in capsys.readouterr().err


def test_an_unknown_option_of_a_command_of_ours_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["check", "--colour"]) == 2
    assert "--colour" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("raised", "code", "shown"),
    [
        (CommandError("the sky fell. Hold it up.", code=2), 2, "the sky fell. Hold it up."),
        (KeyboardInterrupt(), 130, "interrupted"),
        (PermissionError(13, "Permission denied", "/etc/x"), 1, "Permission denied (/etc/x)"),
        (ZeroDivisionError("secret detail"), 1, "this is a defect of Trunkline: ZeroDivisionError"),
    ],
)
def test_no_error_ends_in_a_traceback(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    raised: BaseException,
    code: int,
    shown: str,
) -> None:
    def broken(_: str) -> object:
        raise raised

    monkeypatch.setattr(check, "_of_stack", broken)

    assert app.run(["check"]) == code
    said = capsys.readouterr().err
    assert shown in said
    assert "Traceback" not in said
    assert "secret detail" not in said


@pytest.mark.parametrize(
    "command", ["doctor", "check", "scan", "waive", "demo", "preview", "up", "refresh", "destroy", "sandbox"]
)
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run([command, "--help"]) == 0
    assert "Usage" in capsys.readouterr().out


def test_doctor_names_variables_and_never_shows_a_value(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA-NOT-FOR-YOUR-EYES")

    app.run(["doctor"])

    said = capsys.readouterr()
    assert "AWS_ACCESS_KEY_ID" in said.out
    assert "NOT-FOR-YOUR-EYES" not in said.out + said.err


def test_doctor_says_when_nothingcan_run_here(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: object
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.setenv("TRUNKLINE_CACHE", str(tmp_path))

    assert app.run(["doctor"]) == 1
    said = capsys.readouterr()
    assert "Not ready" in said.err
    assert "to get it:" in said.out


def test_doctor_counts_a_go_that_can_build_as_a_way() -> None:
    way = doctor.Line(group="engine", name="Go", state=doctor.State.READY, sentence="")
    gone = doctor.Line(group="engine", name="Pulumi on PATH", state=doctor.State.MISSING, sentence="")

    assert doctor.can_run([gone, way])
    assert not doctor.can_run([gone])
