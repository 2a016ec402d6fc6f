"""What an evaluation says: one plain, serialisable record for each thing an auditor may ask about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from policies.engine.hop import Hop
from policies.engine.rule import Enforcement, Severity


class Verdict(StrEnum):
    """The answer of one rule about one resource, from best to worst."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    UNKNOWN = "unknown"
    FAIL = "fail"
    ERROR = "error"
    """The rule itself broke; nothing is known about the resource."""


RANK = {verdict: rank for rank, verdict in enumerate(Verdict)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One claim that does not hold, or that could not be decided."""

    rule: str
    rule_version: int
    verdict: Verdict
    severity: Severity
    enforcement: Enforcement
    """What this finding does, after configuration, phase and waiver: it blocks, or it is shown."""
    urn: str
    path: str
    """The property that decided, or that is missing; of another resource where the message names one."""
    message: str
    fix: str
    deferred: bool = False
    """Whether the next evaluation must answer what this one could not."""
    waived: str | None = None
    """Why the finding does not block: who approved it, until when, and the ticket."""
    source_position: str | None = None
    wrong: str = ""
    """What the rule claims is wrong, in the same words whether that is known yet or not."""
    witness: tuple[Hop, ...] = ()
    """The path through the graph that proves a finding about it, from its origin to this resource."""

    @property
    def blocks(self) -> bool:
        """Whether a deployment must not go on."""
        return self.enforcement is Enforcement.MANDATORY

    @property
    def place(self) -> tuple[str, str, str]:
        """Rule, resource and property: what two evaluations of the same thing have in common."""
        return self.rule, self.urn, self.path


@dataclass(frozen=True, kw_only=True, slots=True)
class Evaluation:
    """Everything a set of rules had to say about a stack."""

    findings: Sequence[Finding]
    """In a fixed order: by rule, resource, property and message."""
    verdicts: Mapping[tuple[str, str], Verdict]
    """The worst verdict of each rule (by id) on each resource (by URN) that it judges."""

    @property
    def blocks(self) -> bool:
        """Whether a deployment must not go on."""
        return any(finding.blocks for finding in self.findings)
