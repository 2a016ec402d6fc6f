"""Debt on graphs made by hand, with exact counts, and its promises on random ones."""

import dataclasses
import itertools
import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.engine import Inventory, Resource
from policies.linkage import debt, graph
from policies.linkage.debt import PHYSICAL, Debt, Measure
from tests.policies.cases import LATER, secret
from tests.policies.linkage.stacks import bucket, dataset, declared, edge, inline, kept, reads, role, trained

ONE, TWO = f"sha256:{'1' * 64}", f"sha256:{'2' * 64}"


def measured(*stack: Resource) -> Debt:
    return debt.measure(graph.of(Inventory(stack)))


def items(found: Debt, kind: Measure) -> list[tuple[tuple[str, ...], str]]:
    return [(item.nodes, item.what) for item in found.items[kind]]


def model(name: str, *inputs: Mapping[str, str], **more: Any) -> Resource:
    return declared("Model", name, edge(f"training:{name}", "producedBy"), *inputs, **more)


def endpoint(name: str, *inputs: Mapping[str, str], **more: Any) -> Resource:
    return declared("Endpoint", name, edge(f"model:{name}", "servedBy"), *inputs, **more)


def fields(*names: str, **more: Any) -> list[dict[str, Any]]:
    return [{"name": name, **more} for name in names]


CHAIN = [
    declared("Source", "shop"),
    declared("Dataset", "clicks", edge("source:shop", "derivedFrom")),
    declared("FeatureView", "user_7d", edge("dataset:clicks", "readsFrom")),
    trained("ranker", "featureView:user_7d"),
    model("ranker"),
    endpoint("ranker"),
]


def test_a_plain_chain_owes_nothing() -> None:
    found = measured(*CHAIN)
    assert dict(found.counts) == {
        **{kind: 0 for kind in Measure if kind not in PHYSICAL},
        Measure.FAN_IN: 1,
        Measure.DEPTH: 5,
    }
    assert items(found, Measure.DEPTH) == [(("endpoint:ranker",), "")]


def test_nothing_at_all_owes_nothing() -> None:
    assert set(measured().counts.values()) == {0}


@pytest.mark.parametrize(
    ("clicks", "counts"),
    [
        ({"live": True}, 1),
        ({"live": False}, 0),
        ({"live": True, "digest": ONE}, 0),
        ({"live": True, "digest": "sha256:short"}, 1),
        ({"live": LATER}, 0),
        ({"live": "true"}, 0),
    ],
)
def test_data_that_changes_without_a_version(clicks: Mapping[str, Any], counts: int) -> None:
    found = measured(dataset("clicks", **clicks), trained("ranker", "dataset:clicks"))
    assert items(found, Measure.UNSTABLE_INPUTS) == [(("dataset:clicks",), "")] * counts


def test_a_snapshot_holds_what_changes_behind_it_still() -> None:
    live = declared("Source", "shop", live=True)
    snapshot = declared("Dataset", "clicks", edge("source:shop", "derivedFrom"), digest=ONE)
    view = declared("FeatureView", "user_7d", edge("dataset:clicks", "readsFrom"))
    direct = declared("FeatureView", "now", edge("source:shop", "readsFrom"))
    assert (
        measured(live, snapshot, view, trained("a", "featureView:user_7d")).counts[Measure.UNSTABLE_INPUTS]
        == 0
    )
    assert (
        measured(live, snapshot, view, direct, trained("a", "featureView:now")).counts[
            Measure.UNSTABLE_INPUTS
        ]
        == 1
    )
    # Nobody learns from it, or answers with it.
    assert measured(live, snapshot, view, direct).counts[Measure.UNSTABLE_INPUTS] == 0
    answers = declared("Endpoint", "rank", edge("featureView:now", "readsFrom"))
    assert measured(live, direct, answers).counts[Measure.UNSTABLE_INPUTS] == 1


def test_fields_that_no_reader_counts_on() -> None:
    clicks = dataset("clicks", schema={"fields": fields("user", "at", "page")})
    some = {"expects": [{"node": "dataset:clicks", "fields": fields("user")}]}
    more = {"expects": [{"node": "dataset:clicks", "fields": fields("at")}]}
    found = measured(clicks, trained("a", "dataset:clicks", **some), trained("b", "dataset:clicks", **more))
    assert items(found, Measure.UNUSED_FIELDS) == [
        (("dataset:clicks",), "no reader counts on the field page")
    ]
    # Who does not say what it counts on may count on everything.
    silent = measured(clicks, trained("a", "dataset:clicks", **some), trained("b", "dataset:clicks"))
    assert silent.counts[Measure.UNUSED_FIELDS] == 0
    assert measured(clicks).counts[Measure.UNUSED_FIELDS] == 0


