"""PRV-001: somebody answers for every dataset, feature view, model and endpoint, and can be reached."""

from collections.abc import Iterator

from policies.engine import Claim, Enforcement, OnUnknown, Resource, Rule, Settings, Severity, require
from policies.linkage.vocabulary import DATASET, ENDPOINT, FEATURE_VIEW, MODEL
from policies.provenance.said import reachable, said


def _owned(node: Resource, _: Settings) -> Iterator[Claim]:
    team, contact = node["owner"]["team"], node["owner"]["contact"]
    yield require(said(team), "no team answers for it: owner.team is missing")
    yield require(reachable(contact), f"nobody can be reached about it: owner.contact is {contact}")


RULE = Rule(
    id="PRV-001",
    version=1,
    title="Somebody answers for data, models and endpoints",
    why="Questions about data come years after the people who collected it left; a team and an address "
    "remain.",
    fix="Set owner.team, and owner.contact to an e-mail address or a link.",
    severity=Severity.HIGH,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    alone=dict.fromkeys((DATASET, FEATURE_VIEW, MODEL, ENDPOINT), _owned),
)
