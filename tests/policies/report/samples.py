"""Reports for the tests of every format: of everything that a report can hold, and of nothing at all."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from policies.engine import (
    Claim,
    Enforcement,
    Hop,
    Inventory,
    OnUnknown,
    Resource,
    Rule,
    Settings,
    Severity,
    configuration,
    evaluate,
    require,
)
from policies.engine.controls import Control, Strength
from policies.engine.deferred import Closure, close, opened
from policies.engine.offline import read
from policies.report import model
from policies.report.redaction import redacted
from tests.policies.cases import waiver_for
from tests.policies.engine.files import ACL, BUCKET, LATER, creating, entry, state

NOW = datetime(2026, 11, 23, 16, 49, 42, tzinfo=UTC)
AT = {"sourcePosition": "project:///stacks/my%20stores.py#18"}


def _public(acl: Resource, _: Settings) -> Iterator[Claim]:
    yield require(acl["acl"].equals("private"), f"the ACL is {acl['acl']}", acl["acl"])


def _named(bucket: Resource, _: Inventory, __: Settings) -> Iterator[Claim]:
    path = (
        Hop(node="dataset clicks", urn="urn:a", position="acme.yaml:31"),
        Hop(node="training ranker", urn="urn:b", edge="trainedOn", position="acme.yaml:40"),
        Hop(node="endpoint rank", edge="servedBy"),
    )
    yield require(bucket["bucket"].equals("good"), f"the name is {bucket['bucket']}", witness=path)


def _breaks(_: Resource, __: Settings) -> Iterator[Claim]:
    raise KeyError("hunter2")


def rule(identity: str, severity: Severity, enforcement: Enforcement, **checks: Any) -> Rule:
    return Rule(
        id=identity,
        version=2,
        title=f"Promise of {identity}",
        why="Because.",
        fix="Mend it.",
        severity=severity,
        enforcement=enforcement,
        unknown=OnUnknown.DEFER,
        **checks,
    )


RULES: Sequence[Rule] = (
    rule("SEC-901", Severity.CRITICAL, Enforcement.MANDATORY, alone={ACL: _public}),
    rule("PRV-902", Severity.HIGH, Enforcement.MANDATORY, joined={BUCKET: _named}),
    rule("REL-903", Severity.LOW, Enforcement.ADVISORY, joined={BUCKET: _named}),
    rule("CST-904", Severity.MEDIUM, Enforcement.MANDATORY, alone={"aws:kms/key:Key": _breaks}),
    rule("CMP-905", Severity.MEDIUM, Enforcement.MANDATORY, alone={"aws:iam/role:Role": _public}),
)

CONTROLS: Mapping[str, Sequence[Control]] = {
    "SEC-901": (
        Control(
            framework="nist-800-53",
            version="rev. 5",
            id="AC-3",
            title="Access enforcement",
            strength=Strength.ENFORCED,
            effective=None,
            source="NIST",
        ),
        Control(
            framework="eu-ai-act",
            version="2024/1689",
            id="Art. 12",
            title="Record-keeping",
            strength=Strength.EVIDENCE,
            effective=date(2027, 12, 2),
            source="EUR-Lex",
        ),
    )
}

WAIVED = entry(ACL, "waived-acl", {"bucket": "docs", "acl": "public-read"})

EVERYTHING: Sequence[Mapping[str, Any]] = (
    entry(ACL, "docs-acl", {"bucket": "docs", "acl": "public-read"}, **AT),
    entry(ACL, "later-acl", {"bucket": "docs", "acl": LATER}),
    entry(ACL, "good-acl", {"bucket": "docs", "acl": "private"}),
    entry(BUCKET, "docs", {"bucket": "bad"}, **AT),
    entry("aws:kms/key:Key", "key", {}),
    WAIVED,
)


def report_of(
    text: str,
    *,
    rules: Sequence[Rule] = RULES,
    config: Mapping[str, Any] | None = None,
    closure: Closure | None = None,
    name: str = "state.json",
) -> model.Report:
    """Return the report of a state or a preview."""
    snapshot = read(text, partial=True)
    by = configuration.read(config or {}, rules)
    found = evaluate(rules, Inventory(snapshot.resources), by, settled=snapshot.settled)
    return model.build(
        version="0.1.0",
        created=NOW,
        settled=snapshot.settled,
        source=model.Source(
            kind=snapshot.kind.value,
            name=name,
            sha256="0" * 64,
            project=snapshot.project,
            stack=snapshot.stack,
            engine=snapshot.engine,
            resources=len(snapshot.resources),
            left_out=snapshot.left_out,
            missing=snapshot.missing,
            partial=snapshot.partial,
            notes=snapshot.notes,
        ),
        rules=rules,
        controls=CONTROLS,
        configuration=by,
        evaluation=redacted(found, snapshot.resources),
        closure=closure,
    )


def full() -> model.Report:
    """Return the report of a preview with a finding of every sort: blocking, advisory, deferred, waived."""
    subject = next(one for one in read(creating(*EVERYTHING)).resources if one.name == "waived-acl")
    waivers = [
        waiver_for(RULES[0], subject),
        waiver_for(RULES[0], subject, approvedBy=""),
        waiver_for(RULES[0], subject, ticket=""),
    ]
    return report_of(creating(*EVERYTHING), config={"waivers": {"entries": waivers}})


def settled() -> model.Report:
    """Return the report of the state after the update, with what became of the deferred findings."""
    before = read(creating(*EVERYTHING, entry(ACL, "gone-acl", {"bucket": "docs", "acl": LATER})))
    by = configuration.default(RULES)
    record = opened(evaluate(RULES, Inventory(before.resources), by, settled=False), before, NOW)
    answered = entry(ACL, "later-acl", {"bucket": "docs", "acl": "private"})
    text = state(
        *(answered if one["urn"] == answered["urn"] else one for one in EVERYTHING),
        {**WAIVED, "delete": True},
    )
    after = read(text)
    found = evaluate(RULES, Inventory(after.resources), by, settled=True)
    return report_of(text, closure=close(record, found, after, RULES, by))


def empty() -> model.Report:
    """Return the report of a stack without resources, by no rule."""
    return report_of(state(), rules=())


SAMPLES: Mapping[str, model.Report] = {"full": full(), "settled": settled(), "empty": empty()}
