"""The two sides against each other: what is true of one is true of the other with the sides exchanged."""

from hypothesis import given
from hypothesis import strategies as st

from policies.engine import Inventory, Resource, Truth
from policies.engine.truth import NO, YES
from policies.linkage import access, graph, reconcile
from policies.linkage.declared import Entitlements
from policies.linkage.reconcile import unmatched
from tests.policies.cases import LATER, policy, resource
from tests.policies.linkage.stacks import (
    bucket,
    dataset,
    declared,
    edge,
    inline,
    kept,
    reads,
    role,
    trained,
    trust,
)

UNKNOWN = Truth(None)
STATES = st.sampled_from([YES, NO, UNKNOWN])
PAIRS = st.dictionaries(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz")), STATES)


@given(PAIRS, PAIRS)
def test_both_sides_are_asked_the_same_question(
    declarations: dict[tuple[str, str], Truth], grants: dict[tuple[str, str], Truth]
) -> None:
    """An edge has its grant exactly where a grant has its edge, and what is alone is alone on one side."""

    def alone(
        one: dict[tuple[str, str], Truth], other: dict[tuple[str, str], Truth]
    ) -> dict[tuple[str, str], bool | None]:
        return {pair: left.state for pair, left in unmatched(one.items(), lambda pair: other.get(pair, NO))}

    dead, undeclared = alone(declarations, grants), alone(grants, declarations)
    for pair in declarations.keys() | grants.keys():
        here, there = declarations.get(pair, NO).state, grants.get(pair, NO).state
        assert (dead.get(pair, False) is True) == (here is True and there is False)
        assert (undeclared.get(pair, False) is True) == (there is True and here is False)
        assert (dead.get(pair, False) is not False) == (here is not False and there is not True)
        if here is True and there is True:
            assert pair not in dead
            assert pair not in undeclared


CONSUMERS = ["a", "b", "c"]
DATA = ["x", "y", "z"]
LINKS = st.sets(st.tuples(st.sampled_from(CONSUMERS), st.sampled_from(DATA)))


def a_stack(edges: set[tuple[str, str]], grants: set[tuple[str, str]]) -> list[Resource]:
    """Return trainings that are declared to read, and roles that may, some of some data."""
    stack: list[Resource] = []
    for name in DATA:
        stack += [bucket(name), dataset(name, bucket(name))]
    for name in CONSUMERS:
        node = trained(
            name, *(f"dataset:{data}" for data in sorted(one for who, one in edges if who == name))
        )
        stack += [node, role(name, f"training:{name}")]
        allowed = [reads(data) for data in sorted(one for who, one in grants if who == name)]
        stack += [inline(f"{name}-policy", name, *allowed)] if allowed else []
    return stack


@given(LINKS, LINKS)
def test_an_edge_is_dead_or_a_grant_undeclared_exactly_where_they_differ(
    edges: set[tuple[str, str]], grants: set[tuple[str, str]]
) -> None:
    found = reconcile.of(Inventory(a_stack(edges, grants)))
    dead = {
        (link.need.consumer, name)
        for link in found.links
        if link.alive.state is False
        for name in link.missing
    }
    strays = {
        (stray.use.consumer, stray.use.holder) for stray in found.strays if stray.undeclared.state is True
    }
    assert dead == {(f"training:{who}", f"dataset:{data}") for who, data in edges - grants}
    assert strays == {(f"training:{who}", f"dataset:{data}") for who, data in grants - edges}
    swapped = reconcile.of(Inventory(a_stack(grants, edges)))
    assert {(link.need.consumer, name) for link in swapped.links for name in link.missing} == strays
    assert {(stray.use.consumer, stray.use.holder) for stray in swapped.strays} == dead


# -- entitlements


@st.composite
def graphs(draw: st.DrawFn) -> list[Resource]:
    """Return datasets, views, trainings and models that depend on each other in any way."""
    kinds = draw(
        st.lists(st.sampled_from(["Dataset", "FeatureView", "Training", "Model"]), min_size=1, max_size=7)
    )
    names = [f"{kind[0].lower()}{kind[1:]}:n{index}" for index, kind in enumerate(kinds)]
    stack: list[Resource] = []
    for index, kind in enumerate(kinds):
        inputs = draw(st.lists(st.sampled_from(names), max_size=3, unique=True))
        stored = kind == "Dataset" or draw(st.booleans())
        more = {"places": [kept(bucket(f"b{index}"))]} if stored else {}
        if draw(st.booleans()) and kind != "Model":
            more["reduces"] = [{"technology": "data-masking"}]
        how = {
            "Dataset": "derivedFrom",
            "FeatureView": "readsFrom",
            "Training": "trainedOn",
            "Model": "producedBy",
        }
        stack.append(declared(kind, f"n{index}", *(edge(name, how[kind]) for name in inputs), **more))
    return stack


def slowly_entitled(declarations: graph.Graph, consumer: str, holders: set[str]) -> set[str]:
    """Work out by walking every way what a consumer is entitled to."""
    found = {consumer} & holders
    waiting = [(consumer, False)]
    seen = set(waiting)
    while waiting:
        here, models_only = waiting.pop()
        for step in declarations.into(here):
            node = declarations.nodes[step.upstream]
            model = node.kind == "model"
            if step.kind == "producedBy":
                ways = [models_only]
            else:
                if node.id in holders and (model or not models_only):
                    found.add(node.id)
                data = node.kind in {"source", "dataset", "featureView"}
                stored = any(place.kind == "storedIn" for place in node.places)
                cut = stored and bool(list(node["reduces"].each()))
                ways = [models_only] if data and not cut else [True] if model else []
            for way in ways:
                if (node.id, way) not in seen:
                    seen.add((node.id, way))
                    waiting.append((node.id, way))
    for holder in holders:
        if any(step.upstream == consumer and step.kind == "producedBy" for step in declarations.into(holder)):
            found.add(holder)
    return found


@given(graphs())
def test_what_a_consumer_is_entitled_to(stack: list[Resource]) -> None:
    declarations = graph.of(Inventory(stack))
    holders = {
        node.id
        for node in declarations.nodes.values()
        if any(place.kind == "storedIn" for place in node.places)
    }
    entitlements = Entitlements(declarations, holders)
    for consumer in declarations.nodes:
        found = {holder for holder in holders if entitlements.entitled(consumer, holder).state is True}
        assert found == slowly_entitled(declarations, consumer, holders)
        for need in entitlements.needs(consumer):
            assert set(need.holders) <= found | {consumer}


@given(graphs(), st.data())
def test_an_edge_more_entitles_to_no_less(stack: list[Resource], data: st.DataObject) -> None:
    before = graph.of(Inventory(stack))
    index = data.draw(st.integers(0, len(stack) - 1))
    other = data.draw(st.sampled_from(sorted(before.nodes)))
    changed = stack[index]
    inputs = [*(changed.inputs or {}).get("inputs", []), edge(other, "readsFrom")]  # type: ignore[list-item]
    after = graph.of(
        Inventory(
            [
                *stack[:index],
                resource(changed.type, changed.name, {**(changed.inputs or {}), "inputs": inputs}),
                *stack[index + 1 :],
            ]
        )
    )
    holders = {node.id for node in before.nodes.values() if node.places}
    one, two = Entitlements(before, holders), Entitlements(after, holders)
    for consumer in before.nodes:
        for holder in holders:
            if one.entitled(consumer, holder).state is True:
                assert two.entitled(consumer, holder).state is True


def test_inputs_that_nobody_knows_leave_it_open() -> None:
    raw = bucket("raw")
    stack = [
        raw,
        dataset("clicks", raw),
        declared("FeatureView", "user_7d", {"node": LATER, "edge": "readsFrom"}),
        trained("ranker", "featureView:user_7d"),
        trained("other", "dataset:gone"),
    ]
    entitlements = Entitlements(graph.of(Inventory(stack)), ["dataset:clicks"])
    open_ = entitlements.entitled("training:ranker", "dataset:clicks")
    assert (open_.state, [reading.path for reading in open_.because]) == (None, ["inputs"])
    assert entitlements.entitled("training:other", "dataset:clicks").state is None
    assert entitlements.entitled("dataset:clicks", "dataset:clicks").state is True


def test_a_model_is_read_by_who_serves_trains_on_and_judges_it() -> None:
    registry = bucket("models")
    stack = [
        registry,
        trained("base"),
        declared("Evaluation", "base"),
        declared(
            "Model",
            "base",
            edge("training:base", "producedBy"),
            edge("evaluation:base", "evaluatedBy"),
            places=[kept(registry, "registeredIn")],
        ),
        declared("Training", "tuned", edge("model:base", "basedOn")),
        declared("Model", "tuned", edge("training:tuned", "producedBy")),
        declared("Endpoint", "answers", edge("model:tuned", "servedBy")),
        declared("Dataset", "kept", edge("endpoint:answers", "fedBack")),
    ]
    entitlements = Entitlements(graph.of(Inventory(stack)), ["model:base"])
    entitled = {
        name: entitlements.entitled(name, "model:base").state
        for name in ("training:base", "evaluation:base", "training:tuned", "endpoint:answers", "dataset:kept")
    }
    assert entitled == {
        "training:base": True,
        "evaluation:base": True,
        "training:tuned": True,
        # An adapter is served together with what it adapts.
        "endpoint:answers": True,
        "dataset:kept": False,
    }
    assert [need.holders for need in entitlements.needs("training:tuned")] == [("model:base",)]
    assert list(entitlements.needs("training:base")) == []


def test_an_evaluation_reads_what_its_model_may_not_train_on() -> None:
    held_out = bucket("held-out")
    stack = [
        held_out,
        dataset("held-out", held_out),
        declared("Evaluation", "ranker", edge("dataset:held-out", "testedOn")),
        trained("ranker"),
        declared(
            "Model", "ranker", edge("training:ranker", "producedBy"), edge("evaluation:ranker", "evaluatedBy")
        ),
    ]
    entitlements = Entitlements(graph.of(Inventory(stack)), ["dataset:held-out"])
    assert entitlements.entitled("evaluation:ranker", "dataset:held-out").state is True
    assert entitlements.entitled("model:ranker", "dataset:held-out").state is True
    assert entitlements.entitled("training:ranker", "dataset:held-out").state is False


def test_the_record_is_plain_data() -> None:
    raw, other = bucket("raw"), bucket("other")
    stack = [
        raw,
        other,
        dataset("clicks", raw),
        dataset("users", other),
        dataset("elsewhere", places=[kept(None)]),
        trained("ranker", "dataset:clicks", "dataset:elsewhere"),
        trained("later", "dataset:users"),
        role("trainer", "training:ranker"),
        inline("reads", "trainer", reads("other")),
    ]
    found = reconcile.of(Inventory(stack))
    assert found.record() == {
        "links": [
            {
                "from": "dataset:clicks",
                "to": "training:ranker",
                "kind": "trainedOn",
                "alive": False,
                "missing": ["dataset:clicks"],
            }
        ],
        "undeclared": [
            {
                "identity": "role trainer",
                "consumer": "training:ranker",
                "holder": "dataset:users",
                "grantedBy": "urn:pulumi:test::trunkline::aws:iam/rolePolicy:RolePolicy::reads",
                "certain": True,
            }
        ],
        "notBuilt": ["training:later"],
        "outside": ["dataset:elsewhere"],
    }


def test_there_are_as_many_grants_as_somebody_gave() -> None:
    """Each role reads its own bucket; there could be as many pairs as roles times buckets."""
    count = 40
    stack: list[Resource] = []
    for index in range(count):
        name = f"n{index}"
        stack += [bucket(name), dataset(name, bucket(name)), role(name, f"dataset:{name}")]
        stack.append(inline(name, name, reads(name)))
    inventory = Inventory(stack)
    assert len(access.of(inventory).grants) == count
    assert reconcile.of(inventory).strays == []


def test_of_two_ways_to_the_same_data_the_certain_one_is_told() -> None:
    stores = [bucket("a"), bucket("b")]
    perhaps, surely = "arn:aws:s3:::a${aws:PrincipalTag/team}/*", "arn:aws:s3:::b/*"
    lets = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": [perhaps, surely]}
    stack = [*stores, dataset("clicks", *stores), role("stranger"), inline("p", "stranger", lets)]
    (stray,) = reconcile.of(Inventory(stack)).strays
    assert stray.undeclared.state is True
    (stray,) = reconcile.of(Inventory([stores[0], dataset("clicks", stores[0]), *stack[3:]])).strays
    assert stray.undeclared.state is None


def test_of_two_ways_to_act_as_somebody_the_certain_one_is_told() -> None:
    raw = bucket("raw")
    here = {"StringEquals": {"aws:SourceVpc": "vpc-1"}}
    names = {"one": {"Condition": here}, "two": {}}
    lets = [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": name}, **more}
        for name, more in names.items()
    ]
    between = [role(name, assumeRolePolicy=trust(AWS="caller")) for name in names]
    reader = role("reader", assumeRolePolicy=policy(*lets))
    stack = [
        raw,
        dataset("clicks", raw),
        reader,
        inline("p", "reader", reads("raw")),
        *between,
        role("caller"),
    ]
    (stray,) = reconcile.of(Inventory(stack)).strays
    assert stray.undeclared.state is True
    assert [str(identity) for identity in stray.use.end.chain] == ["role caller", "role two", "role reader"]
    # Somebody who is not in the stack may act as the second, and the condition stays.
    found = reconcile.of(Inventory([*stack[:4], between[0], role("caller")])).strays
    assert {str(stray.use.end.identity): stray.undeclared.state for stray in found} == {
        "role two": True,
        "role caller": None,
    }


def test_whose_data_a_store_holds() -> None:
    raw = bucket("raw")
    perhaps = {"role": LATER, "node": "store:raw", "resource": raw.urn}
    tagged = bucket("tagged")
    says = resource(tagged.type, "tagged", {"bucket": "tagged", "tags": {"trunkline:node": "dataset:says"}})
    below = resource(tagged.type, "below", {"bucket": "below"}, parent=dataset("above").urn)
    unread = resource(tagged.type, "unread", {"bucket": "unread", "tags": {"trunkline:node": LATER}})
    stack = [
        raw,
        dataset("sure", places=[perhaps, kept(raw)]),
        dataset("maybe", places=[perhaps]),
        says,
        dataset("says"),
        below,
        dataset("above"),
        unread,
    ]
    targets = access.of(Inventory(stack)).targets
    held = {
        (target.urn.rpartition("::")[2], holder.node): holder.holds.state
        for target in targets
        for holder in targets.holders(target)
    }
    assert held == {
        ("raw", "dataset:sure"): True,
        ("raw", "dataset:maybe"): None,
        ("tagged", "dataset:says"): True,
        ("below", "dataset:above"): True,
        ("unread", None): None,
    }
    assert [target.urn for target in targets.doors("dataset:sure")] == [raw.urn]
    assert targets.doors("dataset:maybe") == ()
