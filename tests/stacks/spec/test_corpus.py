"""Every broken file gives one clear error: the place, the key, and what to do; nothing else escapes."""

from pathlib import Path

import pytest

from stacks.spec import SpecError, load
from stacks.spec.problems import dotted
from tests.stacks.spec.case import CORPUS, Case
from tests.stacks.spec.corpus import CASES


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_broken_file_gives_one_clear_error(case: Case, tmp_path: Path) -> None:
    file = case.write(tmp_path)

    with pytest.raises(SpecError) as caught:
        load(file)

    error = caught.value
    wanted = (case.line, case.path, case.code)
    about = [p for p in error.problems if (p.where.line, dotted(p.path), p.code) == wanted]
    assert about, str(error)
    assert all(part in str(about[0]) for part in case.expected), str(about[0])
    assert case.problems in {None, len(error.problems)}, str(error)
    assert all(problem.where.file.is_relative_to(file.parent) for problem in error.problems)
    assert all(problem.fix.endswith(".") for problem in error.problems)


def test_the_corpus_and_its_table_name_the_same_files() -> None:
    written = {file.stem for file in CORPUS.iterdir() if file.is_file()}

    assert written == {case.name for case in CASES if case.make is None}
    assert len({case.name for case in CASES}) == len(CASES) >= 60
