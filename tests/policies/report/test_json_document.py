"""The JSON of a scan is what its published schema says, and the schema leaves nothing open."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from policies.engine import Enforcement, OnUnknown, Severity, Verdict
from policies.engine.controls import Strength
from policies.engine.deferred import Closed
from policies.engine.offline import Kind
from policies.report import json_document, model, render
from tests.policies.engine.files import ACL, entry, state
from tests.policies.report.samples import RULES, SAMPLES, full, report_of, settled

SCHEMA: dict[str, Any] = json.loads(json_document.SCHEMA.read_text("utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)

every_sample = pytest.mark.parametrize("report", SAMPLES.values(), ids=SAMPLES)


def document(report: model.Report) -> dict[str, Any]:
    return json.loads(render(report, "json"))


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    """Every schema of an object inside ``schema``."""
    if isinstance(schema, dict):
        if "object" in schema.get("type", ()):
            yield schema
        for inner in schema.values():
            yield from objects(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from objects(inner)


@every_sample
def test_every_document_is_valid(report: model.Report) -> None:
    VALIDATOR.validate(document(report))


def test_the_schema_is_a_schema_and_closed() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    found = list(objects(SCHEMA))
    assert len(found) > 10
    for schema in found:
        assert schema["additionalProperties"] is False, schema
        assert sorted(schema["required"]) == sorted(schema["properties"]), schema


@pytest.mark.parametrize("where", ["", "source", "summary", "deferred", "findings", "rules"])
def test_a_field_that_the_schema_does_not_list_is_refused(where: str) -> None:
    answer = document(full())
    place = answer[where] if where else answer
    (place[0] if isinstance(place, list) else place)["more"] = 1
    with pytest.raises(ValidationError):
        VALIDATOR.validate(answer)


def test_the_words_of_the_schema_are_those_of_the_engine() -> None:
    defs = SCHEMA["$defs"]
    assert set(defs["severity"]["enum"]) == set(Severity)
    assert set(defs["enforcement"]["enum"]) == set(Enforcement)
    assert set(defs["finding"]["properties"]["verdict"]["enum"]) == set(Verdict) - {Verdict.PASS}
    assert set(defs["rule"]["properties"]["verdicts"]["properties"]) == set(Verdict)
    assert set(defs["rule"]["properties"]["unknown"]["enum"]) == {*OnUnknown, None}
    assert set(defs["control"]["properties"]["strength"]["enum"]) == set(Strength)
    assert set(defs["closed"]["properties"]["how"]["enum"]) == set(Closed)
    assert set(defs["source"]["properties"]["kind"]["enum"]) == set(Kind)
    assert SCHEMA["properties"]["version"]["const"] == json_document.VERSION


def test_a_finding_says_everything_about_itself() -> None:
    answer = document(full())
    found = {(each["rule"], each["resource"]["name"]): each for each in answer["findings"]}
    public = found["SEC-901", "docs-acl"]
    assert (public["verdict"], public["severity"], public["blocks"]) == ("fail", "critical", True)
    assert public["resource"]["type"] == ACL
    assert public["location"] == {"file": "stacks/my stores.py", "line": 18}
    assert (public["path"], public["message"], public["fix"]) == (
        "acl",
        "the ACL is 'public-read'",
        "Mend it.",
    )
    assert found["SEC-901", "later-acl"]["deferred"]
    assert found["SEC-901", "waived-acl"]["waived"].startswith("waived until ")
    assert not found["SEC-901", "waived-acl"]["blocks"]
    assert found["CST-904", "key"]["verdict"] == "error"
    assert [hop["location"] for hop in found["PRV-902", "docs"]["witness"]] == [
        {"file": "acme.yaml", "line": 31},
        {"file": "acme.yaml", "line": 40},
        None,
    ]
    assert ("waivers", "") in found


def test_the_summary_counts_the_findings() -> None:
    answer = document(full())
    assert answer["blocks"]
    assert answer["summary"] == {
        "findings": 8,
        "blocking": 3,
        "waived": 1,
        "deferred": 1,
        "bySeverity": {"low": 1, "medium": 3, "high": 1, "critical": 3},
    }


def test_a_rule_says_what_it_is_and_how_often_it_said_what() -> None:
    rules = {rule["id"]: rule for rule in document(full())["rules"]}
    assert rules["SEC-901"]["verdicts"] == {"pass": 1, "unknown": 1, "fail": 2, "error": 0}
    assert rules["CST-904"]["verdicts"] == {"pass": 0, "unknown": 0, "fail": 0, "error": 1}
    assert set(rules["CMP-905"]["verdicts"].values()) == {0}
    first, second = rules["SEC-901"]["controls"]
    assert (first["id"], first["strength"], first["effective"]) == ("AC-3", "enforced", None)
    assert second["effective"] == "2027-12-02"
    assert rules["waivers"]["unknown"] is None


def test_what_became_of_deferred_findings_is_told() -> None:
    answer = document(settled())
    assert [each["how"] for each in answer["deferred"]["closed"]] == ["pass"]
    (still,) = answer["deferred"]["open"]
    assert still["urn"].endswith("gone-acl")
    assert [each["resource"]["name"] for each in answer["findings"] if each["rule"] == "deferred"] == [
        "gone-acl"
    ]
    assert answer["source"]["leftOut"] == [{"reason": "waiting for deletion", "count": 1}]


def test_a_finding_has_the_same_id_in_every_scan_and_no_other_has_it() -> None:
    first, again = document(full())["findings"], document(full())["findings"]
    moved = document(
        report_of(state(entry(ACL, "docs-acl", {"bucket": "docs", "acl": "public-read-write"})))
    )["findings"]
    assert [each["id"] for each in first] == [each["id"] for each in again]
    assert len({each["id"] for each in first}) == len(first)
    (same,) = (each for each in first if each["resource"]["name"] == "docs-acl")
    assert [each["id"] for each in moved] == [same["id"]]


def test_names_stay_exact_and_the_document_is_plain_ascii() -> None:
    name = "a\u001b[31m\u202eä💥"
    text = render(report_of(state(entry(ACL, name, {"acl": "x"}))), "json")
    assert text.isascii()
    assert "\u001b" not in text
    (finding,) = json.loads(text)["findings"]
    assert finding["resource"]["name"] == name
    half = render(report_of(state(entry(ACL, "a\ud800", {"acl": "x"}))), "json")
    json.loads(half)["findings"][0]["resource"]["name"].encode("utf-8")


def test_the_order_of_a_file_has_no_influence() -> None:
    one = [entry(ACL, name, {"acl": "x"}) for name in ("a", "b", "c")]
    assert render(report_of(state(*one), rules=RULES), "json") == render(
        report_of(state(*one[::-1]), rules=RULES), "json"
    )
