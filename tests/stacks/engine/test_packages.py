"""What the engine is told about the installed provider SDKs and their dependencies."""

import json
from importlib import metadata
from pathlib import Path

import pytest

from stacks.engine.language_host import packages


@pytest.fixture(autouse=True)
def _nothing_attached(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PULUMI_DEBUG_PROVIDERS", raising=False)


def test_the_installed_sdks_name_their_plugins() -> None:
    named = {package.name: (package.kind, package.version) for package in packages.required()}
    for name, distribution in (
        ("aws", "pulumi-aws"),
        ("azure-native", "pulumi-azure-native"),
        ("kubernetes", "pulumi-kubernetes"),
    ):
        assert named[name] == ("resource", f"v{metadata.version(distribution)}")


def test_an_attached_provider_is_not_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_DEBUG_PROVIDERS", "aws:4001, kubernetes:4002")
    assert [package.name for package in packages.required()] == ["azure-native"]


def test_a_plugin_file_is_read_in_full(tmp_path: Path) -> None:
    _write(
        tmp_path / "acme",
        resource=True,
        name="acme",
        version="1.2.3",
        server="https://plugins.example",
        parameterization={"name": "base", "version": "0.1.0", "value": "aGVsbG8="},
    )
    (package,) = packages.required([str(tmp_path)])
    assert (package.name, package.version, package.server) == ("acme", "v1.2.3", "https://plugins.example")
    assert (package.parameterization.name, package.parameterization.value) == ("base", b"hello")


def test_the_first_folder_on_the_path_wins(tmp_path: Path) -> None:
    _write(tmp_path / "first" / "acme", resource=True, name="acme", version="2.0.0")
    _write(tmp_path / "second" / "acme", resource=True, name="acme", version="1.0.0")
    (package,) = packages.required([str(tmp_path / "first"), str(tmp_path / "second")])
    assert package.version == "v2.0.0"


def test_files_that_describe_no_provider_are_skipped(tmp_path: Path) -> None:
    _write(tmp_path / "policy", resource=False, name="policy")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "pulumi-plugin.json").write_text("{not json")
    assert packages.required([str(tmp_path), str(tmp_path / "missing")]) == []


def test_direct_dependencies_are_those_that_nothing_else_needs() -> None:
    everything = {each.name: each.version for each in packages.dependencies(transitive=True)}
    direct = {each.name for each in packages.dependencies(transitive=False)}
    assert everything["pulumi"] == metadata.version("pulumi")
    assert "trunkline" in direct
    assert "pulumi" not in direct
    assert direct < everything.keys()


def _write(folder: Path, **plugin: object) -> None:
    folder.mkdir(parents=True)
    (folder / "pulumi-plugin.json").write_text(json.dumps(plugin))
