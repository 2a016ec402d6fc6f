"""PRV-014: data about people names the consent, or another legal basis, it was collected on."""

from collections.abc import Iterator

from policies.engine import Claim, Enforcement, OnUnknown, Resource, Rule, Settings, Severity, require
from policies.linkage.vocabulary import DATASET, PERSONAL, SOURCE
from policies.provenance.said import said


def _based(node: Resource, _: Settings) -> Iterator[Claim]:
    personal = node["classification"]["contains"].any(lambda code: code.one_of(PERSONAL))
    consents = node["consents"]
    yield require(
        personal.implies(consents.any(said)),
        "it holds data about people, and names no consent or other legal basis",
        at=consents,
    )


RULE = Rule(
    id="PRV-014",
    version=1,
    title="Data about people names its legal basis",
    why="Regulation (EU) 2016/679, article 6: without a legal basis nothing may be done with it, training "
    "included.",
    fix="Set consents to where the consent, contract or other legal basis is written down.",
    severity=Severity.CRITICAL,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    alone=dict.fromkeys((SOURCE, DATASET), _based),
)
