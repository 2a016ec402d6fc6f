from typing import Any

from policies.provenance.prv018_special_data_not_public import RULE
from tests.policies.cases import LATER, Cases
from tests.policies.declared import DIGEST, chain

PUBLIC = {"exposure": "public"}


def holding(*codes: str, evaluated: tuple[str, ...] = ("all",)) -> dict[str, Any]:
    return {"classification": {"contains": list(codes), "evaluated": list(evaluated), "tool": "presidio"}}


def removing(code: str, evidence: str | None = DIGEST) -> dict[str, Any]:
    transform = {"technology": "data-redaction", "tool": "presidio", "removes": [code]}
    return {"reduces": [transform if evidence is None else {**transform, "evidence": evidence}]}


CASES = Cases(
    rule=RULE,
    good={
        "nothing special": chain(endpoint=PUBLIC),
        "health data inside": chain(dataset=holding("phi")),
        "personal data that is not special": chain(dataset=holding("pi", "pfi"), endpoint=PUBLIC),
        "removed on the way": chain(dataset=holding("phi"), view=removing("phi"), endpoint=PUBLIC),
        "removed in training": chain(dataset=holding("spi"), training=removing("spi"), endpoint=PUBLIC),
    },
    bad={
        "health data": (
            chain(dataset=holding("phi"), endpoint=PUBLIC),
            [
                (
                    "rank.exposure: anybody may ask it, and phi of dataset clicks reaches it; no transform "
                    "with evidence removed it"
                ),
            ],
        ),
        "of a source, and both kinds": (
            chain(source=holding("phi", "spi"), endpoint=PUBLIC),
            [
                (
                    "rank.exposure: anybody may ask it, and phi of source app reaches it; no transform "
                    "with evidence removed it"
                ),
                (
                    "rank.exposure: anybody may ask it, and spi of source app reaches it; no transform "
                    "with evidence removed it"
                ),
            ],
        ),
        "removed without evidence": (
            chain(dataset=holding("phi"), view=removing("phi", evidence=None), endpoint=PUBLIC),
            [
                (
                    "rank.exposure: anybody may ask it, and phi of dataset clicks reaches it; no transform "
                    "with evidence removed it"
                ),
            ],
        ),
        "something else removed": (
            chain(dataset=holding("phi"), view=removing("spi"), endpoint=PUBLIC),
            [
                (
                    "rank.exposure: anybody may ask it, and phi of dataset clicks reaches it; no transform "
                    "with evidence removed it"
                ),
            ],
        ),
    },
    unknown={
        "who may ask": (
            chain(dataset=holding("phi"), endpoint={"exposure": LATER}),
            [
                "rank.exposure",
            ],
        ),
        "what it holds": (
            chain(dataset={"classification": LATER}, endpoint=PUBLIC),
            [
                "rank.clicks.classification",
            ],
        ),
        "what nobody looked for": (
            chain(dataset=holding("pi", evaluated=("pi", "pci")), endpoint=PUBLIC),
            [
                "rank.clicks.classification",
            ],
        ),
        "the evidence": (
            chain(dataset=holding("phi"), view=removing("phi", evidence=LATER), endpoint=PUBLIC),
            [
                "rank.user_7d.reduces",
            ],
        ),
        "what it was trained on": (
            chain(training={"inputs": LATER}, endpoint=PUBLIC),
            [
                "rank.ranker.inputs",
            ],
        ),
    },
    waived={"health data": chain(dataset=holding("phi"), endpoint=PUBLIC)},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
