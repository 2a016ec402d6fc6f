from policies.provenance.prv008_lineage_resolves import RULE
from tests.policies.cases import LATER, Cases
from tests.policies.declared import chain, dataset, endpoint, evaluation, model, training

CASES = Cases(
    rule=RULE,
    good={
        "back to a source": chain(),
        "back to a dataset that was collected first-hand": chain(dataset={"inputs": []}),
        "back to a model of somebody else": [
            model("base", thirdParty=True),
            endpoint("chat", "servedBy model:base"),
        ],
        "an evaluation": [
            *chain(model={"inputs": [{"node": "training:ranker", "edge": "producedBy"}]}),
            evaluation("ranker", "testedOn dataset:clicks"),
        ],
        "a loop that began somewhere": [
            *chain(),
            dataset("answers", "fedBack endpoint:rank"),
            training("next", "trainedOn dataset:answers"),
            model("next", "producedBy training:next"),
        ],
    },
    bad={
        "an edge from nowhere": (
            [dataset("clicks", "derivedFrom source:gone")],
            [
                "clicks.inputs[0].node: it names 'source:gone', which nothing in this stack declares",
            ],
        ),
        "an edge from nowhere, upstream": (
            chain(view={"inputs": [{"node": "dataset:x", "edge": "readsFrom"}]}),
            [
                "rank.user_7d.inputs: feature view user_7d names what nothing in this stack declares",
                "user_7d.inputs[0].node: it names 'dataset:x', which nothing in this stack declares",
                "ranker.user_7d.inputs: feature view user_7d names what nothing in this stack declares",
            ],
        ),
        "feeds nothing": (
            chain(endpoint={"feeds": ["dataset:answers"]}),
            [
                "rank.feeds[0]: it names 'dataset:answers', which nothing in this stack declares",
            ],
        ),
        "a model out of nothing": (
            [model("ranker"), endpoint("rank", "servedBy model:ranker")],
            [
                "rank.ranker.thirdParty: nothing says what model ranker was made from",
                "ranker.thirdParty: nothing says what it was made from",
            ],
        ),
        "a training on nothing": (
            [training("ranker"), model("ranker", "producedBy training:ranker")],
            [
                "ranker: nothing says what training ranker was made from",
            ],
        ),
        "a dataset that does not say how it was collected": (
            chain(dataset={"inputs": [], "method": None}),
            [
                "rank.clicks.method: nothing says what dataset clicks was made from",
                "ranker.clicks.method: nothing says what dataset clicks was made from",
            ],
        ),
        "an endpoint without a model": (
            [endpoint("rank")],
            [
                "rank: it answers with no declared model",
            ],
        ),
        "made from itself": (
            [
                dataset("answers", "fedBack endpoint:chat"),
                training("m", "trainedOn dataset:answers"),
                model("m", "producedBy training:m"),
                endpoint("chat", "servedBy model:m"),
            ],
            [
                "chat: its data begins nowhere: all of it is made from itself",
                "m: its data begins nowhere: all of it is made from itself",
            ],
        ),
    },
    unknown={
        "inputs from elsewhere": (
            [model("ranker", inputs=LATER)],
            [
                "ranker.inputs",
                "ranker.inputs[*].node",
            ],
        ),
        "inputs from elsewhere, upstream": (
            chain(view={"inputs": LATER}),
            [
                "rank.user_7d.inputs",
                "user_7d.inputs[*].node",
                "ranker.user_7d.inputs",
            ],
        ),
        "how it was collected": (
            chain(dataset={"inputs": [], "method": LATER}),
            [
                "rank.clicks.method",
                "ranker.clicks.method",
            ],
        ),
        "who made it": (
            [model("base", thirdParty=LATER)],
            [
                "base.thirdParty",
            ],
        ),
    },
    waived={"an edge from nowhere": [dataset("clicks", "derivedFrom source:gone")]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
