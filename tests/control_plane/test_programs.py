"""Building the control plane's programs: once, completely, or with a sentence that says why not."""

from pathlib import Path

import pytest

from tests.control_plane import fake_go
from tests.support.control_plane import cache, programs
from tests.support.control_plane.errors import ControlPlaneError

EVERY_PROGRAM = {"etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok"}


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUNKLINE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")


def silent(line: str) -> None:
    del line


def test_each_program_is_built_once(tmp_path: Path) -> None:
    calls = fake_go.install(tmp_path, fake_go.BUILDS)
    found = programs.built(silent)
    assert set(found) == EVERY_PROGRAM
    assert all(program.is_file() for program in found.values())
    builds = calls.read_text()
    assert programs.built(silent) == found
    assert calls.read_text() == builds


def test_go_sum_is_never_changed_whatever_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOFLAGS", "-mod=mod")
    calls = fake_go.install(tmp_path, fake_go.BUILDS + '[ -z "$GOFLAGS" ]')
    programs.built(silent)
    assert all("-mod=readonly" in call for call in calls.read_text().splitlines())


def test_what_is_built_is_said_before_it_takes_long(tmp_path: Path) -> None:
    fake_go.install(tmp_path, fake_go.BUILDS)
    lines: list[str] = []
    programs.built(lines.append)
    assert "Building etcd from the Go module go.etcd.io/etcd/server/v3 v3.6.5, once: 1 minute." in lines


def test_another_recipe_is_another_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_go.install(tmp_path, fake_go.BUILDS)
    before = programs.built(silent)
    changed = tmp_path / "programs.yaml"
    changed.write_text((programs.HERE / "programs.yaml").read_text() + "\n# changed\n")
    monkeypatch.setattr(programs, "_SOURCE", changed)
    assert not set(before.values()) & set(programs.built(silent).values())


def test_a_failed_build_leaves_nothing_and_quotes_go(tmp_path: Path) -> None:
    fake_go.install(tmp_path, "echo 'verifying module: checksum mismatch' >&2; exit 1")
    with pytest.raises(ControlPlaneError, match=r"etcd could not be built(.|\n)*checksum mismatch"):
        programs.built(silent)
    assert [each.name for each in cache.folder().iterdir() if each.is_dir()] == []


def test_a_program_that_does_not_run_never_enters_the_cache(tmp_path: Path) -> None:
    fake_go.install(tmp_path, fake_go.BUILDS.replace("v3.6.5", "v0.0.0"))
    with pytest.raises(ControlPlaneError, match=r"does not call itself v3\.6\.5"):
        programs.built(silent)
    assert [each.name for each in cache.folder().iterdir() if each.is_dir()] == []


def test_without_go_the_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ControlPlaneError, match=r"Go is not on PATH.*Install Go 1\.26"):
        programs.built(silent)


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a-file").touch()
    monkeypatch.setenv("TRUNKLINE_CACHE", str(tmp_path / "a-file"))
    with pytest.raises(ControlPlaneError, match=r"a-file.*cannot be written.*TRUNKLINE_CACHE"):
        programs.built(silent)


def test_what_a_killed_build_left_behind_is_not_taken_for_a_result(tmp_path: Path) -> None:
    def half(partial: Path) -> None:
        (partial / "half").touch()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cache.made("thing", half, silent)
    (cache.folder() / "thing.partial").mkdir()
    (cache.folder() / "thing.partial" / "half").touch()
    whole = cache.made("thing", lambda partial: (partial / "whole").touch(), silent)
    assert [each.name for each in whole.iterdir()] == ["whole"]
    del tmp_path
