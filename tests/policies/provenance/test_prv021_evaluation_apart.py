from typing import Any

from policies.engine import Resource
from policies.engine.hop import drawn
from policies.provenance.prv021_evaluation_apart import RULE
from tests.policies.cases import LATER, Cases, findings
from tests.policies.declared import DIGEST, OTHER_DIGEST, dataset, evaluation, model, source, training, view


def judged(*data: Resource, on: str, learned: str) -> list[Resource]:
    """Return a model that learned from one of these nodes and is judged on another."""
    return [
        *data,
        training("ranker", f"trainedOn {learned}"),
        evaluation("ranker", f"testedOn {on}"),
        model("ranker", "producedBy training:ranker", "evaluatedBy evaluation:ranker"),
    ]


def part(name: str, digest: Any, of: Any = "dataset:clicks", called: Any = None, **changes: Any) -> Resource:
    return dataset(
        name,
        "derivedFrom dataset:clicks",
        **{"digest": digest, "partition": {"of": of, "name": called or name}, **changes},
    )


def split(**held_out: Any) -> list[Resource]:
    """Return a model that learned from one part of a dataset and is judged on another."""
    return judged(
        dataset("clicks"),
        part("train", DIGEST),
        part("test", **{"digest": OTHER_DIGEST, **held_out}),
        on="dataset:test",
        learned="dataset:train",
    )


CASES = Cases(
    rule=RULE,
    good={
        "nothing in common": judged(dataset("a"), dataset("b"), on="dataset:b", learned="dataset:a"),
        "not judged here": [
            dataset("a"),
            training("m", "trainedOn dataset:a"),
            model("m", "producedBy training:m"),
        ],
        "two parts of one whole": split(),
        "two parts of a source": judged(
            source("app"),
            dataset("old", "derivedFrom source:app", partition={"of": "source:app", "name": "2025"}),
            dataset(
                "new",
                "derivedFrom source:app",
                partition={"of": "source:app", "name": "2026"},
                digest=OTHER_DIGEST,
            ),
            on="dataset:new",
            learned="dataset:old",
        ),
        "parts, with steps after them": judged(
            dataset("clicks"),
            part("train", DIGEST),
            part("test", OTHER_DIGEST),
            view("train_7d", "readsFrom dataset:train"),
            view("test_7d", "readsFrom dataset:test"),
            on="featureView:test_7d",
            learned="featureView:train_7d",
        ),
    },
    bad={
        "the same dataset": (
            judged(dataset("clicks"), on="dataset:clicks", learned="dataset:clicks"),
            [
                "ranker: it is judged on dataset clicks, which it learned from",
            ],
        ),
        "through a view of the same": (
            judged(
                dataset("clicks"),
                view("v", "readsFrom dataset:clicks"),
                on="featureView:v",
                learned="featureView:v",
            ),
            [
                (
                    "ranker: it learned from dataset clicks, and what it is judged on was made from that "
                    "too; no partition says that these are different rows"
                ),
            ],
        ),
        "two copies of the same": (
            judged(
                source("app"),
                dataset("clicks", "derivedFrom source:app"),
                dataset("a", "derivedFrom dataset:clicks"),
                dataset("b", "derivedFrom dataset:clicks", digest=OTHER_DIGEST),
                on="dataset:b",
                learned="dataset:a",
            ),
            [
                (
                    "ranker: it learned from dataset clicks, and what it is judged on was made from that "
                    "too; no partition says that these are different rows"
                ),
            ],
        ),
        "the whole, and a part of it": (
            judged(
                dataset("clicks"), part("test", OTHER_DIGEST), on="dataset:test", learned="dataset:clicks"
            ),
            [
                (
                    "ranker: it learned from dataset clicks, and what it is judged on was made from that "
                    "too; no partition says that these are different rows"
                ),
            ],
        ),
        "parts of the same name": (
            split(called="train"),
            [
                (
                    "ranker: it learned from dataset clicks, and what it is judged on was made from that "
                    "too; no partition says that these are different rows"
                ),
            ],
        ),
        "parts with the same digest": (
            split(digest=DIGEST),
            [
                (
                    "ranker: it learned from dataset clicks, and what it is judged on was made from that "
                    "too; no partition says that these are different rows"
                ),
            ],
        ),
        "a part without a digest": (
            split(digest=None),
            [
                (
                    "ranker: it learned from dataset clicks, and what it is judged on was made from that "
                    "too; no partition says that these are different rows"
                ),
            ],
        ),
        "parts of different wholes": (
            split(of="dataset:views"),
            [
                (
                    "ranker: it learned from dataset clicks, and what it is judged on was made from that "
                    "too; no partition says that these are different rows"
                ),
            ],
        ),
        "a part of a part it learned from": (
            judged(
                dataset("clicks"),
                part("train", DIGEST),
                dataset(
                    "test",
                    "derivedFrom dataset:train",
                    digest=OTHER_DIGEST,
                    partition={"of": "dataset:clicks", "name": "test"},
                ),
                on="dataset:test",
                learned="dataset:train",
            ),
            [
                (
                    "ranker: it learned from dataset train, and what it is judged on was made from that "
                    "too; no partition says that these are different rows"
                ),
            ],
        ),
        "what its base learned from": (
            [
                dataset("clicks"),
                training("base", "trainedOn dataset:clicks"),
                model("base", "producedBy training:base"),
                dataset("other"),
                training("ranker", "trainedOn dataset:other", "basedOn model:base"),
                evaluation("ranker", "testedOn dataset:clicks"),
                model("ranker", "producedBy training:ranker", "evaluatedBy evaluation:ranker"),
            ],
            [
                "ranker: it is judged on dataset clicks, which it learned from",
            ],
        ),
    },
    unknown={
        "what part it is": (
            split(partition=LATER),
            [
                "ranker.test.partition.of",
            ],
        ),
        "the name of a part": (
            split(called=LATER),
            [
                "ranker.test.partition.name",
            ],
        ),
        "the digest of a part": (
            split(digest=LATER),
            [
                "ranker.test.digest",
            ],
        ),
        "what it is judged on": (
            [
                *judged(dataset("a"), dataset("b"), on="dataset:b", learned="dataset:a")[:3],
                evaluation("ranker", inputs=LATER),
                model("ranker", "producedBy training:ranker", "evaluatedBy evaluation:ranker"),
            ],
            [
                "ranker.ranker.inputs",
            ],
        ),
        "what it learned from": (
            judged(dataset("a", inputs=LATER), dataset("b"), on="dataset:b", learned="dataset:a"),
            [
                "ranker.a.inputs",
            ],
        ),
        "who judges it": (
            [model("ranker", inputs=LATER)],
            [
                "ranker.inputs",
            ],
        ),
    },
    waived={"the same dataset": judged(dataset("clicks"), on="dataset:clicks", learned="dataset:clicks")},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()


def test_the_path_leads_through_the_evaluation() -> None:
    (finding,) = findings(RULE, judged(dataset("clicks"), on="dataset:clicks", learned="dataset:clicks"))
    assert drawn(finding.witness) == (
        "dataset clicks -[testedOn]-> evaluation ranker -[evaluatedBy]-> model ranker"
    )
