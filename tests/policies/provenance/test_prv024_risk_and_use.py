from policies.provenance.prv024_risk_and_use import RULE
from tests.policies.cases import LATER, Cases
from tests.policies.declared import endpoint

CASES = Cases(
    rule=RULE,
    good={"a tier and a use": [endpoint(), endpoint("other", riskTier="high")]},
    bad={
        "neither": (
            [endpoint(riskTier=None, intendedUse=None)],
            [
                "rank.intendedUse: nothing says what it is for",
                "rank.riskTier: nothing says how risky it is: riskTier is not set",
            ],
        ),
        "a tier of one's own": (
            [endpoint(riskTier="moderate")],
            ["rank.riskTier: nothing says how risky it is: riskTier is 'moderate'"],
        ),
        "what is prohibited": (
            [endpoint(riskTier="unacceptable")],
            ["rank.riskTier: its risk is unacceptable, and what is unacceptable is prohibited"],
        ),
    },
    unknown={
        "a tier from elsewhere": ([endpoint(riskTier=LATER)], ["rank.riskTier", "rank.riskTier"]),
        "a use from elsewhere": ([endpoint(intendedUse=LATER)], ["rank.intendedUse"]),
    },
    waived={"neither": [endpoint(riskTier=None)]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
