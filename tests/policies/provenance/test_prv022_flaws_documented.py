from policies.provenance.prv022_flaws_documented import RULE
from tests.policies.cases import LATER, Cases
from tests.policies.declared import chain, dataset, endpoint, evaluation, model, training

HIGH = {"riskTier": "high"}
SILENT = {"quality": None}

CASES = Cases(
    rule=RULE,
    good={
        "documented": chain(endpoint=HIGH),
        "not high-risk": chain(dataset=SILENT),
    },
    bad={
        "nothing is documented": (
            chain(dataset=SILENT, endpoint=HIGH),
            [
                (
                    "rank.clicks.quality.limitations: it is high-risk, and dataset clicks behind it says "
                    "nothing about its limitations, biases, gaps"
                ),
            ],
        ),
        "the model is high-risk": (
            chain(dataset={"quality": {"limitations": "Old.", "biases": " "}}, model=HIGH),
            [
                (
                    "rank.clicks.quality.biases: it is high-risk, and dataset clicks behind it says "
                    "nothing about its biases, gaps"
                ),
            ],
        ),
        "what it was evaluated on": (
            [
                dataset("clicks"),
                dataset("held", quality={"limitations": "Few.", "biases": "None found."}),
                training("ranker", "trainedOn dataset:clicks"),
                evaluation("ranker", "testedOn dataset:held"),
                model("ranker", "producedBy training:ranker", "evaluatedBy evaluation:ranker"),
                endpoint("rank", "servedBy model:ranker", riskTier="high"),
            ],
            [
                (
                    "rank.held.quality.gaps: it is high-risk, and dataset held behind it says nothing "
                    "about its gaps"
                ),
            ],
        ),
    },
    unknown={
        "the tier": (
            chain(dataset=SILENT, endpoint={"riskTier": LATER}),
            [
                "rank.riskTier",
            ],
        ),
        "one of them": (
            chain(
                dataset={"quality": {"limitations": "Old.", "biases": LATER, "gaps": "None."}}, endpoint=HIGH
            ),
            [
                "rank.clicks.quality.biases",
            ],
        ),
        "what it was trained on": (
            chain(training={"inputs": LATER}, endpoint=HIGH),
            [
                "rank.ranker.inputs",
            ],
        ),
        "what it was evaluated on": (
            [
                *chain(
                    model={
                        "inputs": [
                            {"node": "training:ranker", "edge": "producedBy"},
                            {"node": "evaluation:ranker", "edge": "evaluatedBy"},
                        ]
                    },
                    endpoint=HIGH,
                ),
                evaluation("ranker", inputs=LATER),
            ],
            [
                "rank.ranker.inputs",
            ],
        ),
    },
    waived={"nothing is documented": chain(dataset=SILENT, endpoint=HIGH)},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
