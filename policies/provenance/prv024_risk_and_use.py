"""PRV-024: an endpoint says how risky it is and what it is for."""

from collections.abc import Iterator

from policies.engine import (
    Claim,
    Enforcement,
    OnUnknown,
    Resource,
    Rule,
    Settings,
    Severity,
    forbid,
    require,
)
from policies.linkage.vocabulary import ENDPOINT, RiskTier
from policies.provenance.said import said


def _tiered(endpoint: Resource, _: Settings) -> Iterator[Claim]:
    tier, use = endpoint["riskTier"], endpoint["intendedUse"]
    yield require(tier.one_of(tuple(RiskTier)), f"nothing says how risky it is: riskTier is {tier}")
    yield forbid(
        tier.equals(RiskTier.UNACCEPTABLE), "its risk is unacceptable, and what is unacceptable is prohibited"
    )
    yield require(said(use), "nothing says what it is for", at=use)


RULE = Rule(
    id="PRV-024",
    version=1,
    title="Endpoints declare risk tier and intended use",
    why="Which duties apply follows from the tier of Regulation (EU) 2024/1689, and the tier from the "
    "intended use.",
    fix="Set riskTier to minimal, limited or high, and intendedUse to one line.",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    alone={ENDPOINT: _tiered},
)
