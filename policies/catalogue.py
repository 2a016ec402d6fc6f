"""All rules there are: every module of a family that defines ``RULE``."""

import functools
import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from policies.engine import controls
from policies.engine.controls import Control, Framework
from policies.engine.rule import Rule

FAMILIES: Final[Mapping[str, str]] = {
    "provenance": "PRV",
    "security": "SEC",
    "reliability": "REL",
    "residency": "RSD",
    "cost": "CST",
    "compatibility": "CMP",
}
"""Folder of a family of rules, and the prefix of their ids."""

_HERE: Final = Path(__file__).parent


@functools.cache
def rules() -> Sequence[Rule]:
    """Return every rule, by id."""
    found = [rule for family in FAMILIES for rule in _family(family)]
    return tuple(sorted(found, key=lambda rule: rule.id))


@functools.cache
def frameworks() -> Mapping[str, Framework]:
    """Return every framework that the rules speak of, by name."""
    return controls.frameworks(_HERE / "frameworks")


@functools.cache
def controls_by_rule() -> Mapping[str, Sequence[Control]]:
    """Return the controls that each rule supports, by rule id."""
    merged: dict[str, Sequence[Control]] = {}
    for family in FAMILIES:
        merged |= controls.read(_HERE / family / "controls.toml", frameworks())
    return merged


def _family(family: str) -> list[Rule]:
    prefix = FAMILIES[family].lower()
    modules = sorted(
        module.name
        for module in pkgutil.iter_modules([str(_HERE / family)])
        if module.name.startswith(prefix)
    )
    return [importlib.import_module(f"policies.{family}.{module}").RULE for module in modules]
