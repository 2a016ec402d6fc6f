"""``trunkline check``: every broken file gives its problems and exit code 2, a good one a summary."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from stacks.cli import app
from tests.stacks.spec.case import Case
from tests.stacks.spec.corpus import CASES

ROOT = Path(__file__).resolve().parents[3]
PLATFORMS = sorted((ROOT / "stacks" / "platforms").glob("*.yaml"))


# The operating system takes no NUL in an argument, so that path cannot come from a command line.
TYPED = [case for case in CASES if case.name != "path-with-nul"]


@pytest.mark.parametrize("case", TYPED, ids=lambda case: case.name)
def test_a_broken_file_gives_exit_code_2_and_says_why(
    case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = case.write(tmp_path)

    code = app.run(["check", str(file)])

    said = capsys.readouterr()
    assert code == 2
    assert said.out == ""
    assert "Traceback" not in said.err
    assert "Nothing was created or changed" in said.err
    for fragment in case.expected:
        assert _spaceless(fragment) in _spaceless(said.err)


def test_the_corpus_is_as_large_as_promised() -> None:
    assert len(TYPED) >= 60


def test_a_machine_gets_one_json_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "platform.yaml"
    file.write_text("platform: acme\nsites: {}\nowner: {team: a}\n", encoding="utf-8")

    code = app.run(["check", "--json", str(file)])

    answer = json.loads(capsys.readouterr().out)
    assert code == 2
    assert answer["ok"] is False
    assert {tuple(problem["path"]) for problem in answer["problems"]} >= {("sites",), ("owner", "contact")}
    assert all(problem["line"] > 0 and problem["fix"] for problem in answer["problems"])


@pytest.mark.parametrize("file", PLATFORMS, ids=lambda path: path.name)
def test_every_example_has_no_problem(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["check", "--json", str(file)]) == 0
    assert json.loads(capsys.readouterr().out)["problems"] == []


def test_without_a_file_the_stack_config_names_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["check"]) == 0
    assert "acme.yaml" in capsys.readouterr().err


def test_a_stack_without_config_is_named_together_with_those_that_have_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert app.run(["check", "--stack", "prd"]) == 2
    said = capsys.readouterr().err
    assert "Pulumi.prd.yaml" in said
    assert "sandbox" in said


def test_a_check_needs_neither_engine_nor_provider_sdk() -> None:
    """What is not imported cannot slow it down: the promise is an answer within a second."""
    program = (
        "import sys; from stacks.cli import app; app.run(['check', sys.argv[1]]); "
        "heavy = ('pulumi', 'pulumi_aws', 'grpc', 'botocore'); "
        "print(sorted(m for m in sys.modules if m.split('.')[0] in heavy))"
    )

    done = subprocess.run(
        [sys.executable, "-c", program, str(PLATFORMS[0])],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )

    assert done.stdout.splitlines()[-1] == "[]"


def _spaceless(text: str) -> str:
    """Line breaks and indentation are layout and not content."""
    return "".join(text.split())
