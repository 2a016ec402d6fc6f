from policies.provenance.prv010_datasets_used import RULE
from tests.policies.cases import LATER, Cases
from tests.policies.declared import chain, dataset, evaluation, training

CASES = Cases(
    rule=RULE,
    good={
        "used": chain(),
        "used by an evaluation alone": [dataset("clicks"), evaluation("ranker", "testedOn dataset:clicks")],
        "used after another step": [
            dataset("raw"),
            dataset("clean", "derivedFrom dataset:raw"),
            training("m", "trainedOn dataset:clean"),
        ],
        "held for a reason": [dataset("orders", hold=True)],
    },
    bad={
        "nobody reads it": (
            [dataset("clicks")],
            [
                "clicks.hold: nothing is made from it but other datasets, and nothing says why it is kept",
            ],
        ),
        "only a dataset that nobody reads was made from it": (
            [dataset("raw"), dataset("clean", "derivedFrom dataset:raw", hold=False)],
            [
                "clean.hold: nothing is made from it but other datasets, and nothing says why it is kept",
                "raw.hold: nothing is made from it but other datasets, and nothing says why it is kept",
            ],
        ),
    },
    unknown={
        "whether it is held": (
            [dataset("clicks", hold=LATER)],
            [
                "clicks.hold",
            ],
        ),
        "what others read": (
            [dataset("clicks"), training("m", inputs=LATER)],
            [
                "clicks.m.inputs",
            ],
        ),
    },
    waived={"nobody reads it": [dataset("clicks")]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
