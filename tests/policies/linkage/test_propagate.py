"""How attributes travel, on graphs that nobody thought of.

The reference settles every node again and again until nothing changes, on plain values; it knows nothing of
components, orders or gaps.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from policies import catalogue
from policies.engine import Inventory, Resource, Rule, Verdict, evaluate
from policies.linkage import Effective, regions
from policies.linkage.reductions import TECHNOLOGIES
from policies.linkage.vocabulary import KINDS, NO_FLOW, SOURCE, Confidentiality, EdgeKind, RiskTier
from tests.policies.cases import settings as configured
from tests.policies.linkage.graphs import declared, graph
from tests.policies.linkage.random_graphs import FLOWS, stacks
from tests.policies.test_properties import forget, paths

GRAPH_RULES = [
    rule
    for rule in catalogue.rules()
    if rule.id.startswith(("PRV-", "RSD-")) and set(rule.joined) & set(KINDS)
]
LIMITS = [rule for rule in GRAPH_RULES if rule.id == "PRV-005" or rule.id.startswith("RSD-")]

Said = Mapping[str, Any]

EXAMPLES = 50
often = settings(max_examples=4 * EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
with_rules = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])


# -- the reference --------------------------------------------------------------------------------------


def said_by(resource: Resource) -> Said:
    return dict(resource.inputs or {})


def flows(said: Said) -> list[str]:
    return [edge["node"] for edge in said["inputs"] if EdgeKind(edge["edge"]) not in NO_FLOW]


def countries(said: Said, key: str) -> frozenset[str] | None:
    if key not in said:
        return None
    return frozenset(code for word in said[key] for code in regions.GROUPS.get(word, {word}))


def own(said: Said) -> dict[str, Any]:
    return {
        "level": Confidentiality(said.get("confidentiality", "public")).rank,
        "codes": frozenset(said.get("classification", {}).get("contains", ())),
        "licences": frozenset({said["license"]} if "license" in said else ()),
        "stored": countries(said, "storageAllowed"),
        "never stored": countries(said, "storageForbidden") or frozenset(),
        "processed": countries(said, "processingIncluded"),
        "never processed": countries(said, "processingExcluded") or frozenset(),
        "inside": said.get("onPremOnly", False),
        "purposes": frozenset(said["purposes"]) if "purposes" in said else None,
        "days": said.get("retentionDays"),
        "risk": RiskTier(said.get("riskTier", "minimal")).rank,
    }


def joined(one: Said, other: Said) -> dict[str, Any]:
    def both(key: str) -> Any:
        values = [value for value in (one[key], other[key]) if value is not None]
        return None if not values else values[0] if len(values) == 1 else values[0] & values[1]

    days = [value for value in (one["days"], other["days"]) if value is not None]
    return {
        "level": max(one["level"], other["level"]),
        "risk": max(one["risk"], other["risk"]),
        "inside": one["inside"] or other["inside"],
        "days": min(days, default=None),
        **{key: one[key] | other[key] for key in ("codes", "licences", "never stored", "never processed")},
        **{key: both(key) for key in ("stored", "processed", "purposes")},
    }


def transformed(said: Said, arriving: Said) -> dict[str, Any]:
    left = dict(arriving)
    for step in said.get("reduces", ()):
        proven = step.get("evidence", "").startswith("sha256:") and len(step["evidence"]) == len(
            DIGEST_EXAMPLE
        )
        counts = step.get("technology") in TECHNOLOGIES and step.get("tool") and proven
        if counts and (step.get("removes") or "lowersTo" in step):
            left["codes"] -= set(step.get("removes", ()))
            if "lowersTo" in step:
                left["level"] = min(left["level"], Confidentiality(step["lowersTo"]).rank)
    return left


DIGEST_EXAMPLE = "sha256:" + "0" * 64
NOTHING = own({})


def reference(stack: Sequence[Resource]) -> dict[str, dict[str, Any]]:
    """Settle all nodes at once until nothing changes."""
    said = {str(said_by(item)["node"]): said_by(item) for item in stack}
    found = dict.fromkeys(said, NOTHING)
    while True:
        after: dict[str, dict[str, Any]] = {}
        for key, words in said.items():
            arriving = NOTHING
            for upstream in flows(words):
                arriving = joined(arriving, found[upstream])
            after[key] = joined(transformed(words, arriving), own(words))
        if after == found:
            return found
        found = after


def plain(effect: Effective) -> dict[str, Any]:
    return {
        "level": effect.confidentiality.rank,
        "codes": effect.codes,
        "licences": effect.licences,
        "stored": effect.storage.allowed,
        "never stored": effect.storage.forbidden,
        "processed": effect.processing.allowed,
        "never processed": effect.processing.forbidden,
        "inside": effect.on_prem_only,
        "purposes": effect.purposes,
        "days": effect.retention_days,
        "risk": effect.risk.rank,
    }


# -- promises ------------------------------------------------------------------------------------------


@given(stacks())
@often
def test_what_travels_is_what_settling_everything_gives(stack: list[Resource]) -> None:
    found = graph(*stack)
    assert {key: plain(found.effective(key)) for key in found.nodes} == reference(stack)


@given(stacks(), st.randoms(use_true_random=False))
@often
def test_the_order_of_resources_does_not_matter(stack: list[Resource], random: Any) -> None:
    shuffled = list(stack)
    random.shuffle(shuffled)
    one, other = graph(*stack), graph(*shuffled)
    assert {key: (one.effective(key), one.incoming(key)) for key in one.nodes} == {
        key: (other.effective(key), other.incoming(key)) for key in other.nodes
    }


def test_attributes_travel_around_a_loop_and_into_what_begins_it() -> None:
    found = graph(
        declared("dataset:0", ("endpoint:0", "fedBack"), license="MIT"),
        declared("training:0", ("dataset:0", "trainedOn")),
        declared("model:0", ("training:0", "producedBy"), riskTier="high"),
        declared("endpoint:0", ("model:0", "servedBy")),
    )
    assert {found.effective(key).risk for key in found.nodes} == {RiskTier.HIGH}
    assert found.incoming("dataset:0").risk is RiskTier.HIGH
    assert found.incoming("dataset:0").licences == {"MIT"}


def test_a_node_that_reads_itself_inherits_from_itself() -> None:
    found = graph(declared("dataset:0", "dataset:0", license="MIT", storageAllowed=["DE"]))
    assert found.incoming("dataset:0").licences == {"MIT"}
    assert found.incoming("dataset:0").storage.allowed == {"DE"}


@given(stacks(), st.data())
@often
def test_what_is_known_of_a_graph_with_gaps_holds_without_them(
    stack: list[Resource], data: st.DataObject
) -> None:
    """What is unknown may make an attribute open; it never makes one up, and a closed one is the real one."""
    gaps = with_gaps(stack, data)
    real, known = graph(*stack), graph(*gaps)
    for key in real.nodes:
        before, after = real.effective(key), known.effective(key)
        assert_implied(before, after)
        for attribute in set(before.open) - set(after.open):
            raise AssertionError(f"{attribute} of {key} is open, and is not with less known")
        before, after = plain(before), plain(after)
        for name, attribute in CLOSED.items():
            if attribute not in {str(each) for each in known.effective(key).open}:
                assert after[name] == before[name], (key, name)


CLOSED = {
    "level": "confidentiality",
    "codes": "codes",
    "licences": "licences",
    "stored": "storage",
    "never stored": "storage",
    "processed": "processing",
    "never processed": "processing",
    "purposes": "purposes",
    "days": "retention",
    "risk": "risk",
}
"""By which attribute of the graph each value of the reference is closed."""


def assert_implied(before: Effective, after: Effective) -> None:
    """Everything known after forgetting something was so before."""
    assert after.confidentiality.rank <= before.confidentiality.rank
    assert after.risk.rank <= before.risk.rank
    assert after.codes <= before.codes
    assert after.licences <= before.licences
    assert before.on_prem_only or not after.on_prem_only
    assert before.storage & after.storage == before.storage
    assert before.processing & after.processing == before.processing
    if after.purposes is not None:
        assert before.purposes is not None
        assert before.purposes <= after.purposes
    if after.retention_days is not None:
        assert before.retention_days is not None
        assert before.retention_days <= after.retention_days


def with_gaps(stack: Sequence[Resource], data: st.DataObject) -> list[Resource]:
    """Return the stack with up to four values unknown."""
    places = [(index, path) for index, item in enumerate(stack) for path in paths(properties(item)) if path]
    whole = [place for place in places if len(place[1]) == 1]
    assume(whole)
    # Whole properties matter most often.
    chosen = data.draw(
        st.lists(
            st.one_of(st.sampled_from(whole), st.sampled_from(places)), min_size=1, max_size=4, unique=True
        )
    )
    after = list(stack)
    # The deepest first: what lies below a forgotten value is forgotten with it.
    for index, path in sorted(chosen, key=lambda place: -len(place[1])):
        after[index] = replace(after[index], inputs=forget(after[index].inputs, path))
    return after


def properties(item: Resource) -> Any:
    return item.inputs or {}


def failing(rules: Sequence[Rule], stack: Sequence[Resource]) -> dict[tuple[str, str], Verdict]:
    found: dict[tuple[str, str], Verdict] = {}
    inventory = Inventory(stack)
    for rule in rules:
        found |= evaluate([rule], inventory, configured(rule), settled=False).verdicts
    return found


@given(stacks(), st.data())
@with_rules
def test_no_gap_turns_a_failure_into_a_pass(stack: list[Resource], data: st.DataObject) -> None:
    before = failing(GRAPH_RULES, stack)
    assert Verdict.ERROR not in before.values()
    failed = [place for place, verdict in before.items() if verdict is Verdict.FAIL]
    after = failing(
        [rule for rule in GRAPH_RULES if rule.id in {name for name, _ in failed}], with_gaps(stack, data)
    )
    assert {place: after[place] for place in failed if after[place] is Verdict.PASS} == {}


@given(stacks(), st.data())
@with_rules
def test_one_more_edge_removes_no_finding_about_licences_or_places(
    stack: list[Resource], data: st.DataObject
) -> None:
    """Llama 2 is left out: what it answers may improve models made from it, and an edge can make one that."""
    assume(stack[-1].kind != SOURCE)
    upstream = data.draw(st.sampled_from([str(said_by(item)["node"]) for item in stack]))
    edge = {"node": upstream, "edge": data.draw(st.sampled_from(FLOWS))}
    target = properties(stack[-1])
    more = [
        *stack[:-1],
        replace(stack[-1], inputs={**target, "inputs": [*said_by(stack[-1])["inputs"], edge]}),
    ]
    before, after = failing(LIMITS, stack), failing(LIMITS, more)
    for place, verdict in before.items():
        if verdict is Verdict.FAIL:
            assert after[place] is Verdict.FAIL, place


def test_every_rule_about_the_graph_is_tried_above() -> None:
    assert len(GRAPH_RULES) > 20
    assert {rule.id for rule in LIMITS} >= {"PRV-005", "RSD-001", "RSD-002", "RSD-003", "RSD-005", "RSD-006"}
