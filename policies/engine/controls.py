"""Frameworks of controls, and which of their controls a rule supports; both are data files.

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


class Coverage(StrEnum):
    """What becomes of a control that no rule supports."""

    MANUAL = "manual"
    """People have to show it; nothing in a program can."""
    OUT_OF_SCOPE = "out of scope"
    """It asks for something that a provisioner has no part in."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unmapped:
    """A control that no rule supports."""

    coverage: Coverage
    why: str


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Framework:
    """One framework, as far as anything here speaks of it."""

    name: str
    version: str
    source: str
    titles: Mapping[str, str]
    effective: Mapping[str, date]
    """The day from which a control is binding, where that is law."""
    unmapped: Mapping[str, Unmapped]
    """Controls that no rule supports, and why."""


def frameworks(folder: Path) -> Mapping[str, Framework]:
    """Read every framework of ``folder``, by name: one TOML file each."""
    return {path.stem: _framework(path) for path in sorted(folder.glob("*.toml"))}


def read(path: Path, known: Mapping[str, Framework]) -> Mapping[str, Sequence[Control]]:
    """Read a family's ``controls.toml``: the controls of each rule, by rule id.

    Raises:
        KeyError: A mapping names a framework, a control or a strength that is not defined.
    """
    return {
        rule: [
            Control(
                framework=name,
                version=known[name].version,
                id=identity,
                title=known[name].titles[identity],
                strength=Strength(strength),
                effective=known[name].effective.get(identity),
                source=known[name].source,
            )
            for name, controls in by_framework.items()
            for identity, strength in controls.items()
        ]
        for rule, by_framework in _toml(path).items()
    }


def _framework(path: Path) -> Framework:
    document = _toml(path)
    controls: Mapping[str, str] = document["controls"]
    effective: Mapping[str, date] = document.get("effective", {})
    unmapped: Mapping[str, Mapping[str, str]] = document.get("unmapped", {})
    if stray := {*effective, *unmapped} - set(controls):
        raise KeyError(f"{path.name} has no title for {', '.join(sorted(stray))}")
    return Framework(
        name=path.stem,
        version=document["version"],
        source=document["source"],
        titles=controls,
        effective=effective,
        unmapped={
            identity: Unmapped(coverage=Coverage(entry["coverage"]), why=entry["why"])
            for identity, entry in unmapped.items()
        },
    )


def _toml(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return tomllib.load(file)
