"""Manifests out of Go modules: pinned by checksum, and refused when they are not what was pinned."""

from pathlib import Path

import pytest

from tests.control_plane import fake_go
from tests.support.control_plane import manifests
from tests.support.control_plane.errors import ControlPlaneError


def silent(line: str) -> None:
    del line


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUNKLINE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")


def test_a_module_with_another_checksum_is_refused(tmp_path: Path) -> None:
    fake_go.install(tmp_path, """echo '{"Dir": "/", "Sum": "h1:other"}'""")
    with pytest.raises(ControlPlaneError, match=r"rook.*has the checksum h1:other, and manifests\.yaml pins"):
        manifests.custom_resources(["rook"], silent)


def test_a_module_that_cannot_be_had_is_named_with_the_reason(tmp_path: Path) -> None:
    fake_go.install(tmp_path, """echo '{"Error": "403 Forbidden"}'; exit 1""")
    with pytest.raises(ControlPlaneError, match=r"sigs\.k8s\.io/jobset@v\S+ cannot be had: 403 Forbidden"):
        manifests.custom_resources(["jobset"], silent)


def test_an_unknown_set_is_answered_with_those_there_are() -> None:
    with pytest.raises(ControlPlaneError, match=r"called 'rok'. Known: rook, jobset, karpenter, prometheus"):
        manifests.custom_resources(["rok"], silent)