def test_data_that_nobody_reads() -> None:
    stack = [
        dataset("clicks"),
        declared("Dataset", "copy", edge("dataset:clicks", "derivedFrom")),
        dataset("kept", hold=True),
        declared("Source", "shop"),
        dataset("users"),
        declared("FeatureView", "user_7d", edge("dataset:users", "readsFrom")),
    ]
    assert items(measured(*stack), Measure.UNREAD_DATA) == [
        (("dataset:clicks",), ""),
        (("dataset:copy",), ""),
    ]


def test_data_that_comes_back() -> None:
    around = [
        declared("Dataset", "clicks", edge("endpoint:ranker", "fedBack")),
        trained("ranker", "dataset:clicks"),
        model("ranker"),
        endpoint("ranker"),
    ]
    loop = ("dataset:clicks", "endpoint:ranker", "model:ranker", "training:ranker")
    assert items(measured(*around), Measure.FEEDBACK_LOOPS) == [
        (loop, "data comes back to where it came from")
    ]
    kept_only = [declared("Dataset", "answers", edge("endpoint:ranker", "fedBack")), *CHAIN]
    assert items(measured(*kept_only), Measure.FEEDBACK_LOOPS) == [
        (("dataset:answers", "endpoint:ranker"), "answers are kept as data")
    ]
    # A loop counts as one place on the way.
    assert (
        measured(*around, declared("FeatureView", "v", edge("dataset:clicks", "readsFrom"))).counts[
            Measure.DEPTH
        ]
        == 1
    )


def test_a_model_that_depends_on_a_model() -> None:
    base = [trained("base"), model("base")]
    tuned = [declared("Training", "tuned", edge("model:base", "basedOn")), model("tuned")]
    third = [declared("Training", "third", edge("model:tuned", "basedOn")), model("third")]
    found = measured(*base, *tuned, *third)
    assert items(found, Measure.CORRECTION_CASCADES) == [
        (("model:third", "model:tuned"), ""),
        (("model:tuned", "model:base"), ""),
    ]
    # By way of the answers that are kept, too; a model that feeds itself is a loop and no cascade.
    answers = [
        endpoint("base"),
        declared("Dataset", "answers", edge("endpoint:base", "fedBack")),
        trained("other", "dataset:answers"),
        model("other"),
    ]
    assert items(measured(*base, *answers), Measure.CORRECTION_CASCADES) == [
        (("model:other", "model:base"), "")
    ]
    itself = [trained("base", "dataset:answers"), model("base"), endpoint("base"), answers[1]]
    assert measured(*itself).counts[Measure.CORRECTION_CASCADES] == 0


def test_fan_in_and_depth() -> None:
    found = measured(
        dataset("a"),
        dataset("b"),
        trained("one", "dataset:a", "dataset:b"),
        trained("two", "dataset:a"),
        declared("Dataset", "twice", edge("dataset:a", "derivedFrom"), edge("dataset:a", "readsFrom")),
    )
    assert (found.counts[Measure.FAN_IN], items(found, Measure.FAN_IN)) == (2, [(("training:one",), "")])
    assert found.counts[Measure.DEPTH] == 1
    assert [nodes for nodes, _ in items(found, Measure.DEPTH)] == [
        ("dataset:twice",),
        ("training:one",),
        ("training:two",),
    ]


OFFERED = {"name": "at", "type": "timestamp", "unit": "s", "nullable": True}


@pytest.mark.parametrize(
    ("wanted", "what"),
    [
        ({"name": "at"}, []),
        (OFFERED, []),
        ({"name": "at", "type": "string"}, ["type of at is timestamp, not string"]),
        ({"name": "at", "unit": "ms"}, ["unit of at is s, not ms"]),
        ({"name": "at", "nullable": False}, ["at may be missing"]),
        ({"name": "at", "type": LATER}, []),
        ({"name": "when"}, ["when is not there"]),
        ({"name": LATER}, []),
        (
            {"name": "at", "type": "string", "unit": "ms"},
            ["type of at is timestamp, not string", "unit of at is s, not ms"],
        ),
    ],
)
def test_a_reader_and_its_input_differ(wanted: Mapping[str, Any], what: list[str]) -> None:
    clicks = dataset("clicks", schema={"fields": [OFFERED]})
    reader = trained("a", "dataset:clicks", expects=[{"node": "dataset:clicks", "fields": [wanted]}])
    assert items(measured(clicks, reader), Measure.SCHEMA_MISMATCHES) == [
        (("training:a", "dataset:clicks"), one) for one in what
    ]


