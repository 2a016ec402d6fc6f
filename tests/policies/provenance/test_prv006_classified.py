from policies.provenance.prv006_classified import RULE
from tests.policies.cases import LATER, Cases
from tests.policies.declared import dataset

EACH = ["pci", "pfi", "phi", "pi", "sci", "spi"]
LOOKED_FOR = (
    "not every kind of protected data was looked for (pci, pfi, phi, pi, sci, spi): name each in "
    "classification.evaluated, or all"
)

CASES = Cases(
    rule=RULE,
    good={
        "everything looked for": [dataset()],
        "each looked for": [
            dataset(classification={"evaluated": EACH, "contains": ["pi"], "tool": "people"})
        ],
    },
    bad={
        "not classified": (
            [dataset(classification=None, confidentiality=None)],
            [
                f"clicks.classification.evaluated: {LOOKED_FOR}",
                "clicks.classification.tool: nothing says what looked for protected data",
                "clicks.confidentiality: nothing says how closely it is held: confidentiality is not set",
            ],
        ),
        "one kind forgotten": (
            [dataset(classification={"evaluated": EACH[1:], "tool": "presidio"})],
            [f"clicks.classification.evaluated: {LOOKED_FOR}"],
        ),
        "a level of one's own": (
            [dataset(confidentiality="secret")],
            ["clicks.confidentiality: nothing says how closely it is held: confidentiality is 'secret'"],
        ),
    },
    unknown={
        "a level from elsewhere": ([dataset(confidentiality=LATER)], ["clicks.confidentiality"]),
        "a classification from elsewhere": (
            [dataset(classification=LATER)],
            ["clicks.classification.evaluated[*]", "clicks.classification.tool"],
        ),
    },
    waived={"not classified": [dataset(classification=None)]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
