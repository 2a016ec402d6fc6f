"""Nothing that was secret is in any output, whatever the file holds and whatever a rule puts into it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies import catalogue
from policies.engine import (
    Claim,
    Enforcement,
    Hop,
    Inventory,
    Resource,
    Settings,
    Severity,
    View,
    configuration,
    evaluate,
    require,
)
from policies.engine.deferred import opened
from policies.engine.offline import read
from policies.engine.truth import NO
from policies.engine.values import Secret, Value
from policies.report import FORMATS, model, render
from policies.report.redaction import redacted, texts
from tests.policies.engine.files import ACL, BUCKET, ciphertext, entry, plaintext, state
from tests.policies.report.samples import NOW, report_of, rule

MARKER = "kR7-marker-Zq"

UNTIMED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

TOKENS = sorted({kind for each in catalogue.rules() for kind in each.kinds if kind.count(":") == 2})
NAMES = st.sampled_from(
    ["acl", "bucket", "policy", "tags", "spec", "data", "name", "env", "template", "kmsKeyId"]
)
SCALARS: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.sampled_from(["x", "*", ""])
)
MARKED = st.sampled_from([MARKER, f"x{MARKER}y", f'{{"a": "{MARKER}"}}', f"{MARKER}{'z' * 100}"])


def secrets(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    hidden = st.one_of(
        MARKED,
        st.lists(MARKED, max_size=2),
        st.dictionaries(st.one_of(NAMES, MARKED), st.one_of(MARKED, inner), max_size=2),
    )
    return st.one_of(hidden.map(plaintext), MARKED.map(ciphertext))


VALUES = st.recursive(
    st.one_of(SCALARS, secrets(SCALARS)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3), secrets(inner)
    ),
    max_leaves=8,
)


@st.composite
def states(draw: st.DrawFn) -> str:
    """A state of resources that the catalogue judges, with the marker in every secret."""
    tokens = draw(st.lists(st.sampled_from(TOKENS), min_size=1, max_size=4))
    properties = st.dictionaries(NAMES, VALUES, max_size=4)
    return state(
        *(
            entry(token, f"r{at}", draw(properties), outputs=draw(properties))
            for at, token in enumerate(tokens)
        )
    )


@UNTIMED
@given(states())
def test_no_rule_of_the_catalogue_shows_a_secret_in_any_format(text: str) -> None:
    report = report_of(text, rules=catalogue.rules())
    for form in FORMATS:
        assert MARKER not in render(report, form)


def _behind(view: View) -> Iterator[Value]:
    """Everything there is behind a view, as only a careless rule would look for it."""
    values: list[Any] = [view.raw]
    while values:
        value = values.pop()
        if isinstance(value, Secret):
            values.append(value.value)
        elif isinstance(value, dict):
            values += [*value, *value.values()]
        elif isinstance(value, list):
            values += value
        else:
            yield value


def _careless(resource: Resource, _: Inventory, __: Settings) -> Iterator[Claim]:
    for value in _behind(resource.properties):
        hop = Hop(node=f"node {value}", edge=f"{value}", position=f"{value}:1")
        yield require(NO, f"it is '{value}', cut to {str(value)[:80]}", resource[str(value)], witness=[hop])


CARELESS = rule("SEC-901", Severity.HIGH, Enforcement.MANDATORY, joined={ACL: _careless, BUCKET: _careless})


@UNTIMED
@given(st.dictionaries(NAMES, VALUES, min_size=1, max_size=4))
def test_even_a_careless_rule_shows_no_secret(properties: dict[str, Any]) -> None:
    text = state(entry(ACL, "a", properties))
    report = report_of(text, rules=[CARELESS])
    for form in FORMATS:
        assert MARKER not in render(report, form)


@pytest.mark.parametrize(
    "value", ["pin", "hunter2", 123456, '["deep", {"key": "hunter2"}]', {"hunter2": "x"}]
)
def test_a_secret_is_taken_out_of_messages_paths_and_hops(value: object) -> None:
    report = report_of(state(entry(ACL, "a", {"acl": plaintext(value)})), rules=[CARELESS])
    text = render(report, "json")
    for secret in ("'pin'", "hunter2", "123456", '"deep"'):
        assert secret not in text
    assert "[secret]" in text


def test_a_short_secret_does_not_eat_the_words_around_it() -> None:
    report = report_of(state(entry(ACL, "a", {"acl": plaintext("is")})), rules=[CARELESS])
    (finding,) = (each for each in report.findings if "[secret]" in each.message)
    assert finding.message == "it is [secret], cut to is"


def test_what_is_inside_a_secret_document_is_secret_too() -> None:
    snapshot = read(state(entry(ACL, "a", {"acl": plaintext('["deep", {"key": "hunter2"}]')})))
    assert {"deep", "key", "hunter2"} < texts(snapshot.resources)
    broken = read(state(entry(ACL, "a", {"acl": plaintext("[broken")})))
    assert texts(broken.resources) == {"[broken"}


def test_what_is_no_secret_stays() -> None:
    snapshot = read(state(entry(ACL, "a", {"acl": "public-read", "b": ciphertext("public-read")})))
    assert texts(snapshot.resources) == set()
    found = report_of(state(entry(ACL, "a", {"acl": "public-read"}))).findings
    assert [each.message for each in found] == ["the ACL is 'public-read'"]


def test_the_record_of_deferred_findings_holds_no_secret() -> None:
    unknown = entry(ACL, "a", {"acl": plaintext("hunter2"), "bucket": "04da6b54-80e4-46f7-96ec-b56ff0331ba9"})

    def open_question(acl: Resource, _: Settings) -> Iterator[Claim]:
        yield require(acl["bucket"].present(), f"{acl['acl'].raw}")

    asking = rule("SEC-901", Severity.HIGH, Enforcement.MANDATORY, alone={ACL: open_question})
    snapshot = read(
        json.dumps(
            {
                "steps": [{"op": "create", "urn": unknown["urn"], "newState": unknown}],
                "changeSummary": {"create": 1},
            }
        )
    )
    found = evaluate([asking], Inventory(snapshot.resources), configuration.default([asking]), settled=False)
    assert "hunter2" in str(found)
    record = opened(redacted(found, snapshot.resources), snapshot, NOW).text()
    assert "hunter2" not in record
    assert "[secret]" in record


def test_every_format_is_tried_here() -> None:
    assert set(FORMATS) == {"terminal", "json", "sarif"}
    assert isinstance(report_of(state()), model.Report)
