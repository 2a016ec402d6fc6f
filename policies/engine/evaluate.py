"""Run rules over an inventory. The order of rules and of resources has no influence on the result."""

import json
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import PurePath
from typing import Final

from policies.engine.configuration import WAIVERS, Configuration, Configured
from policies.engine.finding import RANK, Evaluation, Finding, Verdict
from policies.engine.fingerprint import changed, differing, fingerprint
from policies.engine.inventory import Inventory
from policies.engine.resource import Resource
from policies.engine.rule import Claim, Enforcement, OnUnknown, Rule, Severity
from policies.engine.truth import Truth
from policies.engine.waiver import Waiver

_WAIVER_FIX: Final = "Renew, correct or remove the waiver in the pack's configuration."


def evaluate(
    rules: Iterable[Rule],
    inventory: Inventory,
    configuration: Configuration,
    *,
    settled: bool,
    begins: Callable[[Rule], object] | None = None,
) -> Evaluation:
    """Return what ``rules`` find in a whole stack, and what is wrong with the waivers.

    Args:
        rules: The rules to run.
        inventory: All resources of the stack.
        configuration: How to run the rules.
        settled: Whether nothing will become known any more, as after an update. A deferred question that is
            still open then counts as a violation.
        begins: Told of each rule before it is run, for those who watch.
    """
    chosen = tuple(rules)
    findings: list[Finding] = []
    verdicts: dict[tuple[str, str], Verdict] = {}
    for rule, configured in _enabled(chosen, configuration):
        if begins is not None:
            begins(rule)
        for resource in inventory.of(*sorted(rule.kinds)):
            alone, joined = rule.check_alone(resource.kind), rule.joined.get(resource.kind)
            checks: list[Callable[[], Iterable[Claim]]] = []
            if alone is not None:
                checks.append(partial(alone, resource, configured.settings))
            if joined is not None:
                checks.append(partial(joined, resource, inventory, configured.settings))
            upstream = _upstream(rule, resource, inventory)
            found = _judge(rule, configured, configuration, resource, checks, upstream, settled=settled)
            findings += found
            verdicts[rule.id, resource.urn] = _worst(found)
    findings += _waiver_findings(chosen, inventory, configuration, findings)
    return Evaluation(findings=_ordered(findings), verdicts=verdicts)


def evaluate_alone(
    rules: Iterable[Rule], resource: Resource, configuration: Configuration, *, settled: bool
) -> Sequence[Finding]:
    """Return what can be said of ``resource`` by itself, before it is created."""
    findings: list[Finding] = []
    for rule, configured in _enabled(rules, configuration):
        alone = rule.check_alone(resource.kind)
        if alone is not None:
            check = partial(alone, resource, configured.settings)
            findings += _judge(
                rule, configured, configuration, resource, [check], dict[str, str], settled=settled
            )
    return _ordered(findings)


def _enabled(rules: Iterable[Rule], configuration: Configuration) -> Iterator[tuple[Rule, Configured]]:
    for rule in sorted(rules, key=lambda rule: rule.id):
        configured = configuration.rules[rule.id]
        if configured.enforcement is not Enforcement.DISABLED:
            yield rule, configured


def _judge(  # noqa: PLR0913, PLR0917 - everything a verdict depends on, named
    rule: Rule,
    configured: Configured,
    configuration: Configuration,
    resource: Resource,
    checks: Sequence[Callable[[], Iterable[Claim]]],
    upstream: Callable[[], Mapping[str, str]],
    *,
    settled: bool,
) -> list[Finding]:
    claims: list[Claim] = []
    broken: str | None = None
    for check in checks:
        try:
            for claim in check():
                claims.append(claim)  # noqa: PERF402 - one by one, to keep what came before an exception
        except Exception as error:  # noqa: BLE001 - whatever breaks a rule, the verdict is "error"
            broken = _where(error)
    found = [
        finding
        for claim in claims
        if claim.holds.state is not True
        for finding in (_finding(rule, configured, resource, claim, settled=settled),)
    ]
    try:
        waiver = configuration.waivers.covering(rule.id, rule.version, resource, upstream) if found else None
    except Exception as error:  # noqa: BLE001 - a part of the rule like its checks
        waiver, broken = None, _where(error)
    if waiver is not None:
        found = [_waive(finding, waiver) for finding in found]
    if broken is not None:
        # Nothing is known about the resource, so no waiver can have been approved for it.
        found.append(_error(rule, configured, resource, broken))
    return _distinct(found)


