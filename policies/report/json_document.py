"""The report for machines: JSON of our own, with the schema ``scan.schema.json`` beside this file.

The schema allows nothing that it does not list, so its number rises with every change of it.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from policies.engine import Finding, Severity, Verdict
from policies.engine.controls import Control
from policies.engine.deferred import Entry
from policies.report.model import TOOL, Judged, Report, Source, identities, location, subject
from policies.report.texts import document

SCHEMA: Final = Path(__file__).with_name("scan.schema.json")

FORMAT: Final = "trunkline-scan"
VERSION: Final = 1


def render(report: Report) -> str:
    """Return the document as text."""
    return document(as_dict(report))


def as_dict(report: Report) -> dict[str, Any]:
    """Return the document."""
    findings = report.findings
    return {
        "format": FORMAT,
        "version": VERSION,
        "tool": {"name": TOOL, "version": report.version},
        "created": report.created.isoformat(timespec="seconds"),
        "source": _source(report.source),
        "settled": report.settled,
        "blocks": report.blocks,
        "summary": {
            "findings": len(findings),
            "blocking": sum(finding.blocks for finding in findings),
            "waived": sum(finding.waived is not None for finding in findings),
            "deferred": sum(finding.deferred for finding in findings),
            "bySeverity": {
                severity.value: sum(finding.severity is severity for finding in findings)
                for severity in Severity
            },
        },
        "rules": [_rule(rule) for rule in report.rules],
        "findings": [
            _finding(finding, identity)
            for finding, identity in zip(findings, identities(findings), strict=True)
        ],
        "deferred": {
            "closed": [{**_entry(entry), "how": how.value} for entry, how in report.closure.closed],
            "open": [_entry(entry) for entry in report.closure.open],
        },
    }


def _source(source: Source) -> dict[str, Any]:
    return {
        "kind": source.kind,
        "name": source.name,
        "sha256": source.sha256,
        "project": source.project,
        "stack": source.stack,
        "engine": source.engine,
        "resources": source.resources,
        "leftOut": [{"reason": reason, "count": count} for reason, count in sorted(source.left_out.items())],
        "missing": source.missing,
        "partial": source.partial,
        "notes": list(source.notes),
    }


def _rule(rule: Judged) -> dict[str, Any]:
    return {
        "id": rule.id,
        "version": rule.version,
        "title": rule.title,
        "why": rule.why,
        "fix": rule.fix,
        "severity": rule.severity.value,
        "enforcement": rule.enforcement.value,
        "unknown": None if rule.unknown is None else rule.unknown.value,
        "controls": [control(one) for one in rule.controls],
        "verdicts": {verdict.value: rule.verdicts.get(verdict, 0) for verdict in Verdict},
    }


def control(one: Control) -> dict[str, Any]:
    """Return a control with the strength and the date that it is claimed with."""
    return {
        "framework": one.framework,
        "version": one.version,
        "id": one.id,
        "title": one.title,
        "strength": one.strength.value,
        "effective": None if one.effective is None else one.effective.isoformat(),
        "source": one.source,
    }


def _finding(finding: Finding, identity: str) -> dict[str, Any]:
    about = subject(finding.urn)
    return {
        "id": identity,
        "rule": finding.rule,
        "ruleVersion": finding.rule_version,
        "verdict": finding.verdict.value,
        "severity": finding.severity.value,
        "enforcement": finding.enforcement.value,
        "blocks": finding.blocks,
        "resource": {"urn": about.urn, "type": about.type, "name": about.name},
        "path": finding.path,
        "message": finding.message,
        "fix": finding.fix,
        "deferred": finding.deferred,
        "waived": finding.waived,
        "location": place(finding.source_position),
        "witness": [
            {"node": hop.node, "urn": hop.urn, "edge": hop.edge, "location": place(hop.position)}
            for hop in finding.witness
        ],
    }


def place(position: str | None) -> Mapping[str, Any] | None:
    """Return file and line, or nothing where they are not known."""
    found = location(position)
    return None if found is None else {"file": found[0], "line": found[1]}


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "rule": entry.rule,
        "ruleVersion": entry.rule_version,
        "urn": entry.urn,
        "path": entry.path,
        "message": entry.message,
        "opened": entry.opened,
    }
