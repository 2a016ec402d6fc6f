"""The stack's configuration is read once, and what is wrong with it is said in a sentence."""

from pathlib import Path

import pulumi
import pytest

from stacks import settings
from stacks.spec import SpecError
from tests.support.deploy import deploy

FILE = """
platform: acme
owner: {team: ml, contact: ml@acme.example}
sites:
  dc1: {kind: openshift, context: dc1, country: DE, cidr: 10.0.0.0/16}
"""


def load(root: Path, **config: str) -> settings.Settings:
    found: list[settings.Settings] = []
    values = {f"trunkline:{key}": value for key, value in config.items()}
    deploy(lambda: found.append(settings.load(pulumi.Config("trunkline"), root)), config=values)
    return found[0]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "platforms"
    folder.mkdir()
    (folder / "acme.yaml").write_text(FILE, "utf-8")
    return tmp_path


def test_the_platform_file_is_found_from_the_project_on(root: Path) -> None:
    found = load(root, platform="platforms/acme.yaml")
    assert found.platform.platform == "acme"
    assert Path(found.directory).resolve() == root / "platforms"
    assert not Path(found.directory).is_absolute()


def test_a_stack_is_protected_unless_it_says_otherwise(root: Path) -> None:
    assert load(root, platform="platforms/acme.yaml").protect is True
    assert load(root, platform="platforms/acme.yaml", protect="true").protect is True
    assert load(root, platform="platforms/acme.yaml", protect="false").protect is False


def test_a_stack_without_a_platform_file_is_told_how_to_name_one(root: Path) -> None:
    with pytest.raises(settings.SettingsError, match="pulumi config set trunkline:platform") as error:
        load(root)
    assert error.value.__trunkline_sentence__ is True


@pytest.mark.parametrize("value", ["yes", "False", "0", ""])
def test_a_switch_is_true_or_false(root: Path, value: str) -> None:
    with pytest.raises(settings.SettingsError, match=r"trunkline:protect is .* has to be true or false"):
        load(root, platform="platforms/acme.yaml", protect=value)


def test_a_platform_file_that_is_not_there_is_the_specs_to_report(root: Path) -> None:
    with pytest.raises(SpecError):
        load(root, platform="platforms/other.yaml")
