"""What a scan found, as every format shows it: one plain type with nothing left to compute or to look up."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from policies.engine import (
    Configuration,
    Enforcement,
    Evaluation,
    Finding,
    OnUnknown,
    Rule,
    Severity,
    Verdict,
)
from policies.engine.configuration import WAIVERS
from policies.engine.controls import Control
from policies.engine.deferred import DEFERRED, Closure

TOOL: Final = "trunkline"

SEVERITIES: Final = (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW)
"""Worst first."""

_PARTS_OF_A_URN: Final = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """What was scanned."""

    kind: str
    """``state``, ``preview`` or ``platform``."""
    name: str
    """The file as it was named, ``standard input``, or the stack."""
    sha256: str
    """Digest of its bytes, as evidence of what was judged."""
    project: str = ""
    stack: str = ""
    engine: str = ""
    resources: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict[str, int])
    """How many resources were not judged, by the reason."""
    missing: int = 0
    """How many resources the stack has that the source does not show."""
    partial: bool = False
    """Whether the source does not show every resource."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """A rule as it was run, and how often it said what."""

    id: str
    version: int
    title: str
    why: str
    fix: str
    severity: Severity
    enforcement: Enforcement
    unknown: OnUnknown | None
    """``None`` for what is no rule of the catalogue: waivers and deferred findings."""
    controls: Sequence[Control] = ()
    verdicts: Mapping[Verdict, int] = field(default_factory=dict[Verdict, int])
    """The worst verdict about each resource that the rule judges, counted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """A resource by its URN."""

    urn: str
    type: str
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """Everything there is to tell about one scan."""

    version: str
    """Of the tool."""
    created: datetime
    """In UTC."""
    settled: bool
    """Whether everything was known, as in a state."""
    source: Source
    rules: Sequence[Judged]
    findings: Sequence[Finding]
    """Those of the rules, those about waivers, and deferred ones that are still open."""
    closure: Closure = field(default_factory=Closure)
    """What became of the findings that an earlier preview deferred."""

    @property
    def blocks(self) -> bool:
        """Whether a deployment must not go on."""
        return any(finding.blocks for finding in self.findings)


def build(  # noqa: PLR0913 - everything a report is made of, named
    *,
    version: str,
    created: datetime,
    settled: bool,
    source: Source,
    rules: Iterable[Rule],
    controls: Mapping[str, Sequence[Control]],
    configuration: Configuration,
    evaluation: Evaluation,
    closure: Closure | None = None,
) -> Report:
    """Return the report of an evaluation that holds no secret any more (`policies.report.redaction`)."""
    closure = closure or Closure()
    counts = Counter((rule, verdict) for (rule, _), verdict in evaluation.verdicts.items())
    judged = [
        Judged(
            id=rule.id,
            version=rule.version,
            title=rule.title,
            why=rule.why,
            fix=rule.fix,
            severity=rule.severity,
            enforcement=configuration.rules[rule.id].enforcement,
            unknown=configuration.rules[rule.id].unknown,
            controls=tuple(controls.get(rule.id, ())),
            verdicts={verdict: counts[rule.id, verdict] for verdict in Verdict},
        )
        for rule in sorted(rules, key=lambda rule: rule.id)
    ]
    findings = (*evaluation.findings, *closure.findings)
    return Report(
        version=version,
        created=created,
        settled=settled,
        source=source,
        rules=(*judged, *_others(configuration, findings)),
        findings=findings,
        closure=closure,
    )


def _others(configuration: Configuration, findings: Iterable[Finding]) -> list[Judged]:
    """Describe what is reported beside the rules, where something is."""
    reported = {finding.rule for finding in findings}
    about = {
        WAIVERS: (
            "Waivers are current, approved and needed",
            "A waiver that no longer applies must not look like one that does.",
            "Renew, correct or remove the waiver in the pack's configuration.",
            configuration.waiver_enforcement,
        ),
        DEFERRED: (
            "What a preview deferred is closed after the update",
            "A question that is never asked again is a question that was dropped.",
            "Run the update to its end and scan its state again.",
            Enforcement.MANDATORY,
        ),
    }
    return [
        Judged(
            id=name,
            version=1,
            title=title,
            why=why,
            fix=fix,
            severity=Severity.MEDIUM,
            enforcement=enforcement,
            unknown=None,
        )
        for name, (title, why, fix, enforcement) in about.items()
        if name in reported
    ]


def subject(urn: str) -> Subject:
    """Return what a URN says; of a text that is none, the text as its name."""
    parts = urn.split("::", _PARTS_OF_A_URN - 1)
    if len(parts) < _PARTS_OF_A_URN:
        return Subject(urn=urn, type="", name=urn)
    return Subject(urn=urn, type=parts[2].rpartition("$")[2], name=parts[3])


def identities(findings: Iterable[Finding]) -> list[str]:
    """Return a name for each finding that is the same in the next scan, wherever its lines have moved.

    It follows from rule, resource and property; findings that share all three are told apart by their order.
    """
    seen: Counter[tuple[str, str, str]] = Counter()
    found: list[str] = []
    for finding in findings:
        seen[finding.place] += 1
        text = "\0".join((*finding.place, str(seen[finding.place])))
        found.append(hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32])
    return found


def location(position: str | None) -> tuple[str, int] | None:
    """Return file and line of a position such as ``stacks/compose.py:201``, if it is one."""
    file, colon, line = (position or "").rpartition(":")
    return (file, int(line)) if colon and file and line.isdecimal() and int(line) > 0 else None