def test_what_is_not_told_is_no_mismatch() -> None:
    reader = trained("a", "dataset:clicks", expects=[{"node": "dataset:clicks", "fields": fields("at")}])
    stranger = trained("b", expects=[{"node": "dataset:clicks", "fields": fields("at")}])
    assert measured(dataset("clicks"), reader).counts[Measure.SCHEMA_MISMATCHES] == 0
    assert (
        measured(dataset("clicks", schema={"fields": LATER}), reader).counts[Measure.SCHEMA_MISMATCHES] == 0
    )
    assert (
        measured(dataset("clicks", schema={"fields": fields("x")}), stranger).counts[
            Measure.SCHEMA_MISMATCHES
        ]
        == 0
    )
    silent = dataset("clicks", schema={"fields": [{"name": "at"}]})
    typed = trained(
        "a", "dataset:clicks", expects=[{"node": "dataset:clicks", "fields": fields("at", type="int")}]
    )
    assert items(measured(silent, typed), Measure.SCHEMA_MISMATCHES) == [
        (("training:a", "dataset:clicks"), "type of at is not told, not int")
    ]


def serving(**endpoint_says: Any) -> list[Resource]:
    learned = {"node": "featureView:v", "fields": fields("age", "at")}
    labels = {"node": "dataset:labels", "fields": fields("bought")}
    return [
        declared(
            "FeatureView",
            "v",
            schema={"fields": [{"name": "age", "type": "int"}, {"name": "at", "unit": "s"}]},
        ),
        dataset("labels"),
        trained("m", "featureView:v", "dataset:labels", expects=[learned, labels]),
        model("m"),
        endpoint("m", edge("featureView:v", "readsFrom"), **endpoint_says),
    ]


@pytest.mark.parametrize(
    ("says", "what"),
    [
        (
            {"schema": {"fields": fields("age", "at", type="int", unit="s")}},
            ["type of at is not as the model learned it", "unit of age is not as the model learned it"],
        ),
        ({"expects": [{"node": "featureView:v", "fields": fields("age", "at")}]}, []),
        (
            {
                "expects": [{"node": "featureView:v", "fields": fields("age")}],
                "schema": {"fields": fields("at", unit="s")},
            },
            [],
        ),
        (
            {"schema": {"fields": [{"name": "age", "type": "int"}]}},
            ["the model learned from at, and nothing gives it that"],
        ),
        (
            {"schema": {"fields": [{"name": "age", "type": "int"}, {"name": "at", "unit": "ms"}]}},
            ["unit of at is not as the model learned it"],
        ),
        (
            {},
            [
                "the model learned from age, and nothing gives it that",
                "the model learned from at, and nothing gives it that",
            ],
        ),
        ({"schema": LATER}, []),
    ],
)
def test_an_endpoint_gets_what_its_model_learned(says: Mapping[str, Any], what: list[str]) -> None:
    nodes = ("endpoint:m", "training:m", "featureView:v")
    assert items(measured(*serving(**says)), Measure.TRAIN_SERVE_SKEW) == [(nodes, one) for one in what]


def judged(train: Resource, test: Resource, *more: Resource) -> Debt:
    return measured(
        *{item.urn: item for item in (*more, train, test)}.values(),
        trained("m", f"dataset:{train.name}"),
        declared("Evaluation", "m", edge(f"dataset:{test.name}", "testedOn")),
        model("m", edge("evaluation:m", "evaluatedBy")),
    )


def part(name: str, called: str, digest: str) -> Resource:
    split = {"of": "dataset:all", "name": called}
    return declared("Dataset", name, edge("dataset:all", "derivedFrom"), partition=split, digest=digest)


