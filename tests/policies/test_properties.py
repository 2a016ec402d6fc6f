"""Promises that hold for every rule, on every case its tests know."""

import dataclasses
import importlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from policies import catalogue
from policies.engine import Finding, Inventory, Resource, Rule, Verdict, evaluate
from policies.engine.finding import RANK
from policies.engine.values import UNKNOWN, Secret, Value
from tests.policies.cases import Cases, Stack, findings, waiver_for, with_waivers
from tests.policies.cases import settings as configured


def cases_of(rule: Rule) -> Cases:
    name = next(
        module for module in _modules() if module.rpartition(".test_")[2].startswith(_prefix(rule.id))
    )
    return importlib.import_module(name).CASES


def _prefix(identity: str) -> str:
    return identity.replace("-", "").lower()


def _modules() -> Sequence[str]:
    here = Path(__file__).parent
    return [
        f"tests.policies.{path.parent.name}.{path.stem}"
        for family in catalogue.FAMILIES
        for path in sorted((here / family).glob("test_*.py"))
    ]


def stacks(cases: Cases) -> Iterator[Stack]:
    yield from cases.good.values()
    yield from (stack for stack, _ in cases.bad.values())
    yield from (stack for stack, _ in cases.unknown.values())


ALL = [(rule, stack) for rule in catalogue.rules() for stack in stacks(cases_of(rule))]
BAD = [(rule, stack) for rule in catalogue.rules() for stack, _ in cases_of(rule).bad.values()]


def paths(value: Value, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every value below ``value``, and its own."""
    yield path
    match value:
        case Mapping():
            for key, item in value.items():
                yield from paths(item, (*path, key))
        case list():
            for index, item in enumerate(value):
                yield from paths(item, (*path, index))
        case Secret():
            yield from ()
        case _:
            yield from ()


def forget(value: Any, path: tuple[Any, ...]) -> Any:
    """Return ``value`` with the value at ``path`` unknown."""
    if not path:
        return UNKNOWN
    head, *rest = path
    if isinstance(value, Mapping):
        return {**value, head: forget(value[head], tuple(rest))}
    return [forget(item, tuple(rest)) if index == head else item for index, item in enumerate(value)]


def verdicts(rule: Rule, stack: Stack, *, settled: bool = False) -> Mapping[tuple[str, str], Verdict]:
    return evaluate([rule], Inventory(stack), configured(rule), settled=settled).verdicts


@given(st.data())
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_the_order_of_resources_does_not_matter(data: st.DataObject) -> None:
    rule, stack = data.draw(st.sampled_from(ALL))
    _, other = data.draw(st.sampled_from(ALL))
    together = {item.urn: item for item in (*stack, *other)}
    shuffled = data.draw(st.permutations(list(together.values())))
    assert findings(rule, shuffled) == findings(rule, list(together.values()))


def test_no_single_unknown_turns_a_failure_into_a_pass() -> None:
    """Not sampled: every value of every bad case is forgotten once."""
    tried = 0
    for rule, stack in BAD:
        before = verdicts(rule, stack)
        for index, item in enumerate(stack):
            for path in paths(item.inputs):
                if not path or _absent(item.inputs, path):
                    continue
                tried += 1
                _assert_no_pass(rule, stack, before, [(index, path)])
    assert tried > 300


@given(st.data())
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_no_set_of_unknowns_turns_a_failure_into_a_pass(data: st.DataObject) -> None:
    rule, stack = data.draw(st.sampled_from(BAD))
    places = [
        (index, path)
        for index, item in enumerate(stack)
        for path in paths(item.inputs)
        if path and not _absent(item.inputs, path)
    ]
    assume(places)
    chosen = data.draw(st.lists(st.sampled_from(places), min_size=1, max_size=4, unique=True))
    _assert_no_pass(rule, stack, verdicts(rule, stack), chosen)


def _assert_no_pass(
    rule: Rule,
    stack: Stack,
    before: Mapping[tuple[str, str], Verdict],
    places: Sequence[tuple[int, tuple[Any, ...]]],
) -> None:
    after = list(stack)
    # The deepest first: what lies below a forgotten value is forgotten with it.
    for index, path in sorted(places, key=lambda place: -len(place[1])):
        item: Resource = after[index]
        after[index] = dataclasses.replace(item, inputs=forget(item.inputs, path))
    for place, verdict in verdicts(rule, after).items():
        if before[place] is Verdict.FAIL:
            assert verdict is not Verdict.PASS, (rule.id, places)


def _absent(value: Any, path: tuple[Any, ...]) -> bool:
    """Return whether the program sets nothing at ``path``; a null is not a value."""
    for key in path:
        value = value[key]
    return value is None or value == ""


@pytest.mark.parametrize("rule", catalogue.rules(), ids=lambda rule: rule.id)
def test_a_waiver_never_hides_a_finding(rule: Rule) -> None:
    for stack, _ in cases_of(rule).bad.values():
        before = findings(rule, stack)
        for subject in stack:
            after = findings(rule, stack, by=with_waivers(waiver_for(rule, subject, stack)))
            assert _seen(after, rule) == _seen(before, rule)


@pytest.mark.parametrize("rule", catalogue.rules(), ids=lambda rule: rule.id)
def test_an_expired_waiver_is_no_waiver(rule: Rule) -> None:
    for stack, _ in cases_of(rule).bad.values():
        expired = waiver_for(rule, stack[0], stack, created="2020-01-01", expires="2020-02-01")
        after = [item for item in findings(rule, stack, by=with_waivers(expired)) if item.rule == rule.id]
        assert after == list(findings(rule, stack))


def _seen(found: Sequence[Finding], rule: Rule) -> list[tuple[str, str, str, Verdict]]:
    return [(*item.place, item.verdict) for item in found if item.rule == rule.id]


def test_a_settled_stack_is_never_judged_better_than_its_preview() -> None:
    for rule, stack in ALL:
        before, after = verdicts(rule, stack), verdicts(rule, stack, settled=True)
        assert all(RANK[after[place]] >= RANK[verdict] for place, verdict in before.items())
