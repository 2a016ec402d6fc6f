"""What an operation of the engine did, read from the engine's own event log."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """The end of an operation, for a closing line and for advice."""

    changes: Mapping[str, int] = field(default_factory=dict[str, int])
    """Operation to number of resources, for example ``create: 83``."""
    violations: Mapping[str, int] = field(default_factory=dict[str, int])
    """Enforcement level to number of policy messages."""
    packs: tuple[str, ...] = ()
    """The policy packs that ran, by the names that they give themselves."""
    errors: str = ""
    """The text of every error of the engine, the program and the providers."""


def read(log: Path) -> Summary:
    """Summarise an event log; a missing or cut-off one gives what there is."""
    changes: dict[str, int] = {}
    violations: Counter[str] = Counter()
    packs: dict[str, str] = {}
    errors: list[str] = []
    for event in _events(log):
        if summary := event.get("summaryEvent"):
            changes = dict(summary.get("resourceChanges") or {})
            packs = dict(summary.get("policyPacks") or summary.get("PolicyPacks") or {})
        elif policy := event.get("policyEvent"):
            violations[str(policy.get("enforcementLevel"))] += 1
        elif (diagnostic := event.get("diagnosticEvent")) and diagnostic.get("severity") == "error":
            errors.append(str(diagnostic.get("message", "")))
    return Summary(
        changes=changes,
        violations=violations,
        packs=tuple(sorted(name.partition("|")[0] for name in packs)),
        errors="\n".join(errors),
    )


def _events(log: Path) -> Iterator[dict[str, Any]]:
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    for line in lines:
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict):
            yield event