def test_data_that_a_model_is_judged_on_and_learned_from() -> None:
    overlap = ("model:m", "evaluation:m")
    kind = Measure.EVALUATION_OVERLAP
    whole = dataset("all")
    train, test = part("train", "train", ONE), part("test", "test", TWO)
    copy = declared("Dataset", "copy", edge("dataset:all", "derivedFrom"))
    assert items(judged(whole, whole), kind) == [((*overlap, "dataset:all"), "")]
    assert items(judged(whole, dataset("other")), kind) == []
    assert items(judged(copy, whole, whole), kind) == [((*overlap, "dataset:all"), "")]
    # Of a chain that both come from, what is nearest to them.
    shop = declared("Source", "shop")
    derived = declared("Dataset", "all", edge("source:shop", "derivedFrom"))
    assert items(judged(copy, derived, shop), kind) == [((*overlap, "dataset:all"), "")]
    assert items(judged(train, test, whole), kind) == []
    assert items(judged(train, train, whole), kind) == [((*overlap, "dataset:train"), "")]
    assert items(judged(whole, test), kind) == [((*overlap, "dataset:all"), "")]
    assert items(judged(train, copy, whole), kind) == [((*overlap, "dataset:all"), "")]
    # One name or one digest for both parts: they may be the same rows.
    assert items(judged(part("train", "test", ONE), test, whole), kind) == [((*overlap, "dataset:all"), "")]
    assert items(judged(part("train", "train", TWO), test, whole), kind) == [((*overlap, "dataset:all"), "")]
    assert items(judged(part("train", "train", "none"), test, whole), kind) == [
        ((*overlap, "dataset:all"), "")
    ]


def test_what_nobody_knows_is_counted_as_that() -> None:
    found = measured(
        declared("FeatureView", "v", {"node": LATER, "edge": "readsFrom"}),
        trained("a", "dataset:gone"),
        trained("b", "featureView:v"),
    )
    assert items(found, Measure.OPEN_NODES) == [(("featureView:v",), ""), (("training:a",), "")]


def test_only_resources_show_who_reads_undeclared() -> None:
    raw, other = bucket("raw"), bucket("other")
    stack = [
        raw,
        other,
        dataset("clicks", raw),
        dataset("users", other),
        trained("ranker", "dataset:clicks"),
        role("trainer", "training:ranker"),
        role("stranger"),
        inline("one", "trainer", reads("other")),
        inline("two", "stranger", reads("raw")),
    ]
    found = debt.of(Inventory(stack))
    assert items(found, Measure.UNDECLARED_CONSUMERS) == [
        (("dataset:clicks",), "role stranger"),
        (("dataset:users", "training:ranker"), "role trainer"),
    ]
    assert items(found, Measure.DEAD_LINKS) == [(("training:ranker", "dataset:clicks", "dataset:clicks"), "")]
    assert not PHYSICAL & measured(*stack).counts.keys()


def test_the_record_is_plain_data_in_a_fixed_order() -> None:
    found = measured(*CHAIN, dataset("unread"))
    record = json.loads(json.dumps(found.record()))
    assert list(record["counts"]) == [kind.value for kind in Measure if kind not in PHYSICAL]
    assert record["counts"]["unreadData"] == 1
    assert record["nodes"]["unreadData"] == [{"nodes": ["dataset:unread"]}]
    assert record["nodes"]["feedbackLoops"] == []
    assert record["digest"] == found.digest


# -- the digest of a graph


def digest(*stack: Resource) -> str:
    return measured(*stack).digest


def test_a_digest_is_of_what_is_declared_and_nothing_else() -> None:
    here = digest(*CHAIN)
    assert here.startswith("sha256:")
    assert len(here) == len(ONE)
    assert digest(*reversed(CHAIN)) == here
    moved = [
        dataclasses.replace(item, urn=item.urn.replace("trunkline", "other"), parent="x") for item in CHAIN
    ]
    assert digest(*moved) == here
    elsewhere = [
        dataset("clicks", bucket("one"), position="a:1"),
        dataset("clicks", bucket("one"), position="b:9"),
    ]
    assert digest(elsewhere[0]) == digest(elsewhere[1])
    assert digest(*CHAIN[1:]) != here
    assert digest(dataset("clicks", live=True)) != digest(dataset("clicks", live=False))
    assert digest(dataset("clicks", places=[kept(bucket("a"))])) != digest(
        dataset("clicks", places=[kept(bucket("b"))])
    )


