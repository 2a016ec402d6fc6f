"""How the tests of rules state their cases: resources, and the exact findings they must give."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeAlias

import pytest

from policies import catalogue
from policies.engine import (
    Enforcement,
    Finding,
    Inventory,
    Resource,
    Rule,
    Verdict,
    configuration,
    evaluate,
)
from policies.engine.configuration import Configuration
from policies.engine.fingerprint import fingerprint
from policies.engine.values import properties_from_json

LATER = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""How the engine says that nobody knows a value yet."""

Stack: TypeAlias = Sequence[Resource]

_PROJECT = "urn:pulumi:test::trunkline"


def urn_of(token: str, name: str) -> str:
    return f"{_PROJECT}::{token}::{name}"


def secret(value: Any) -> dict[str, Any]:
    """Return ``value`` as the engine sends a secret."""
    return {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "value": value}


def policy(*statements: Mapping[str, Any]) -> str:
    """Return an AWS policy document as text."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def resource(  # noqa: PLR0913 - the fields of a resource
    token: str,
    name: str,
    inputs: Mapping[str, Any],
    *,
    outputs: Mapping[str, Any] | None = None,
    settled: bool = False,
    made_from: Mapping[str, Sequence[str]] | None = None,
    provider: str = "",
    protect: bool = False,
    parent: str = "",
) -> Resource:
    """Return a resource with inputs as parsed JSON; ``made_from`` maps properties to the URNs behind them."""
    return Resource(
        urn=urn_of(token, name),
        type=token,
        name=name,
        inputs=properties_from_json(inputs),
        outputs=None if outputs is None else properties_from_json(outputs),
        settled=settled,
        provider=provider,
        protect=protect,
        parent=parent,
        property_dependencies={key: frozenset(urns) for key, urns in (made_from or {}).items()},
    )


DAY = "2026-11-23"
"""The day on which rules that know dates judge the cases, so that no case grows old."""


def on_the_day() -> dict[str, dict[str, Any]]:
    """Return the configuration that fixes the day of every rule that asks for one."""
    return {rule.id: {"today": DAY} for rule in catalogue.rules() if "today" in rule.parameters}


def settings(rule: Rule, **changes: Any) -> Configuration:
    """Return the configuration of a pack in which ``rule`` is set differently."""
    fixed = on_the_day()
    return configuration.read({**fixed, rule.id: {**fixed.get(rule.id, {}), **changes}}, catalogue.rules())


def findings(
    rule: Rule, stack: Stack, *, by: Configuration | None = None, settled: bool = False
) -> Sequence[Finding]:
    return evaluate([rule], Inventory(stack), by or settings(rule), settled=settled).findings


def told(found: Sequence[Finding]) -> list[str]:
    """Return findings as ``name.path: message``, or ``name: message`` where no property decided."""
    return [
        f"{'.'.join(filter(None, (finding.urn.rpartition('::')[2], finding.path)))}: {finding.message}"
        for finding in found
    ]


def waiver_for(rule: Rule, subject: Resource, stack: Stack = (), /, **changes: Any) -> dict[str, Any]:
    """Return a waiver, valid unless ``changes`` make it otherwise, for ``subject`` among ``stack``."""
    today = datetime.now(UTC).date()
    around = Inventory(stack or [subject])
    return {
        "rule": rule.id,
        "ruleVersion": rule.version,
        "subject": subject.urn,
        "fingerprint": fingerprint(subject),
        **({"upstream": dict(rule.upstream(subject, around))} if rule.upstream else {}),
        "reason": "public documentation",
        "ticket": "SEC-4711",
        "requestedBy": "ada@acme.example",
        "approvedBy": "grace@acme.example",
        "created": today.isoformat(),
        "expires": (today + timedelta(days=30)).isoformat(),
        "compensatingControls": ["contents are reviewed weekly"],
        **changes,
    }


def with_waivers(*entries: Mapping[str, Any], today: date | None = None) -> Configuration:
    return configuration.read(
        {**on_the_day(), "waivers": {"entries": list(entries)}}, catalogue.rules(), today=today
    )


@dataclass(frozen=True, kw_only=True)
class Cases:
    """The four kinds of case every rule has; :meth:`tests` makes a test of each entry."""

    rule: Rule
    good: Mapping[str, Stack]
    """Stacks without any finding."""
    bad: Mapping[str, tuple[Stack, Sequence[str]]]
    """Stacks with all their findings, as :func:`told`; none of them is unknown."""
    unknown: Mapping[str, tuple[Stack, Sequence[str]]]
    """Stacks that nobody can judge yet, with the properties that are missing, as ``name.path``."""
    waived: Mapping[str, Stack]
    """Bad stacks whose first finding a waiver covers."""

    def tests(self) -> Sequence[Callable[..., None]]:
        """Return the tests of the good, the bad, the unknown and the waived cases."""

        @pytest.mark.parametrize("case", list(self.good.values()), ids=list(self.good))
        def good(case: Stack) -> None:
            self._good(case)

        @pytest.mark.parametrize("case", list(self.bad.values()), ids=list(self.bad))
        def bad(case: tuple[Stack, Sequence[str]]) -> None:
            self._bad(case)

        @pytest.mark.parametrize("case", list(self.unknown.values()), ids=list(self.unknown))
        def unknown(case: tuple[Stack, Sequence[str]]) -> None:
            self._unknown(case)

        @pytest.mark.parametrize("case", list(self.waived.values()), ids=list(self.waived))
        def waived(case: Stack) -> None:
            self._waived(case)

        return good, bad, unknown, waived

    @property
    def _mandatory(self) -> bool:
        return self.rule.enforcement is Enforcement.MANDATORY

    def _good(self, case: Stack) -> None:
        assert told(findings(self.rule, case)) == []
        assert told(findings(self.rule, case, settled=True)) == []

    def _bad(self, case: tuple[Stack, Sequence[str]]) -> None:
        stack, expected = case
        found = findings(self.rule, stack)
        assert told(found) == list(expected)
        assert {finding.verdict for finding in found} == {Verdict.FAIL}
        assert all(finding.blocks is self._mandatory for finding in found)

    def _unknown(self, case: tuple[Stack, Sequence[str]]) -> None:
        stack, expected = case
        previewed = findings(self.rule, stack)
        assert [f"{finding.urn.rpartition('::')[2]}.{finding.path}" for finding in previewed] == list(
            expected
        )
        assert {finding.verdict for finding in previewed} == {Verdict.UNKNOWN}
        assert all(finding.deferred and not finding.blocks for finding in previewed)
        updated = findings(self.rule, stack, settled=True)
        assert all(finding.blocks is self._mandatory and not finding.deferred for finding in updated)

    def _waived(self, case: Stack) -> None:
        before = findings(self.rule, case)
        subject = next(item for item in case if item.urn == before[0].urn)
        after = findings(self.rule, case, by=with_waivers(waiver_for(self.rule, subject, case)))
        assert told(after) == told(before)
        assert [finding.waived is not None for finding in after] == [
            item.urn == subject.urn for item in before
        ]
        assert not any(finding.blocks for finding in after if finding.urn == subject.urn)
        assert {finding.verdict for finding in after} == {Verdict.FAIL}
