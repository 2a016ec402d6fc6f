"""What every rule of the catalogue must have: an id, a file, a test, controls, and an entry on the page."""

import importlib
import re
from pathlib import Path

import pytest

from policies import catalogue, page
from policies.engine import Rule
from policies.engine.controls import Strength
from policies.engine.rule import ANY_KIND
from tests.policies.cases import Cases

ROOT = Path(__file__).resolve().parents[2]
RULES = catalogue.rules()
MODULES = {
    path.stem: path
    for family, prefix in catalogue.FAMILIES.items()
    for path in (ROOT / "policies" / family).glob(f"{prefix.lower()}[0-9]*.py")
}


def stem_of(rule: Rule) -> str:
    wanted = rule.id.replace("-", "").lower()
    (stem,) = (stem for stem in MODULES if stem.partition("_")[0] == wanted)
    return stem


def family_of(rule: Rule) -> str:
    return MODULES[stem_of(rule)].parent.name


every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


def test_ids_and_titles_are_unique_and_the_first_ten_are_there() -> None:
    assert len({rule.id for rule in RULES}) == len({rule.title for rule in RULES}) == len(RULES)
    assert {f"SEC-{number:03}" for number in range(1, 11)} <= {rule.id for rule in RULES}


def test_every_file_holds_the_rule_it_is_named_for() -> None:
    assert {stem.partition("_")[0] for stem in MODULES} == {
        rule.id.replace("-", "").lower() for rule in RULES
    }
    for rule in RULES:
        assert importlib.import_module(f"policies.{family_of(rule)}.{stem_of(rule)}").RULE is rule


@every_rule
def test_a_rule_has_the_four_kinds_of_case(rule: Rule) -> None:
    module = importlib.import_module(f"tests.policies.{family_of(rule)}.test_{stem_of(rule)}")
    cases = module.CASES
    assert isinstance(cases, Cases)
    assert cases.rule is rule
    assert all((cases.good, cases.bad, cases.unknown, cases.waived))
    assert module.test_good
    assert module.test_bad
    assert module.test_unknown
    assert module.test_waived


@every_rule
def test_every_kind_a_rule_judges_has_a_case(rule: Rule) -> None:
    """Kinds that share one function share their cases; pods have a table of their own."""
    cases: Cases = importlib.import_module(f"tests.policies.{family_of(rule)}.test_{stem_of(rule)}").CASES
    stacks = [*cases.good.values(), *(stack for stack, _ in (*cases.bad.values(), *cases.unknown.values()))]
    tried = {item.kind for stack in stacks for item in stack}
    for checks in (rule.alone, rule.joined):
        for check in set(checks.values()):
            mine = {kind for kind, one in checks.items() if one is check}
            assert tried & mine or ANY_KIND in mine, check


@every_rule
def test_a_rule_explains_itself(rule: Rule) -> None:
    assert re.fullmatch(r"[A-Z]{3}-\d{3}", rule.id)
    assert rule.version >= 1
    assert not rule.title.endswith(".")
    assert rule.why.endswith(".")
    assert rule.fix.endswith(".")
    assert rule.kinds


@every_rule
def test_a_rule_has_controls_with_a_source(rule: Rule) -> None:
    """A rule that no framework asks for says so with an empty table, as the cost rules do."""
    controls = catalogue.controls_by_rule()[rule.id]
    assert controls or rule.id.startswith(("CST-", "CMP-"))
    assert len({control.label for control in controls}) == len(controls)
    assert all(control.source and control.title and control.strength in Strength for control in controls)


@pytest.mark.parametrize("name", sorted(catalogue.frameworks()))
def test_every_control_is_supported_by_a_rule_or_said_not_to_be(name: str) -> None:
    framework = catalogue.frameworks()[name]
    supported = {
        control.id
        for controls in catalogue.controls_by_rule().values()
        for control in controls
        if control.framework == name
    }
    assert supported | set(framework.unmapped) == set(framework.titles)
    assert supported & set(framework.unmapped) == set()
    assert all(left.why.endswith(".") for left in framework.unmapped.values())


def test_no_control_is_claimed_for_a_rule_that_is_not_there() -> None:
    assert set(catalogue.controls_by_rule()) == {rule.id for rule in RULES}


def test_what_comes_from_a_law_says_from_when_it_binds() -> None:
    laws = [
        one for found in catalogue.controls_by_rule().values() for one in found if "EUR-Lex" in one.source
    ]
    assert laws
    assert all(control.effective for control in laws)


@every_rule
def test_a_rule_reads_properties_through_the_view_only(rule: Rule) -> None:
    """Raw values have two answers where the view has three, and may be secret."""
    for path in (MODULES[stem_of(rule)], *(ROOT / "policies" / family_of(rule)).glob("[!s]*.py")):
        assert not re.search(r"\.(raw|inputs|outputs|judged)\b", path.read_text()), path


def test_the_page_is_written_from_the_rules() -> None:
    assert page.PAGE.read_text(encoding="utf-8") == page.render(), "run python -m policies.page"
