"""Realistic defects, planted one at a time into the example platform: the intended rule catches each.

The resources are those of a preview by the real engine against the sandbox. A finding about what the example
does not have would make the clean platform fail first.
"""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import pytest

from policies import catalogue
from policies.engine import Evaluation, Inventory, Resource, configuration, evaluate
from policies.engine.offline import read
from stacks import gate
from stacks.declarations import declarations
from stacks.spec import load
from tests.end_to_end.defects import DEFECTS, Defect
from tests.end_to_end.project import ROOT, Project

pytestmark = pytest.mark.engine

EXAMPLE = ROOT / "stacks" / "platforms" / "acme.yaml"
CATALOGUE = "trunkline:catalogue:"


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Resource]:
    """What the program registers for the example, protected as a stack with accounts has it."""
    project = Project.make(tmp_path_factory.mktemp("defects"))
    text = project.config.read_text(encoding="utf-8")
    assert 'trunkline:protect: "false"' in text
    project.config.write_text(text.replace('trunkline:protect: "false"', 'trunkline:protect: "true"'))
    return read(project.run("preview", "--json", "--show-sames").stdout).resources


def judged(resources: Sequence[Resource]) -> Evaluation:
    """Judge with every rule but SEC-017: no component deploys a policy yet that verifies signatures."""
    rules = [rule for rule in catalogue.rules() if rule.id != "SEC-017"]
    return evaluate(rules, Inventory(resources), configuration.default(rules), settled=False)


def declared(edits: Sequence[tuple[str, str]], folder: Path, platform: Sequence[Resource]) -> list[Resource]:
    """Return the platform with the declarations of edited files, at the same places."""
    done: set[str] = set()
    for file in sorted(EXAMPLE.parent.rglob("*.yaml")):
        text = file.read_text(encoding="utf-8")
        for old, new in edits:
            if old in text:
                done.add(old)
                text = text.replace(old, new)
        copy = folder / file.relative_to(EXAMPLE.parent)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(text, encoding="utf-8")
    assert done == {old for old, _ in edits}, "the example no longer says this"
    places = {
        place["node"].raw: place["resource"].raw
        for item in platform
        if item.type.startswith(CATALOGUE)
        for place in item["places"].each()
    }
    stack = platform[0].urn.split("::")[:2]
    fresh: list[Resource] = []
    for item in gate.resources(declarations(load(folder / EXAMPLE.name))):
        here = [
            {**place, "resource": places[place["node"]]}
            for place in (item.inputs or {}).get("places", [])  # type: ignore[union-attr]
        ]
        fresh.append(
            dataclasses.replace(
                item,
                urn="::".join([*stack, item.type, item.name]),
                inputs={**(item.inputs or {}), "places": here},  # type: ignore[dict-item]
            )
        )
    return [*(item for item in platform if not item.type.startswith(CATALOGUE)), *fresh]


def planted(defect: Defect, platform: Sequence[Resource], folder: Path) -> list[Resource]:
    resources = declared(defect.text, folder, platform) if defect.text else list(platform)
    return defect.edit(resources) if defect.edit else resources


def test_the_clean_platform_has_no_finding(platform: Sequence[Resource], tmp_path: Path) -> None:
    for resources in (platform, declared((), tmp_path, platform)):
        found = judged(resources).findings
        assert [(item.rule, item.urn, item.path, item.message) for item in found if not item.deferred] == []


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_a_defect_is_caught_by_the_rule_that_is_meant_to(
    defect: Defect, platform: Sequence[Resource], tmp_path: Path
) -> None:
    found = [item for item in judged(planted(defect, platform, tmp_path)).findings if not item.deferred]

    caught = [item for item in found if item.rule == defect.rule]
    assert caught, [(item.rule, item.message) for item in found]
    if defect.path:
        paths = [[hop.node for hop in item.witness] for item in caught]
        assert any([node for node in path if node in defect.path] == list(defect.path) for path in paths), (
            paths
        )


def test_there_are_forty_defects_of_rules_of_every_kind() -> None:
    assert len({defect.name for defect in DEFECTS}) == len(DEFECTS) >= 40
    assert {defect.rule.partition("-")[0] for defect in DEFECTS} == {"PRV", "RSD", "SEC", "REL", "CST"}
