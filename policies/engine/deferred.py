"""Deferred findings on record: what a preview could not answer, the evaluation after the update must.

A record is a JSON file that belongs to one stack. Every preview writes it anew, since it asks every question
again. The evaluation of the state afterwards closes each entry: the rule has an answer now, or what it asked
about is gone. An entry that is not closed stays on record and is a finding of its own.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, cast

from policies.engine.configuration import Configuration
from policies.engine.finding import Evaluation, Finding, Verdict
from policies.engine.inventory import Inventory
from policies.engine.offline import fields
from policies.engine.offline.snapshot import InputError, Snapshot
from policies.engine.rule import Enforcement, OnUnknown, Rule, Severity

DEFERRED: Final = "deferred"
"""Name under which an entry that is still open is reported."""

_FORMAT: Final = "trunkline-deferred"
_VERSION: Final = 1
_FIX: Final = "Run the update to its end and scan its state again; a value that stays unknown needs a person."


class Closed(StrEnum):
    """How an entry was closed."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    """The rule found a violation, which is reported as such."""
    WAIVED = "waived"
    GONE = "gone"
    """The resource is not part of the stack any more."""
    NOT_ASKED = "not asked"
    """The rule is disabled, or not part of the pack any more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A question that a preview left open."""

    rule: str
    rule_version: int
    urn: str
    path: str
    message: str
    opened: str
    """When the preview was scanned, in UTC, such as ``2026-11-23T16:49:42+00:00``."""
    existed: bool
    """Whether the resource existed before the update."""
    as_of: str = ""
    """When the state was last changed before the update; empty where nobody can say."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """The open entries of one stack."""

    project: str
    stack: str
    entries: tuple[Entry, ...] = ()

    def text(self) -> str:
        """Return the record as it is written to a file."""
        document = {
            "format": _FORMAT,
            "version": _VERSION,
            "project": self.project,
            "stack": self.stack,
            "entries": [
                {name: getattr(entry, field) for field, name in _NAMES.items()} for entry in self.entries
            ],
        }
        return json.dumps(document, indent=2) + "\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class Closure:
    """What an evaluation made of a record."""

    closed: Sequence[tuple[Entry, Closed]] = ()
    open: Sequence[Entry] = ()
    findings: Sequence[Finding] = field(default_factory=tuple[Finding, ...])
    """One for each entry that is still open."""


_ANSWERS: Final[Mapping[Verdict | None, Closed | str]] = {
    Verdict.PASS: Closed.PASS,
    Verdict.FAIL: Closed.FAIL,
    Verdict.ERROR: "the rule broke on this resource",
    None: Closed.NOT_ASKED,
}

_NAMES: Final = {
    "rule": "rule",
    "rule_version": "ruleVersion",
    "urn": "urn",
    "path": "path",
    "message": "message",
    "opened": "opened",
    "existed": "existed",
    "as_of": "asOf",
}


def read(text: str) -> Record:
    """Read a record.

    Raises:
        InputError: The text is none.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict) or document.get("format") != _FORMAT:
        raise InputError(
            "this is no record of deferred findings; --deferred on the scan of a preview writes one."
        )
    record = cast("Mapping[str, Any]", document)
    if record.get("version") != _VERSION:
        raise InputError(
            f"the record has a version that is not {_VERSION}. Scan the preview again to renew it."
        )
    return Record(
        project=fields.text(record, "project", "the record"),
        stack=fields.text(record, "stack", "the record"),
        entries=tuple(
            _entry(entry, f"entry {position} of the record")
            for position, entry in enumerate(fields.sequence(record, "entries", "the record"), start=1)
        ),
    )


def _entry(entry: Any, where: str) -> Entry:
    if not isinstance(entry, Mapping):
        raise InputError(f"{where} must be an object, not {fields.called(entry)}")
    given = cast("Mapping[str, Any]", entry)
    version, existed = given.get("ruleVersion"), given.get("existed")
    if not isinstance(version, int) or not isinstance(existed, bool):
        raise InputError(f"{where} needs ruleVersion, a whole number, and existed, true or false")
    texts = {
        field: fields.text(given, name, where)
        for field, name in _NAMES.items()
        if field not in {"rule_version", "existed"}
    }
    return Entry(rule_version=version, existed=existed, **texts)


def opened(
    evaluation: Evaluation, snapshot: Snapshot, now: datetime, earlier: Record | None = None
) -> Record:
    """Return the record that a preview leaves.

    Args:
        evaluation: What the rules said of the preview.
        snapshot: The preview.
        now: The moment, in UTC.
        earlier: The record that is there already. Of it stays what a partial preview says nothing about.
    """
    shown = {resource.urn for resource in snapshot.resources}
    kept = [
        entry
        for entry in (earlier.entries if earlier is not None and snapshot.partial else ())
        if entry.urn not in shown
    ]
    fresh = {
        finding.place: Entry(
            rule=finding.rule,
            rule_version=finding.rule_version,
            urn=finding.urn,
            path=finding.path,
            message=finding.message,
            opened=now.isoformat(timespec="seconds"),
            existed=finding.urn in snapshot.existing,
            as_of=snapshot.as_of,
        )
        for finding in evaluation.findings
        if finding.deferred
    }
    return Record(project=snapshot.project, stack=snapshot.stack, entries=(*kept, *fresh.values()))


def close(
    record: Record,
    evaluation: Evaluation,
    snapshot: Snapshot,
    rules: Iterable[Rule],
    configuration: Configuration,
) -> Closure:
    """Hold a record against what the rules say of the state after the update."""
    by_id = {rule.id: rule for rule in rules}
    stack = Inventory(snapshot.resources)
    closed: list[tuple[Entry, Closed]] = []
    still: list[Entry] = []
    findings: list[Finding] = []
    for entry in record.entries:
        rule = by_id.get(entry.rule)
        configured = configuration.rules.get(entry.rule)
        if rule is None or configured is None or configured.enforcement is Enforcement.DISABLED:
            closed.append((entry, Closed.NOT_ASKED))
            continue
        answer = _answer(entry, evaluation, stack, snapshot.as_of)
        if isinstance(answer, Closed):
            closed.append((entry, answer))
            continue
        enforcement = Enforcement.ADVISORY if configured.unknown is OnUnknown.WARN else configured.enforcement
        still.append(entry)
        findings.append(_finding(entry, answer, rule.severity, enforcement))
    return Closure(closed=tuple(closed), open=tuple(still), findings=tuple(findings))


def _answer(entry: Entry, evaluation: Evaluation, stack: Inventory, as_of: str) -> Closed | str:
    """Return how an entry is closed, or why it is not."""
    if entry.as_of and entry.as_of == as_of:
        return "the state has not changed since, so the update is still to come"
    if entry.urn not in stack:
        return Closed.GONE if entry.existed else "the update has not created the resource"
    verdict = evaluation.verdicts.get((entry.rule, entry.urn))
    if verdict is not Verdict.UNKNOWN:
        return _ANSWERS[verdict]
    about = [each for each in evaluation.findings if (each.rule, each.urn) == (entry.rule, entry.urn)]
    waived = all(each.waived is not None for each in about)
    return Closed.WAIVED if waived else "nobody knows the answer after the update either"


def _finding(entry: Entry, why: str, severity: Severity, enforcement: Enforcement) -> Finding:
    return Finding(
        rule=DEFERRED,
        rule_version=1,
        verdict=Verdict.UNKNOWN,
        severity=severity,
        enforcement=enforcement,
        urn=entry.urn,
        path=entry.path,
        message=f"{entry.rule} was left open by the preview of {entry.opened} and still is: {why}",
        fix=_FIX,
    )
