"""The report as SARIF 2.1.0, the OASIS standard for results of static analysis.

What blocks is an ``error``; what does not is a ``warning`` or a ``note``. A question that may stay open for
now is a result of kind ``open``, which has no level. A waived finding is a suppressed result with its
justification. The path that proves a finding about the graph is a code flow.
"""

import functools
from collections.abc import Mapping, Sequence
from datetime import UTC
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from policies.catalogue import FAMILIES
from policies.engine import Finding, Verdict
from policies.engine.data import read
from policies.report.json_document import control
from policies.report.model import TOOL, Judged, Report, Source, identities, location, subject
from policies.report.texts import document, visible

VERSION: Final = "2.1.0"
SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

FINGERPRINT: Final = "trunkline/v1"
"""Name of the fingerprint; its last part rises when fingerprints come out differently."""

_ROOT: Final = "%SRCROOT%"
_PROGRAM: Final = {_ROOT: {"description": {"text": "The folder of Pulumi.yaml."}}}


def render(report: Report) -> str:
    """Return the log as text."""
    return document(as_dict(report))


def as_dict(report: Report) -> dict[str, Any]:
    """Return the log, with one run."""
    places = {rule.id: place for place, rule in enumerate(report.rules)}
    source = report.source
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": TOOL,
                "version": report.version,
                "rules": [_rule(rule) for rule in report.rules],
            }
        },
        # One log replaces an older one of the same id, and a preview must not replace a state.
        "automationDetails": {"id": f"{TOOL}/{source.kind}/{source.project}/{source.stack}/"},
        "invocations": [_invocation(report, places)],
        "originalUriBaseIds": _PROGRAM,
        "artifacts": [
            {
                "location": {"uri": _uri(source)},
                "roles": ["analysisTarget"],
                "hashes": {"sha-256": source.sha256},
            }
        ],
        "results": [
            _result(finding, identity, places, source)
            for finding, identity in zip(report.findings, identities(report.findings), strict=True)
        ],
        "properties": {
            "source": source.kind,
            "settled": report.settled,
            "blocks": report.blocks,
            "resources": source.resources,
            "partial": source.partial,
            "deferredClosed": len(report.closure.closed),
            "deferredOpen": len(report.closure.open),
        },
    }
    return {"$schema": SCHEMA, "version": VERSION, "runs": [run]}


def _rule(rule: Judged) -> dict[str, Any]:
    family = next((family for family, prefix in FAMILIES.items() if rule.id.startswith(f"{prefix}-")), "")
    labels = {one.label for one in rule.controls}
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {
            "text": f"{rule.why}\n\nFix: {rule.fix}",
            "markdown": f"{rule.why}\n\n**Fix:** {rule.fix}\n{_controls(rule)}",
        },
        "defaultConfiguration": {
            "enabled": rule.enforcement.value != "disabled",
            "level": _table()["default"][rule.enforcement.value],
        },
        "properties": {
            "tags": [*([family] if family else []), *sorted(labels)],
            "security-severity": _table()["score"][rule.severity.value],
            "version": rule.version,
            "severity": rule.severity.value,
            "enforcement": rule.enforcement.value,
            "unknown": None if rule.unknown is None else rule.unknown.value,
            "controls": [control(one) for one in rule.controls],
            "verdicts": {verdict.value: rule.verdicts.get(verdict, 0) for verdict in Verdict},
        },
    }


def _controls(rule: Judged) -> str:
    lines = [
        f"| {one.framework} {one.version}, {one.id} | {one.title} | {one.strength.value} |"
        for one in rule.controls
    ]
    return "\n".join(("\n| control | title | covered |", "|---|---|---|", *lines, "")) if lines else ""


def _invocation(report: Report, places: Mapping[str, int]) -> dict[str, Any]:
    broken = [finding for finding in report.findings if finding.verdict is Verdict.ERROR]
    return {
        "executionSuccessful": not broken,
        "endTimeUtc": report.created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "toolExecutionNotifications": [
            *({"level": "warning", "message": {"text": visible(note)}} for note in report.source.notes),
            *(
                {
                    "level": "error",
                    "message": {"text": visible(finding.message)},
                    "associatedRule": {"id": finding.rule, "index": places[finding.rule]},
                    "locations": [_location(finding, report.source)],
                }
                for finding in broken
            ),
        ],
    }


def _result(finding: Finding, identity: str, places: Mapping[str, int], source: Source) -> dict[str, Any]:
    about = subject(finding.urn)
    where = ": ".join(filter(None, (about.name, finding.path)))
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": places[finding.rule],
        **_kind(finding),
        "message": {"text": visible(f"{where}: {finding.message}" if where else finding.message)},
        "locations": [_location(finding, source)],
        "partialFingerprints": {FINGERPRINT: identity},
        "properties": {
            "ruleVersion": finding.rule_version,
            "verdict": finding.verdict.value,
            "severity": finding.severity.value,
            "enforcement": finding.enforcement.value,
            "blocks": finding.blocks,
            "deferred": finding.deferred,
            "path": finding.path,
            "fix": finding.fix,
        },
    }
    if finding.waived is not None:
        result["suppressions"] = [
            {"kind": "external", "status": "accepted", "justification": visible(finding.waived)}
        ]
    if finding.witness:
        result["codeFlows"] = [{"threadFlows": [{"locations": _steps(finding)}]}]
    return result


def _kind(finding: Finding) -> dict[str, str]:
    if finding.blocks:
        return {"kind": "fail", "level": "error"}
    if finding.verdict is Verdict.FAIL:
        return {"kind": "fail", "level": _table()["level"][finding.severity.value]}
    return {"kind": "open", "level": "none"}


def _location(finding: Finding, source: Source) -> dict[str, Any]:
    """Return where it is: in the program where that is known, or else in what was scanned.

    A reader such as GitHub refuses a whole log for one result without a physical location.
    """
    found: dict[str, Any] = {
        "physicalLocation": _physical(finding.source_position)
        or {"artifactLocation": {"uri": _uri(source), "index": 0}}
    }
    if finding.urn:
        about = subject(finding.urn)
        found["logicalLocations"] = [
            {"fullyQualifiedName": about.urn, "name": about.name, "kind": "resource"}
        ]
    return found


def _steps(finding: Finding) -> Sequence[dict[str, Any]]:
    steps: list[dict[str, Any]] = []
    for hop in finding.witness:
        place: dict[str, Any] = {
            "message": {"text": visible(f"{hop.edge}: {hop.node}" if hop.edge else hop.node)}
        }
        if (physical := _physical(hop.position)) is not None:
            place["physicalLocation"] = physical
        if hop.urn:
            place["logicalLocations"] = [
                {"fullyQualifiedName": hop.urn, "name": hop.node, "kind": "resource"}
            ]
        steps.append({"location": place})
    return steps


def _physical(position: str | None) -> dict[str, Any] | None:
    found = location(position)
    if found is None:
        return None
    file, line = found
    return {
        "artifactLocation": {"uri": _quoted(file), "uriBaseId": _ROOT},
        "region": {"startLine": line},
    }


def _uri(source: Source) -> str:
    quoted = _quoted(source.name)
    return f"file://{quoted}" if quoted.startswith("/") else quoted


def _quoted(path: str) -> str:
    return quote(path.encode("utf-8", "replace"))


@functools.cache
def _table() -> Mapping[str, Mapping[str, str]]:
    return read(Path(__file__).parent / "tables" / "sarif.toml")
