from typing import Any

from policies.engine import Resource
from policies.provenance.prv011_feedback_declared import RULE
from tests.policies.cases import LATER, Cases
from tests.policies.declared import chain, dataset, endpoint, model, training


def loop(edge: str | None = "fedBack", **served: Any) -> list[Resource]:
    """Return a model that is trained on what its endpoint answers, besides other data."""
    answers = () if edge is None else (f"{edge} endpoint:rank",)
    return [
        dataset("clicks"),
        dataset("answers", *answers),
        training("ranker", "trainedOn dataset:clicks", "trainedOn dataset:answers"),
        model("ranker", "producedBy training:ranker"),
        endpoint("rank", "servedBy model:ranker", **served),
    ]


CASES = Cases(
    rule=RULE,
    good={
        "no loop": chain(),
        "a loop that both sides declare": loop(feeds=["dataset:answers"]),
        "answers that train nothing": [
            *chain(endpoint={"feeds": ["dataset:log"]}),
            dataset("log", hold=True),
        ],
        "answers that train another model": [
            *chain(endpoint={"feeds": ["dataset:log"]}),
            dataset("log", "fedBack endpoint:rank"),
            training("next", "trainedOn dataset:log"),
        ],
    },
    bad={
        "the endpoint does not say so": (
            loop(),
            [
                (
                    "rank.feeds: dataset answers takes its answers in, and trains it: feeds does not name "
                    "dataset:answers"
                ),
            ],
        ),
        "the dataset does not say so": (
            loop(edge=None, feeds=["dataset:answers"]),
            [
                (
                    "rank.feeds[0]: its answers are kept in dataset answers, which trains it and has no "
                    "edge fedBack"
                ),
            ],
        ),
        "it is called something else": (
            loop(edge="derivedFrom", feeds=["dataset:answers"]),
            [
                (
                    "rank: dataset answers takes its answers in, and trains it: its edge must be fedBack, "
                    "and is derivedFrom"
                ),
            ],
        ),
    },
    unknown={
        "what it feeds": (
            loop(edge=None, feeds=[LATER]),
            [
                "rank.feeds[0]",
                "rank.feeds[0]",
            ],
        ),
        "what it feeds, and one names it": (
            loop(feeds=LATER),
            [
                "rank.feeds[*]",
                "rank.feeds[*]",
            ],
        ),
        "what the dataset was made from": (
            [*loop()[:1], dataset("answers", inputs=LATER), *loop(feeds=["dataset:answers"])[2:]],
            [
                "rank.answers.inputs",
                "rank.answers.inputs",
            ],
        ),
    },
    waived={"the endpoint does not say so": loop()},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