def test_a_digest_gives_no_secret_away() -> None:
    assert digest(dataset("clicks", about=secret("one"))) == digest(dataset("clicks", about=secret("two")))
    assert digest(dataset("clicks", about=secret("one"))) != digest(dataset("clicks", about=LATER))


def test_names_of_any_kind_have_a_digest() -> None:
    assert digest(dataset("cli\u2028cks\U0001f4a9", about="\ud800")) != digest(dataset("clicks"))


# -- random graphs


@st.composite
def stacks(draw: st.DrawFn) -> list[Resource]:
    kinds = draw(
        st.lists(st.sampled_from(["Dataset", "FeatureView", "Training", "Model", "Endpoint"]), max_size=8)
    )
    names = [f"{kind[0].lower()}{kind[1:]}:n{index}" for index, kind in enumerate(kinds)]
    edges = [
        "derivedFrom",
        "readsFrom",
        "trainedOn",
        "producedBy",
        "basedOn",
        "servedBy",
        "fedBack",
        "evaluatedBy",
    ]
    inputs = st.lists(
        st.tuples(st.sampled_from(names or [""]), st.sampled_from(edges)), max_size=3, unique=True
    )
    return [
        declared(
            kind,
            f"n{index}",
            *(edge(name, how) for name, how in draw(inputs)),
            **({"live": True} if kind == "Dataset" and draw(st.booleans()) else {}),
        )
        for index, kind in enumerate(kinds)
    ]


@given(stacks(), st.randoms(use_true_random=False))
def test_debt_does_not_depend_on_the_order_of_resources(stack: list[Resource], random: Any) -> None:
    shuffled = list(stack)
    random.shuffle(shuffled)
    assert measured(*shuffled).record() == measured(*stack).record()


@given(stacks())
def test_debt_is_what_its_definitions_say(stack: list[Resource]) -> None:
    declarations = graph.of(Inventory(stack))
    found = debt.measure(declarations)
    upstream = _upstream(declarations)
    live = {name for name, node in declarations.nodes.items() if node["live"].is_true().state}
    users = [name for name, node in declarations.nodes.items() if node.kind in {"training", "endpoint"}]
    assert {item.nodes[0] for item in found.items[Measure.UNSTABLE_INPUTS]} == {
        name for name in live if any(name in upstream[user] for user in users)
    }
    data = {name for name in declarations.nodes if name.startswith("dataset:")}
    others = declarations.nodes.keys() - data
    assert {item.nodes[0] for item in found.items[Measure.UNREAD_DATA]} == {
        name for name in data if not any(name in upstream[other] for other in others)
    }
    assert found.counts[Measure.FAN_IN] == max(
        (len({step.upstream for step in declarations.into(name)}) for name in declarations.nodes), default=0
    )
    assert found.counts[Measure.DEPTH] == _longest(declarations)
    judged_by = [
        (name, step.upstream)
        for name in declarations.nodes
        for step in declarations.into(name, flow_only=False)
        if step.kind == "evaluatedBy"
    ]
    overlapping = {(one, other) for one, other in judged_by if upstream[one] & upstream[other] & data}
    assert {item.nodes[:2] for item in found.items[Measure.EVALUATION_OVERLAP]} == overlapping
    assert all(
        item.nodes[2] in upstream[item.nodes[0]] & upstream[item.nodes[1]]
        for item in found.items[Measure.EVALUATION_OVERLAP]
    )


def _upstream(declarations: graph.Graph) -> dict[str, set[str]]:
    """Return for each node what its data comes from, itself too where it feeds itself."""
    found = {name: {step.upstream for step in declarations.into(name)} for name in declarations.nodes}
    for middle, one in itertools.product(found, found):
        if middle in found[one]:
            found[one] |= found[middle]
    return found


def _longest(declarations: graph.Graph) -> int:
    """Return the most steps by trying every order of the places that data passes."""
    upstream = {name: {name, *declarations.ancestors(name)} for name in declarations.nodes}
    place = {
        name: frozenset(other for other in upstream[name] if name in upstream[other])
        for name in declarations.nodes
    }
    steps = {
        (place[step.upstream], place[name])
        for name in declarations.nodes
        for step in declarations.into(name)
        if place[step.upstream] != place[name]
    }
    best = dict.fromkeys(set(place.values()), 0)
    for _, (one, other) in itertools.product(best, steps):
        best[other] = max(best[other], best[one] + 1)
    return max(best.values(), default=0)
