"""Every broken contract gives one clear error, in the loader and on the command line."""

from pathlib import Path

import pytest

from stacks.cli import app
from stacks.spec import SpecError, load
from stacks.spec.problems import dotted
from tests.stacks.imports.case import Case
from tests.stacks.imports.corpus import CASES


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_broken_contract_gives_one_clear_error(case: Case, tmp_path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        load(case.write(tmp_path))

    problems = caught.value.problems
    wanted = (case.line, case.path, case.code)
    about = [each for each in problems if (each.where.line, dotted(each.path), each.code) == wanted]
    assert about, str(caught.value)
    assert all(part in str(about[0]) for part in case.expected), str(about[0])
    assert case.problems in {None, len(problems)}, str(caught.value)
    named = "platform.yaml" if case.platform else "clicks.contract"
    assert about[0].where.file.name == named
    assert all(each.fix.endswith(".") for each in problems)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_command_ends_with_exit_code_2_and_no_traceback(
    case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = app.run(["check", str(case.write(tmp_path))])

    said = capsys.readouterr()
    assert code == 2
    assert said.out == ""
    assert "Traceback" not in said.err
    assert "AKIA" not in said.err
    for fragment in case.expected:
        assert "".join(fragment.split()) in "".join(said.err.split())


def test_the_corpus_is_as_large_as_promised() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 50
