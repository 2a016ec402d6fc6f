from typing import Any

from policies.provenance.prv007_classification_kept import RULE
from tests.policies.cases import LATER, Cases
from tests.policies.declared import DIGEST, chain, dataset, model, source, training, view


def holding(*codes: str) -> dict[str, Any]:
    return {"contains": list(codes), "evaluated": ["all"], "tool": "presidio 2.2.360"}


def transform(**changes: Any) -> list[dict[str, Any]]:
    declared = {
        "technology": "data-anonymization",
        "tool": "arx 3.9",
        "removes": ["pi"],
        "lowersTo": "internal",
        "evidence": DIGEST,
    }
    return [{key: value for key, value in {**declared, **changes}.items() if value is not None}]


def copied(**changes: Any) -> list[Any]:
    """Return a dataset of personal data, and another made from it."""
    return [
        dataset("people", confidentiality="confidential", classification=holding("pi")),
        dataset("counts", "derivedFrom dataset:people", **changes),
    ]


CASES = Cases(
    rule=RULE,
    good={
        "nothing is lowered": chain(),
        "the same again": copied(confidentiality="confidential", classification=holding("pi", "pci")),
        "a transform with evidence": copied(reduces=transform()),
        "who says nothing inherits": [
            *copied(reduces=transform()),
            view("counts_7d", "readsFrom dataset:counts"),
            model("m", "readsFrom featureView:counts_7d", confidentiality="internal"),
        ],
        "training with differential privacy": [
            dataset("people", confidentiality="restricted", classification=holding("spi")),
            training(
                "m",
                "trainedOn dataset:people",
                reduces=transform(technology="differential-privacy", removes=["spi"]),
            ),
            model("m", "producedBy training:m", confidentiality="internal"),
        ],
        "held as closely as can be, whatever arrives": [
            source(confidentiality=LATER),
            dataset("d", "derivedFrom source:app", confidentiality="restricted"),
        ],
    },
    bad={
        "a lower level": (
            copied(classification=holding("pi")),
            [
                (
                    "counts.confidentiality: it is called 'internal', and confidential data of dataset "
                    "people reaches it; no transform with evidence lies between"
                ),
            ],
        ),
        "a code left out": (
            copied(confidentiality="confidential"),
            [
                (
                    "counts.classification.contains: its classification does not name pi, which reaches it "
                    "from dataset people; no transform with evidence lies between"
                ),
            ],
        ),
        "two steps further": (
            [
                *copied(confidentiality="confidential", classification=holding("pi"))[:1],
                view("people_7d", "readsFrom dataset:people"),
                training("m", "trainedOn featureView:people_7d"),
                model("m", "producedBy training:m", confidentiality="public"),
            ],
            [
                (
                    "m.confidentiality: it is called 'public', and confidential data of dataset people "
                    "reaches it; no transform with evidence lies between"
                ),
            ],
        ),
        "a transform without evidence": (
            copied(
                reduces=transform(evidence=None), confidentiality="confidential", classification=holding("pi")
            ),
            [
                (
                    "counts.reduces[0]: its transform 'data-anonymization' lowers nothing: it lacks the "
                    "digest of the evidence (sha256:…)"
                ),
            ],
        ),
        "a transform that changes nothing": (
            copied(reduces=transform(technology="data-encryption", tool=" ")),
            [
                (
                    "counts.classification.contains: its classification does not name pi, which reaches it "
                    "from dataset people; no transform with evidence lies between"
                ),
                (
                    "counts.confidentiality: it is called 'internal', and confidential data of dataset "
                    "people reaches it; no transform with evidence lies between"
                ),
                (
                    "counts.reduces[0]: its transform 'data-encryption' lowers nothing: it lacks a "
                    "technology that changes what the data says, the tool"
                ),
            ],
        ),
        "a transform that removes something else": (
            copied(reduces=transform(removes=["pci"])),
            [
                (
                    "counts.classification.contains: its classification does not name pi, which reaches it "
                    "from dataset people; no transform with evidence lies between"
                ),
            ],
        ),
    },
    unknown={
        "the level of a source": (
            [source(confidentiality=LATER), dataset("d", "derivedFrom source:app")],
            [
                "d.app.confidentiality",
            ],
        ),
        "what a source holds": (
            [source(classification=holding(LATER)), dataset("d", "derivedFrom source:app")],
            [
                "d.app.classification",
            ],
        ),
        "the evidence of a transform": (
            copied(reduces=transform(evidence=LATER)),
            [
                "counts.reduces",
                "counts.reduces",
                "counts.reduces[0]",
            ],
        ),
        "what it was made from": (
            [dataset("d", inputs=LATER)],
            [
                "d.inputs",
                "d.inputs",
            ],
        ),
        "what it is called": (
            copied(confidentiality=LATER, classification=holding("pi")),
            [
                "counts.confidentiality",
            ],
        ),
    },
    waived={"a lower level": copied(classification=holding("pi"))},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
