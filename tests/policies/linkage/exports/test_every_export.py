"""Every export: the standard accepts it, the same graph gives the same bytes, nothing secret is in it."""

import dataclasses
import json
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies.linkage.exports import FORMATS, write
from policies.linkage.vocabulary import KINDS
from tests.policies.cases import LATER, resource, secret
from tests.policies.linkage.exports.declared import CLICKS, GRAPH, HEADER, NODES, graph, node
from tests.policies.linkage.exports.judges import JUDGES

PASSWORD = "hunter2-and-more"
every_format = pytest.mark.parametrize("form", sorted(FORMATS))


def whole(form: str, *nodes: Any, **more: Any) -> str:
    return "\n".join(write(graph(*nodes), form, HEADER, **more).values())


@every_format
def test_the_standard_accepts_it(form: str) -> None:
    for text in write(GRAPH, form, HEADER).values():
        JUDGES[form](text)


@every_format
def test_a_graph_of_nothing_is_still_a_document(form: str) -> None:
    for text in write(graph(), form, HEADER).values():
        JUDGES[form](text)


@every_format
def test_the_order_of_resources_changes_no_byte(form: str) -> None:
    shuffled = list(NODES)
    random.Random(7).shuffle(shuffled)  # noqa: S311 - nobody's secret depends on it

    assert write(graph(*shuffled), form, HEADER) == write(GRAPH, form, HEADER)


@every_format
def test_an_id_does_not_change_when_something_else_is_declared(form: str) -> None:
    alone, together = (
        ids(form, whole(form, CLICKS)),
        ids(form, "\n".join(write(GRAPH, form, HEADER).values())),
    )

    assert alone
    assert alone <= together


def ids(form: str, text: str) -> set[str]:
    """Return the names that an export gives to the dataset ``clicks`` and its parts."""
    begin = "dataset:clicks" if form == "openlineage" else "urn:trunkline:acme-ml:dataset:clicks"
    return {word for word in text.split('"') if word.startswith(begin)}


@every_format
def test_the_time_is_the_callers(form: str) -> None:
    later = dataclasses.replace(HEADER, time=HEADER.time.replace(year=2031))

    assert "2026-11-23" not in "".join(write(graph(CLICKS), form, later).values())
    assert "2031-11-23" in "".join(write(graph(node("Dataset", "bare", {})), form, later).values())


@every_format
@pytest.mark.parametrize(
    "properties",
    [
        {"about": secret("about " + PASSWORD)},
        {"license": secret(PASSWORD)},
        {"owner": {"team": secret(PASSWORD)}},
        {"places": [{"role": "storedIn", "node": secret(PASSWORD), "site": secret(PASSWORD)}]},
        {"version": secret(PASSWORD), "about": f"the token is {PASSWORD}, really"},
        {"schema": {"fields": [{"name": "a", "type": "int64", "unit": secret(PASSWORD)}]}},
        {"quality": secret({"biases": PASSWORD})},
        {"about": f"see https://reader:{PASSWORD}@acme.example/doc"},
        {"about": f"see https://acme.example/doc?X-Amz-Signature={PASSWORD} for more"},
    ],
    ids="-".join,
)
def test_nothing_secret_is_written(form: str, properties: dict[str, Any]) -> None:
    text = whole(form, node("Dataset", "clicks", properties))

    assert PASSWORD not in text
    assert "clicks" in text


@every_format
def test_what_is_secret_elsewhere_in_the_stack_is_not_written_either(form: str) -> None:
    said = node("Dataset", "clicks", {"about": f"made with {PASSWORD}", "owner": {"team": "name"}})

    assert PASSWORD in whole(form, said)
    # The words of a secret document say nothing about it.
    cleaned = whole(form, said, secrets={PASSWORD, "name"})
    assert PASSWORD not in cleaned
    assert "[secret]" in cleaned
    assert "made with" in cleaned


@every_format
def test_a_secret_licence_is_not_known_and_not_none(form: str) -> None:
    hidden = whole(form, node("Dataset", "clicks", {"license": secret("MIT"), "classification": {}}))

    assert "MIT" not in hidden.replace("LIMIT", "")
    assert form == "croissant" or "licences" in hidden  # among what is open


VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-5, 10**12),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(max_size=12),
        st.sampled_from(
            ["", "a b", "\ud800", "é\u2028", "../x", "DE", "EU", "public", "all", "pi", LATER, "high"]
        ),
        st.sampled_from(
            ["dataset:a", "source:b", "derivedFrom", "trainedOn", "storedIn", "2026-11-23", "MIT"]
        ),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ["node", "edge", "role", "team", "contact", "name", "type", "fields", "unit", "x"]
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=8,
)
KEYS = (
    "node inputs places owner about version digest live schema license classification confidentiality "
    "purposes consents storageAllowed retentionDays origin date format issuer reduces quality riskTier card "
    "signature url exposure authentication monitoring path feeds intendedUse"
)
PROPERTIES = st.dictionaries(st.sampled_from(KEYS.split()), VALUES, max_size=8)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    declared=st.lists(
        st.tuples(st.sampled_from(sorted(KINDS)), st.text(max_size=8), PROPERTIES), min_size=1, max_size=4
    )
)
def test_whatever_a_state_declares_the_standards_accept_the_export(
    declared: list[tuple[str, str, dict[str, Any]]],
) -> None:
    nodes = [resource(kind, name, properties) for kind, name, properties in declared]

    for form, judge in JUDGES.items():
        for name, text in write(graph(*nodes), form, HEADER).items():
            assert "/" not in name
            json.dumps(text).encode()
            text.encode()
            judge(text)
