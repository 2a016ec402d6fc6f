from policies.provenance.prv020_models_signed import RULE
from tests.policies.cases import LATER, Cases
from tests.policies.declared import model

UNCHECKED = "nothing checks its signature: signature.verified is not true"

CASES = Cases(
    rule=RULE,
    good={
        "an identity": [model()],
        "a key": [model(signature={"key": "awskms:///alias/models", "verified": True})],
    },
    bad={
        "not signed": (
            [model(signature=None)],
            ["ranker.signature: nothing says who signed it", f"ranker.signature.verified: {UNCHECKED}"],
        ),
        "signed, and never checked": (
            [model(signature={"identity": "ci@acme.example"})],
            [f"ranker.signature.verified: {UNCHECKED}"],
        ),
    },
    unknown={
        "a key from elsewhere": (
            [model(signature={"key": LATER, "verified": True})],
            ["ranker.signature.key"],
        )
    },
    waived={"not signed": [model(signature=None)]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
