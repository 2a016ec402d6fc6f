from typing import Any

from policies.provenance.prv012_no_live_data import RULE
from tests.policies.cases import LATER, Cases
from tests.policies.declared import OTHER_DIGEST, chain, dataset, endpoint, model, source, training

LIVE: dict[str, Any] = {"live": True, "digest": None, "version": None}

CASES = Cases(
    rule=RULE,
    good={
        "data that stands still": chain(),
        "a snapshot of live data": chain(source=LIVE, dataset={"digest": OTHER_DIGEST}),
        "live data in development": chain(
            dataset=LIVE, model={"stage": "development"}, endpoint={"stage": "development"}
        ),
        "live data that has a digest": chain(dataset={"live": True}),
    },
    bad={
        "live data": (
            chain(dataset=LIVE),
            [
                (
                    "ranker.stage: it is in production, and dataset clicks upstream changes without a "
                    "version: no digest pins it on the way"
                ),
            ],
        ),
        "live data behind data without a digest": (
            chain(source=LIVE, dataset={"digest": None}),
            [
                (
                    "ranker.stage: it is in production, and source app upstream changes without a version: "
                    "no digest pins it on the way"
                ),
            ],
        ),
        "a digest that is none": (
            chain(dataset={**LIVE, "digest": "latest"}),
            [
                (
                    "ranker.stage: it is in production, and dataset clicks upstream changes without a "
                    "version: no digest pins it on the way"
                ),
            ],
        ),
        "the endpoint is in production": (
            [
                dataset("clicks", **LIVE),
                training("ranker", "trainedOn dataset:clicks"),
                model("ranker", "producedBy training:ranker", stage=None),
                endpoint("rank", "servedBy model:ranker"),
            ],
            [
                (
                    "ranker.rank.stage: it is in production, and dataset clicks upstream changes without a "
                    "version: no digest pins it on the way"
                ),
            ],
        ),
        "the nearest is told": (
            [source(**LIVE), dataset("clicks", "derivedFrom source:app", **LIVE), *chain()[2:]],
            [
                (
                    "ranker.stage: it is in production, and dataset clicks upstream changes without a "
                    "version: no digest pins it on the way"
                ),
            ],
        ),
    },
    unknown={
        "whether it is live": (
            chain(dataset={**LIVE, "live": LATER}),
            [
                "ranker.clicks.live",
            ],
        ),
        "its digest": (
            chain(dataset={**LIVE, "digest": LATER}),
            [
                "ranker.clicks.digest",
            ],
        ),
        "a digest on the way": (
            chain(source=LIVE, dataset={"digest": LATER}),
            [
                "ranker.clicks.digest",
            ],
        ),
        "the stage": (
            chain(dataset=LIVE, model={"stage": LATER}, endpoint={"stage": "staging"}),
            [
                "ranker.stage",
            ],
        ),
        "what it was trained on": (
            chain(training={"inputs": LATER}),
            [
                "ranker.ranker.inputs",
            ],
        ),
        "which model the endpoint serves": (
            chain(dataset=LIVE, model={"stage": "staging"}, endpoint={"inputs": LATER}),
            [
                "ranker.rank.inputs",
            ],
        ),
    },
    waived={"live data": chain(dataset=LIVE)},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
