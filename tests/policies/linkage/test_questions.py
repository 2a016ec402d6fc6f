"""What people ask: what breaks, what it rests on, what a change does."""

import pytest

from policies.linkage import questions
from tests.policies.linkage.graphs import declared, graph
from tests.policies.linkage.test_graph import RANKING


def test_a_node_is_found_by_its_id_or_by_a_name_of_its_own() -> None:
    found = graph(*RANKING)

    assert questions.find(found, "model:ranker").id == "model:ranker"
    assert questions.find(found, "clicks").id == "dataset:clicks"
    with pytest.raises(
        questions.NodeError, match=r"'ranker' is the name of 3 nodes.*evaluation:ranker, model"
    ):
        questions.find(found, "ranker")
    with pytest.raises(questions.NodeError, match=r"no node 'clics'; the graph has 8. Did you mean clicks\?"):
        questions.find(found, "clics")


def test_what_breaks_is_listed_with_the_way_there_the_nearest_first() -> None:
    found = graph(*RANKING)

    reached = questions.impact(found, found.nodes["dataset:later"])

    assert [(item.node.id, item.distance) for item in reached] == [("evaluation:ranker", 1)]
    assert [hop.node for hop in reached[0].path] == ["dataset later", "evaluation ranker"]


def test_what_a_node_rests_on_ends_at_the_node() -> None:
    found = graph(*RANKING)

    reached = questions.why(found, found.nodes["featureView:seven"])

    assert [(item.node.id, item.distance) for item in reached][:2] == [
        ("dataset:clicks", 1),
        ("endpoint:rank", 2),
    ]
    assert all(item.path[-1].node == "feature view seven" for item in reached)


def test_obligations_are_plain_and_name_what_is_open() -> None:
    found = graph(
        declared(
            "dataset:a",
            confidentiality="restricted",
            classification={"contains": ["spi", "pi"], "evaluated": ["pi"]},
            license="CC-BY-4.0",
            storageAllowed=["NL", "DE"],
            processingExcluded=["US"],
            retentionDays=30,
            purposes=["training"],
        ),
        declared("model:m", ("dataset:a", "trainedOn"), riskTier="high"),
    )

    assert questions.obligations(found.effective("model:m")) == {
        "confidentiality": "restricted",
        "codes": ["pi", "spi"],
        "licences": ["CC-BY-4.0"],
        "storage": {"allowed": ["DE", "NL"], "forbidden": []},
        "processing": {"allowed": None, "forbidden": ["US"]},
        "onPremOnly": False,
        "purposes": ["training"],
        "retentionDays": 30,
        "riskTier": "high",
        "open": ["codes"],
    }


def test_a_change_tells_what_is_new_what_is_gone_and_what_travels_along() -> None:
    before = graph(
        declared("dataset:a", license="MIT", confidentiality="internal"),
        declared("dataset:old"),
        declared("model:m", ("dataset:a", "trainedOn"), line=3),
    )
    after = graph(
        declared("dataset:a", license="MIT", confidentiality="internal"),
        declared("dataset:b", license="CC-BY-NC-4.0", confidentiality="restricted", line=7),
        declared("model:m", ("dataset:a", "trainedOn"), ("dataset:b", "trainedOn"), line=3),
    )

    change = questions.difference(before, after)

    assert not change.empty
    assert (change.nodes_added, change.nodes_removed) == (("dataset:b",), ("dataset:old",))
    assert [(edge.upstream, edge.downstream) for edge in change.edges_added] == [("dataset:b", "model:m")]
    assert change.edges_removed == ()
    assert dict(change.obligations["model:m"]) == {
        "confidentiality": ("internal", "restricted"),
        "licences": (["MIT"], ["CC-BY-NC-4.0", "MIT"]),
    }
    assert [[str(hop) for hop in path] for path in change.newly_fed["model:m"]] == [
        ["dataset b (a.yaml:7)", "-[trainedOn]-> model m (a.yaml:3)"]
    ]


def test_the_same_graph_is_no_change() -> None:
    assert questions.difference(graph(*RANKING), graph(*reversed(RANKING))).empty
    gone = questions.difference(graph(*RANKING), graph(*RANKING[:-1]))
    assert gone.nodes_removed == ("endpoint:rank",)
    assert {edge.downstream for edge in gone.edges_removed} == {"endpoint:rank", "dataset:clicks"}
