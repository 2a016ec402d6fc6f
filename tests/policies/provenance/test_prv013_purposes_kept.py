from policies.provenance.prv013_purposes_kept import RULE
from tests.policies.cases import LATER, Cases, findings, settings
from tests.policies.declared import chain, dataset, evaluation, source, training

CASES = Cases(
    rule=RULE,
    good={
        "every purpose it needs": chain(),
        "who names no purpose limits none": chain(source={"purposes": None}, dataset={"purposes": None}),
        "research, in development": [
            dataset("papers", purposes=["research", "pre-training"]),
            training("m", "trainedOn dataset:papers"),
        ],
        "an evaluation": [
            dataset("held", purposes=["quality-assurance"]),
            evaluation("m", "testedOn dataset:held"),
        ],
        "staging on data for production": chain(
            dataset={"purposes": ["training", "production"]}, model={"stage": "staging"}
        ),
    },
    bad={
        "not for training": (
            [dataset("held", purposes=["evaluation"]), training("m", "trainedOn dataset:held")],
            [
                (
                    "m: dataset held upstream may not be used for training: all of its data together may "
                    "be used for evaluation"
                ),
            ],
        ),
        "not for evaluation": (
            [dataset("clicks", purposes=["training"]), evaluation("m", "testedOn dataset:clicks")],
            [
                (
                    "m: dataset clicks upstream may not be used for evaluation: all of its data together "
                    "may be used for training"
                ),
            ],
        ),
        "not for production": (
            chain(source={"purposes": ["training", "research"]}),
            [
                (
                    "rank.stage: source app upstream may not be used for production: all of its data "
                    "together may be used for training"
                ),
                (
                    "ranker.stage: source app upstream may not be used for production: all of its data "
                    "together may be used for training"
                ),
            ],
        ),
        "for nothing that both allow": (
            [
                source("a", purposes=["training"]),
                source("b", purposes=["pre-training"]),
                dataset("both", "derivedFrom source:a", "derivedFrom source:b", purposes=None),
                training("m", "trainedOn dataset:both"),
            ],
            [
                (
                    "m: source a upstream may not be used for training: all of its data together may be "
                    "used for nothing"
                ),
            ],
        ),
    },
    unknown={
        "the purposes": (
            chain(dataset={"purposes": LATER}),
            [
                "rank.clicks.purposes",
                "ranker.clicks.purposes",
                "ranker.clicks.purposes",
            ],
        ),
        "one of the purposes": (
            chain(dataset={"purposes": ["research", LATER]}),
            [
                "rank.clicks.purposes",
                "ranker.clicks.purposes",
                "ranker.clicks.purposes",
            ],
        ),
        "the stage": (
            chain(dataset={"purposes": ["training"]}, model={"stage": LATER}, endpoint={"stage": None}),
            [
                "ranker.stage",
                "ranker.stage",
            ],
        ),
        "what it was made from": (
            chain(dataset={"inputs": LATER}),
            [
                "rank.clicks.inputs",
                "ranker.clicks.inputs",
                "ranker.clicks.inputs",
            ],
        ),
    },
    waived={"not for production": chain(source={"purposes": ["training"]})},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()


def test_a_team_can_pair_purposes_and_uses_differently() -> None:
    stack = [dataset("papers", purposes=["research"]), training("m", "trainedOn dataset:papers")]
    assert findings(RULE, stack)
    assert findings(RULE, stack, by=settings(RULE, allowedBy={"training": ["research"]})) == ()
