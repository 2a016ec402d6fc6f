"""The pinned versions say the same everywhere they are written."""

import re
import tomllib
from pathlib import Path

from stacks.engine import pins
from stacks.engine.pins import RECIPE

_ROOT = Path(__file__).parents[3]


def test_the_module_requires_the_pinned_build() -> None:
    required = re.search(r"^require github\.com/pulumi/pulumi/pkg/v3 v(\S+)$", _go_mod(), re.MULTILINE)
    assert required is not None
    assert required[1] == str(pins.load().build.version)


def test_the_module_needs_the_pinned_go() -> None:
    needed = re.search(r"^go (\S+)$", _go_mod(), re.MULTILINE)
    assert needed is not None
    assert needed[1] == str(pins.load().build.go_minimum)


def test_the_release_is_the_one_of_the_locked_python_sdk() -> None:
    with (_ROOT / "uv.lock").open("rb") as file:
        locked = {package["name"]: package.get("version") for package in tomllib.load(file)["package"]}
    assert locked["pulumi"] == str(pins.load().release.version)


def test_what_is_installed_or_built_would_be_accepted_on_path() -> None:
    pinned = pins.load()
    assert pinned.release.version in pinned.accepted
    assert pinned.build.version in pinned.accepted


def _go_mod() -> str:
    return (RECIPE / "go.mod").read_text()
