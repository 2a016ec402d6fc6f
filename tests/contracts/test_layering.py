"""The import arrows of the house: who may know whom."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OURS = ("stacks", "components", "policies", "tests")
SDKS = ("pulumi_aws", "pulumi_azure_native", "pulumi_kubernetes")
PROVIDER_FILES = {"aws.py", "azure.py", "onprem.py", "kubernetes.py"}
"""One for each kind of site, or ``kubernetes.py`` for what is the same in every cluster."""
SHARED = "components.cloud"
"""What several capabilities build in the same way at one provider."""


def modules(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, lazily or not, by its full name."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: import by full name"
            module = node.module or ""
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def inside(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def offences(folder: str, *, forbidden: tuple[str, ...], allowed: tuple[str, ...] = ()) -> list[str]:
    return [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(folder)
        for name in imports(path)
        if inside(name, *forbidden) and not inside(name, *allowed)
    ]


@pytest.mark.parametrize("room", ["stacks/engine", "stacks/sandbox"])
def test_engine_and_sandbox_know_nothing_of_ours(room: str) -> None:
    own = room.replace("/", ".")
    found = offences(room, forbidden=OURS, allowed=(own,))
    # ``from stacks import x`` names the package on the way to the room itself.
    assert [line for line in found if not line.endswith(" imports stacks")] == []


def test_components_never_import_stacks_or_policies() -> None:
    assert offences("components", forbidden=("stacks", "policies", "tests")) == []


def test_policies_never_import_components_or_stacks() -> None:
    assert offences("policies", forbidden=("stacks", "components", "tests")) == []


def test_the_rule_engine_knows_nothing_of_ours() -> None:
    assert offences("policies/engine", forbidden=OURS, allowed=("policies.engine",)) == []


def test_nothing_but_tests_imports_tests() -> None:
    assert [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules("stacks", "components", "policies")
        for name in imports(path)
        if inside(name, "tests")
    ] == []


def test_core_imports_pulumi_and_no_provider() -> None:
    assert offences("components/core", forbidden=(*SDKS, *OURS), allowed=("components.core",)) == []


def test_capabilities_know_core_and_themselves_only() -> None:
    for folder in sorted((ROOT / "components").iterdir()):
        if not folder.is_dir() or folder.name in {"core", "__pycache__"}:
            continue
        allowed = ("components.core", f"components.{folder.name}", SHARED)
        assert offences(f"components/{folder.name}", forbidden=("components",), allowed=allowed) == []


def test_what_is_shared_at_a_provider_is_used_by_files_of_that_provider_only() -> None:
    assert [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules("components", "stacks", "policies")
        for name in imports(path)
        if inside(name, SHARED) and name != SHARED and not inside(name, f"{SHARED}.{path.stem}")
    ] == []


def test_what_is_shared_at_a_provider_knows_core_and_no_capability() -> None:
    own = ("components.core", SHARED)
    assert offences("components/cloud", forbidden=("components",), allowed=own) == []


def test_provider_sdks_stay_in_the_provider_files() -> None:
    assert [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules("components", "stacks", "policies")
        for name in imports(path)
        if inside(name, *SDKS)
        and not (path.is_relative_to(ROOT / "components") and path.name in PROVIDER_FILES)
        # The sandbox holds programs to the SDKs' own types, so it has to read them.
        and not path.is_relative_to(ROOT / "stacks" / "sandbox")
    ] == []


def test_only_compose_knows_components() -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in modules("stacks")
        if any(inside(name, "components") for name in imports(path))
    ]
    assert found == ["stacks/compose.py"]


def test_the_spec_language_needs_no_pulumi() -> None:
    assert offences("stacks/spec", forbidden=("pulumi", *SDKS, "components", "policies")) == []


def test_every_capability_has_its_files_and_no_others() -> None:
    """The same names everywhere, so that a reader who knows one capability knows all."""
    for folder in sorted((ROOT / "components").iterdir()):
        if not (folder / "spec.py").exists():
            continue
        names = {path.name for path in folder.glob("*.py")}
        assert {"__init__.py", "spec.py", "base.py"} <= names, folder.name
        # A declaration is the same at every provider.
        assert names & PROVIDER_FILES or folder.name == "catalogue", folder.name


def test_tests_are_where_pytest_looks_for_them() -> None:
    """A file with tests and another name would never run, and nobody would notice."""
    lost = [
        str(path.relative_to(ROOT))
        for path in modules("tests")
        if re.search(r"^\s*(async )?def test_", path.read_text("utf-8"), re.MULTILINE)
        and not re.fullmatch(r"test_\w+\.py", path.name)
    ]
    assert lost == []