def _finding(
    rule: Rule, configured: Configured, resource: Resource, claim: Claim, *, settled: bool
) -> Finding:
    failed = claim.holds.state is False
    enforcement, deferred = configured.enforcement, False
    message = claim.wrong
    if not failed:
        match configured.unknown:
            case OnUnknown.FAIL:
                pass
            case OnUnknown.WARN:
                enforcement = Enforcement.ADVISORY
            case OnUnknown.DEFER:
                deferred = not settled
                enforcement = configured.enforcement if settled else Enforcement.ADVISORY
        when = "the update will answer it" if deferred else "nothing here answers it"
        message = f"it is not known whether this holds, and {when}: {claim.wrong}"
    return Finding(
        rule=rule.id,
        rule_version=rule.version,
        verdict=Verdict.FAIL if failed else Verdict.UNKNOWN,
        severity=rule.severity,
        enforcement=enforcement,
        urn=resource.urn,
        path=claim.at if failed and claim.at is not None else _path(claim.holds, resource),
        message=message,
        fix=rule.fix,
        deferred=deferred,
        source_position=resource.source_position,
        wrong=claim.wrong,
        witness=claim.witness,
    )


def _upstream(rule: Rule, resource: Resource, inventory: Inventory) -> Callable[[], Mapping[str, str]]:
    return dict[str, str] if rule.upstream is None else partial(rule.upstream, resource, inventory)


def _path(holds: Truth, resource: Resource) -> str:
    """Return the property to look at first: one of the resource's own, or another's with its name."""
    for reading in holds.because:
        if reading.urn == resource.urn:
            return reading.path
    for reading in holds.because:
        return f"{reading.urn.rpartition('::')[2]}.{reading.path}"
    return ""


def _waive(finding: Finding, waiver: Waiver) -> Finding:
    return replace(finding, enforcement=Enforcement.ADVISORY, deferred=False, waived=str(waiver))


def _error(rule: Rule, configured: Configured, resource: Resource, where: str) -> Finding:
    return Finding(
        rule=rule.id,
        rule_version=rule.version,
        verdict=Verdict.ERROR,
        severity=rule.severity,
        enforcement=configured.enforcement,
        urn=resource.urn,
        path="",
        message=f"the rule broke on this resource ({where}), so nothing is known about it",
        fix="Report this with the resource's type; the rule must be able to read every resource.",
        source_position=resource.source_position,
    )


def _where(error: Exception) -> str:
    """Return the kind and place of an error, without its text, which may hold a value of the resource."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" in {PurePath(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"


def _distinct(findings: Iterable[Finding]) -> list[Finding]:
    return list({(finding.path, finding.verdict, finding.message): finding for finding in findings}.values())


def _worst(findings: Iterable[Finding]) -> Verdict:
    return max((finding.verdict for finding in findings), key=RANK.__getitem__, default=Verdict.PASS)


def _ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: (*finding.place, finding.message)))


def _waiver_findings(
    rules: Sequence[Rule], inventory: Inventory, configuration: Configuration, findings: Iterable[Finding]
) -> Iterator[Finding]:
    """Report waivers that are not applied, and those that nothing needs any more."""
    if configuration.waiver_enforcement is Enforcement.DISABLED:
        return
    for refused in configuration.waivers.refused:
        yield _about_waiver(configuration, "", f"{refused.label} is not applied: {refused.problem}")
    open_places = {(finding.rule, finding.urn) for finding in findings}
    by_id = {rule.id: rule for rule in rules}
    for waiver in configuration.waivers.valid:
        label = f"the waiver of {waiver.rule} in {waiver.ticket}"
        rule = by_id.get(waiver.rule)
        subjects = [
            item for item in inventory if waiver.names(item) and rule is not None and rule.judges(item.kind)
        ]
        if not subjects:
            yield _about_waiver(
                configuration,
                "",
                f"{label} is not applied: no resource that the rule judges is {waiver.subject}",
            )
        for subject in subjects:
            if (waiver.rule, subject.urn) not in open_places:
                yield _about_waiver(configuration, subject.urn, f"{label} is no longer needed")
            elif rule is not None:
                for changes in _changes(rule, waiver, subject, inventory):
                    yield _about_waiver(configuration, subject.urn, f"{label} is not applied: {changes}")


def _changes(rule: Rule, waiver: Waiver, subject: Resource, inventory: Inventory) -> Iterator[str]:
    """Yield what is not as it was when ``waiver`` was approved."""
    if different := changed(waiver.fingerprint, subject):
        now = json.dumps(fingerprint(subject), ensure_ascii=False)
        yield f"{', '.join(different)} changed since it was approved. The fingerprint is now {now}"
    try:
        upstream = _upstream(rule, subject, inventory)()
    except Exception:  # noqa: BLE001 - reported as an error of the rule already
        return
    if different := differing(waiver.upstream, upstream):
        now = json.dumps(upstream, ensure_ascii=False)
        yield f"upstream, {', '.join(different)} changed since it was approved. The upstream is now {now}"


def _about_waiver(configuration: Configuration, urn: str, message: str) -> Finding:
    return Finding(
        rule=WAIVERS,
        rule_version=1,
        verdict=Verdict.FAIL,
        severity=Severity.MEDIUM,
        enforcement=configuration.waiver_enforcement,
        urn=urn,
        path="",
        message=message,
        fix=_WAIVER_FIX,
    )
