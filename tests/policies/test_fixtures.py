"""The resources in the tests of rules are what the installed SDKs send.

A rule that reads a property no provider has would pass for ever. Here every fixture is held against the types
of pulumi-aws and pulumi-azure-native, and every path in the engine's tables of defaults and names with it.
Kubernetes fixtures are checked where the SDK has the kind; custom resources have no types in it.
"""

import importlib
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from policies import catalogue
from policies.engine import Resource, data
from policies.engine.kinds import kind_of
from policies.engine.rule import ANY_KIND
from policies.engine.values import Opaque, Secret, Unknown, Value
from policies.linkage import declarations
from policies.linkage.vocabulary import KINDS
from stacks.sandbox.schema import check, registry, shapes
from stacks.sandbox.wire import UNKNOWN
from tests.policies.test_properties import cases_of, stacks

REGISTRIES = {package: registry.Registry(package) for package in ("aws", "azure-native", "kubernetes")}

UNTYPED = ("kubernetes:", "pulumi:", "harbor:", "trunkline:")
"""Kinds that the three SDKs may not describe: custom resources, the engine's, Harbor's, and ours."""


def every_fixture() -> Iterator[Resource]:
    seen: set[int] = set()
    for rule in catalogue.rules():
        for stack in stacks(cases_of(rule)):
            for item in stack:
                if id(item) not in seen:
                    seen.add(id(item))
                    yield item


def plain(value: Value) -> Any:
    """Return a value as the checker wants it: what is unknown or secret fits any type."""
    match value:
        case Unknown() | Opaque() | Secret():
            return UNKNOWN
        case Mapping():
            return {key: plain(item) for key, item in value.items()}
        case list():
            return [plain(item) for item in value]
        case _:
            return value


def inputs_of(token: str) -> dict[str, shapes.Field] | None:
    known = REGISTRIES.get(token.partition(":")[0])
    return known.resource(token).inputs if known is not None and known.knows(token) else None


def test_every_declared_node_keeps_to_the_vocabulary() -> None:
    """A rule that reads a property nobody may declare would pass for ever, as above.

    Words may be wrong where a rule is about them; PRV-002 judges names and shapes, and has some of its own.
    """
    checked, wrong = 0, list[str]()
    for rule in catalogue.rules():
        for item in {id(item): item for stack in stacks(cases_of(rule)) for item in stack}.values():
            if item.kind in KINDS and rule.id != "PRV-002":
                checked += 1
                wrong += [
                    f"{rule.id}: {item.name}.{problem.view.path}: {problem.wrong}"
                    for problem in declarations.problems(item)
                    if problem.known and not problem.word
                ]
    assert "\n".join(wrong) == ""
    assert checked > 500


def test_every_fixture_is_what_its_sdk_sends() -> None:
    wrong: list[str] = []
    checked = 0
    for item in every_fixture():
        fields = inputs_of(item.type.replace("/v20240101", ""))
        if fields is None:
            assert item.type.startswith(UNTYPED), item.type
            continue
        checked += 1
        problems = check.check_inputs(
            fields, {key: plain(value) for key, value in (item.inputs or {}).items()}
        )
        wrong += [
            f"{item.urn}: {problem.property} {problem.reason}"
            for problem in problems
            if "is missing" not in problem.reason
        ]
    assert "\n".join(wrong) == ""
    assert checked > 100


@pytest.mark.parametrize("table", ["defaults", "names"])
def test_every_path_in_the_tables_exists(table: str) -> None:
    content = data.table(table)
    for kind, paths in (content if table == "defaults" else content["names"]).items():
        if kind.startswith("kubernetes:"):
            continue
        fields = inputs_of(kind)
        assert fields is not None, kind
        outputs = REGISTRIES[kind.partition(":")[0]].resource(kind).outputs
        for path in paths:
            first, *rest = path.split(".")
            known = fields if rest or table == "defaults" else {**outputs, **fields, "id": None, "arn": None}
            assert first in known, f"{kind} has no {path}"
            record, before = None, first
            for key in rest:
                record = record_of((fields[first] if record is None else record.fields[before]).shape)
                assert key in record.fields, f"{kind} has no {path}"
                before = key


def record_of(shape: Any) -> shapes.Record:
    return (
        shape
        if isinstance(shape, shapes.Record)
        else next(member for member in shape.members if isinstance(member, shapes.Record))
    )


def test_every_kind_that_a_rule_judges_exists() -> None:
    for rule in catalogue.rules():
        for kind in rule.kinds:
            if not kind.startswith(UNTYPED) and kind != ANY_KIND:
                assert REGISTRIES[kind.partition(":")[0]].knows(kind), kind
    known = {kind_of(token) for token in REGISTRIES["kubernetes"].tokens()}
    built_in = importlib.import_module("policies.security.pods").PATHS
    missing = {kind for kind in built_in if kind.split(":")[1] in {"core", "apps", "batch"}} - known
    assert missing == set()
