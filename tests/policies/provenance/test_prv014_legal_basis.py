from policies.provenance.prv014_legal_basis import RULE
from tests.policies.cases import LATER, Cases
from tests.policies.declared import dataset, source

WRONG = "it holds data about people, and names no consent or other legal basis"


def holding(*codes: str) -> dict[str, object]:
    return {"contains": list(codes), "evaluated": ["all"], "tool": "presidio"}


CASES = Cases(
    rule=RULE,
    good={
        "personal data on consent": [
            dataset(classification=holding("pi"), consents=["https://acme.example/privacy"]),
            source(classification=holding("phi"), consents=["DPA-17"]),
        ],
        "no personal data": [dataset(classification=holding("pci")), dataset("other")],
    },
    bad={
        "personal data": ([dataset(classification=holding("pi"))], [f"clicks.consents: {WRONG}"]),
        "health data with an empty list": (
            [source(classification=holding("pci", "phi"), consents=[])],
            [f"app.consents: {WRONG}"],
        ),
        "a basis without a name": (
            [dataset(classification=holding("spi"), consents=[" "])],
            [f"clicks.consents: {WRONG}"],
        ),
    },
    unknown={
        "what it holds comes from elsewhere": (
            [dataset(classification=LATER)],
            ["clicks.classification.contains[*]"],
        ),
        "the basis comes from elsewhere": (
            [dataset(classification=holding("pi"), consents=LATER)],
            ["clicks.consents[*]"],
        ),
    },
    waived={"personal data": [dataset(classification=holding("pi"))]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
