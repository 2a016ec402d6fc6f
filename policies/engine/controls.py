"""Which controls a rule supports, read from the data file of its family.

A mapping claims no more than its source does: ``strength`` says how far the rule alone goes, ``effective``
from when the control is binding, and ``source`` who says that rule and control belong together.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any


class Strength(StrEnum):
    """How much of a control one rule covers."""

    ENFORCED = "enforced"
    """The rule refuses every breach it can see in the program."""
    PARTIAL = "partial"
    """The rule covers a part; the control asks for more."""
    EVIDENCE = "evidence"
    """The rule does not enforce the control, but shows something an assessor asks for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Control:
    """One control of one framework, as one rule supports it."""

    framework: str
    version: str
    id: str
    title: str
    strength: Strength
    effective: date | None
    """The day from which it is binding; ``None`` where the framework is voluntary."""
    source: str

    @property
    def label(self) -> str:
        """A short name, such as ``nist-800-53:AC-3``."""
        return f"{self.framework}:{self.id}"


def read(path: Path) -> Mapping[str, Sequence[Control]]:
    """Read a family's ``controls.toml``: the controls of each rule, by rule id.

    Raises:
        KeyError: A mapping names a framework, a control or a strength that the file does not define.
    """
    with path.open("rb") as file:
        document: dict[str, Any] = tomllib.load(file)
    frameworks: dict[str, Any] = document["frameworks"]
    return {
        rule: [
            Control(
                framework=framework,
                version=frameworks[framework]["version"],
                id=identity,
                title=frameworks[framework]["controls"][identity],
                strength=Strength(strength),
                effective=frameworks[framework].get("effective"),
                source=frameworks[framework]["source"],
            )
            for framework, controls in by_framework.items()
            for identity, strength in controls.items()
        ]
        for rule, by_framework in document["rules"].items()
    }
