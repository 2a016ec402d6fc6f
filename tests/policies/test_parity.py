"""The same fixtures through every gate give the same verdicts, word for word.

The gates are the policy pack, a scan of a preview, a scan of a state, and the gate in the program. The API
server has a test of its own (``tests/policies/admission``), since it sees objects of Kubernetes alone.
"""

import dataclasses
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from google.protobuf import struct_pb2
from pulumi.runtime.proto import analyzer_pb2

from policies import catalogue
from policies.engine import Inventory, Resource, Rule, configuration, evaluate
from policies.engine.offline import read
from policies.engine.server import Analyzer, Pack, sentence
from policies.engine.values import Opaque, Secret, Unknown, Value
from stacks import gate
from stacks.declarations import Declaration
from tests.policies.cases import LATER, Stack
from tests.policies.test_properties import cases_of, stacks

Told = set[tuple[str, str]]
"""What was said, and about which resource."""

RULES = catalogue.rules()


def plain(value: Value) -> Any:
    """Return a value as the engine writes it."""
    match value:
        case Unknown():
            return LATER
        case Mapping():
            return {key: plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case _:
            return value


def opaque(value: Value) -> bool:
    """Return whether a value is one that files show in another way, by design: a secret, or an asset."""
    match value:
        case Secret() | Opaque():
            return True
        case Mapping():
            return any(map(opaque, value.values()))
        case list() | tuple():
            return any(map(opaque, value))
        case _:
            return False


def every_stack(rule: Rule) -> Iterator[Stack]:
    """Yield the fixtures of a rule that say what a program declares, and nothing that files hide."""
    for stack in stacks(cases_of(rule)):
        if all(item.inputs is not None and not opaque(item.inputs) for item in stack) and not any(
            item.outputs or item.settled for item in stack
        ):
            yield stack


def directly(rule: Rule, stack: Sequence[Resource], *, settled: bool = False) -> Told:
    found = evaluate([rule], Inventory(stack), configuration.default(RULES), settled=settled)
    return {(finding.urn, sentence(finding)) for finding in found.findings}


def by_the_pack(rule: Rule, stack: Stack) -> Told:
    served = Analyzer(Pack(name="p", title="p", about="p", version="1.0.0", rules=[rule]))
    context: Any = None
    served.ConfigureStack(analyzer_pb2.AnalyzerStackConfigureRequest(dry_run=True), context)
    told: Told = set()
    for item in stack:
        options = analyzer_pb2.AnalyzerResourceOptions(protect=item.protect, parent=item.parent)
        answer = served.Analyze(
            analyzer_pb2.AnalyzeRequest(
                type=item.type,
                urn=item.urn,
                name=item.name,
                properties=struct(plain(dict(item.inputs or {}))),
                provider=analyzer_pb2.AnalyzerProviderResource(urn=item.provider),
                options=options,
            ),
            context,
        )
        told |= {(one.urn, one.message) for one in answer.diagnostics}
    answer = served.AnalyzeStack(
        analyzer_pb2.AnalyzeStackRequest(resources=[message(item) for item in stack]), context
    )
    return told | {(one.urn, one.message) for one in answer.diagnostics}


def message(item: Resource) -> analyzer_pb2.AnalyzerResource:
    return analyzer_pb2.AnalyzerResource(
        type=item.type,
        urn=item.urn,
        name=item.name,
        properties=struct(plain(dict(item.inputs or {}))),
        parent=item.parent,
        provider=analyzer_pb2.AnalyzerProviderResource(urn=item.provider),
        dependencies=sorted(item.dependencies),
        propertyDependencies={
            key: analyzer_pb2.AnalyzerPropertyDependencies(urns=sorted(urns))
            for key, urns in item.property_dependencies.items()
        },
        options=analyzer_pb2.AnalyzerResourceOptions(protect=item.protect),
    )


def struct(value: dict[str, Any]) -> struct_pb2.Struct:
    made = struct_pb2.Struct()
    made.update(value)
    return made


def state_of(item: Resource, *, custom: bool = True) -> dict[str, Any]:
    """Return a resource as the engine writes it into states and previews."""
    return {
        "urn": item.urn,
        "custom": custom,
        "type": item.type,
        "inputs": plain(dict(item.inputs or {})),
        "outputs": plain(dict(item.inputs or {})),
        "parent": item.parent,
        "provider": f"{item.provider}::id" if item.provider else "",
        "dependencies": sorted(item.dependencies),
        "propertyDependencies": {key: sorted(urns) for key, urns in item.property_dependencies.items()},
        "protect": item.protect,
    }


def by_a_preview(rule: Rule, stack: Stack) -> Told:
    steps = [{"op": "create", "urn": item.urn, "newState": state_of(item)} for item in stack]
    document = {"steps": steps, "changeSummary": {"create": len(steps)}}
    return directly(rule, read(json.dumps(document)).resources)


def by_a_state(rule: Rule, stack: Stack) -> Told:
    document = {"version": 3, "deployment": {"resources": [state_of(item) for item in stack]}}
    return directly(rule, read(json.dumps(document)).resources, settled=True)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_pack_says_what_the_engine_says(rule: Rule) -> None:
    for stack in every_stack(rule):
        assert by_the_pack(rule, stack) == directly(rule, stack), [item.urn for item in stack]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_scan_of_a_preview_says_the_same(rule: Rule) -> None:
    for stack in every_stack(rule):
        assert by_a_preview(rule, stack) == directly(rule, stack), [item.urn for item in stack]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_scan_of_a_state_says_the_same_once_all_is_settled(rule: Rule) -> None:
    for stack in every_stack(rule):
        if any(LATER in json.dumps(plain(dict(item.inputs or {}))) for item in stack):
            continue  # nothing is unknown in a state
        if len({item.urn for item in stack}) < len(stack):
            continue  # a broken state, which the reader refuses
        known = [dataclasses.replace(item, outputs=item.inputs, settled=True) for item in stack]
        assert by_a_state(rule, stack) == directly(rule, known, settled=True), [item.urn for item in stack]


@pytest.mark.parametrize(
    "rule",
    [rule for rule in RULES if any(kind.startswith("trunkline:catalogue:") for kind in rule.kinds)],
    ids=lambda rule: rule.id,
)
def test_the_gate_in_the_program_says_the_same(rule: Rule) -> None:
    for stack in every_stack(rule):
        if not all(item.type.startswith("trunkline:catalogue:") for item in stack):
            continue
        declared = [
            Declaration(type=item.type, name=item.name, properties=plain(dict(item.inputs or {})))
            for item in stack
        ]
        found = gate.judge(declared, configuration.default(RULES), stack="test", project="trunkline").findings
        told = {(finding.urn, sentence(finding)) for finding in found if finding.rule == rule.id}
        assert told == directly(rule, stack), [item.urn for item in stack]


def test_there_is_something_to_compare() -> None:
    assert sum(1 for rule in RULES for _ in every_stack(rule)) > 500
