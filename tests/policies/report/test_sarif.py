"""SARIF is what the standard's own schema says, and means what the standard means by it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from policies.report import model, render
from tests.policies.engine.files import ACL, entry, state
from tests.policies.report.samples import SAMPLES, full, report_of, settled

SCHEMA: dict[str, Any] = json.loads((Path(__file__).parent / "sarif-2.1.0.schema.json").read_text("utf-8"))
VALIDATOR = Draft4Validator(SCHEMA, format_checker=Draft4Validator.FORMAT_CHECKER)

every_sample = pytest.mark.parametrize("report", SAMPLES.values(), ids=SAMPLES)


def run(report: model.Report) -> dict[str, Any]:
    (only,) = json.loads(render(report, "sarif"))["runs"]
    return only


def results(report: model.Report) -> dict[tuple[str, str], dict[str, Any]]:
    """The results by rule and name of the resource."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for result in run(report)["results"]:
        (location,) = result["locations"]
        (logical,) = location.get("logicalLocations", [{"name": ""}])
        found[result["ruleId"], logical["name"]] = result
    return found


def regions(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "region" in value:
            yield value["region"]
        for inner in value.values():
            yield from regions(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from regions(inner)


@every_sample
def test_every_log_is_valid_by_the_standard(report: model.Report) -> None:
    log = json.loads(render(report, "sarif"))
    VALIDATOR.validate(log)
    assert all(region["startLine"] >= 1 for region in regions(log))  # asked for by Errata 01


@every_sample
def test_a_result_points_at_its_rule(report: model.Report) -> None:
    only = run(report)
    rules = only["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for result in only["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]


@every_sample
def test_only_what_failed_has_a_level(report: model.Report) -> None:
    """SARIF 2.1.0, 3.27.9: a result of any other kind has the level none."""
    for result in run(report)["results"]:
        assert (result["kind"] == "fail") == (result["level"] != "none")


def test_what_blocks_is_an_error_and_what_is_open_is_no_failure() -> None:
    found = {key: (one["kind"], one["level"]) for key, one in results(full()).items()}
    assert found == {
        ("SEC-901", "docs-acl"): ("fail", "error"),
        ("SEC-901", "waived-acl"): ("fail", "warning"),
        ("SEC-901", "later-acl"): ("open", "none"),
        ("PRV-902", "docs"): ("fail", "error"),
        ("REL-903", "docs"): ("fail", "note"),
        ("CST-904", "key"): ("fail", "error"),
        ("waivers", ""): ("fail", "warning"),
    }
    unanswered = results(settled())["deferred", "gone-acl"]
    assert (unanswered["kind"], unanswered["level"]) == ("fail", "error")


def test_a_waived_result_is_suppressed_with_its_justification() -> None:
    suppressed = {key: one["suppressions"] for key, one in results(full()).items() if "suppressions" in one}
    assert list(suppressed) == [("SEC-901", "waived-acl")]
    ((only,),) = suppressed.values()
    assert (only["kind"], only["status"]) == ("external", "accepted")
    assert "by grace@acme.example (SEC-4711: public documentation)" in only["justification"]


def test_a_result_is_in_the_program_where_that_is_known() -> None:
    found = results(full())
    (location,) = found["SEC-901", "docs-acl"]["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "stacks/my%20stores.py", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 18},
    }
    assert location["logicalLocations"] == [
        {
            "fullyQualifiedName": "urn:pulumi:dev::acme::aws:s3/bucketAcl:BucketAcl::docs-acl",
            "name": "docs-acl",
            "kind": "resource",
        }
    ]
    (elsewhere,) = found["CST-904", "key"]["locations"]
    assert elsewhere["physicalLocation"] == {"artifactLocation": {"uri": "state.json", "index": 0}}


def test_a_path_through_the_graph_is_a_code_flow() -> None:
    ((flow,),) = (one["codeFlows"] for key, one in results(full()).items() if key == ("PRV-902", "docs"))
    (thread,) = flow["threadFlows"]
    steps = [each["location"] for each in thread["locations"]]
    assert [step["message"]["text"] for step in steps] == [
        "dataset clicks",
        "trainedOn: training ranker",
        "servedBy: endpoint rank",
    ]
    assert steps[1]["physicalLocation"]["region"] == {"startLine": 40}
    assert "physicalLocation" not in steps[2]
    assert "codeFlows" not in results(full())["SEC-901", "docs-acl"]


def test_a_rule_carries_its_help_its_controls_and_its_rank() -> None:
    rules = {rule["id"]: rule for rule in run(full())["tool"]["driver"]["rules"]}
    first = rules["SEC-901"]
    assert first["shortDescription"]["text"] == "Promise of SEC-901"
    assert first["help"]["text"] == "Because.\n\nFix: Mend it."
    assert "| nist-800-53 rev. 5, AC-3 | Access enforcement | enforced |" in first["help"]["markdown"]
    assert first["properties"]["tags"] == ["security", "eu-ai-act:Art. 12", "nist-800-53:AC-3"]
    assert [one["strength"] for one in first["properties"]["controls"]] == ["enforced", "evidence"]
    scores = {
        rule["properties"]["severity"]: rule["properties"]["security-severity"] for rule in rules.values()
    }
    assert float(scores["critical"]) > 9 > float(scores["high"]) >= 7 > float(scores["medium"]) >= 4
    assert 4 > float(scores["low"]) > 0


def test_a_rule_that_broke_makes_the_run_unsuccessful() -> None:
    (invocation,) = run(full())["invocations"]
    assert invocation["executionSuccessful"] is False
    assert invocation["endTimeUtc"] == "2026-11-23T16:49:42Z"
    (broken,) = (one for one in invocation["toolExecutionNotifications"] if one["level"] == "error")
    assert broken["associatedRule"]["id"] == "CST-904"
    assert run(SAMPLES["empty"])["invocations"][0]["executionSuccessful"] is True


def test_a_preview_does_not_replace_a_state_and_no_stack_another() -> None:
    assert run(full())["automationDetails"]["id"] == "trunkline/preview/acme/dev/"
    assert run(settled())["automationDetails"]["id"] == "trunkline/state/acme/dev/"


def test_the_fingerprint_of_a_result_outlives_a_changed_value() -> None:
    def fingerprint(value: str) -> dict[str, str]:
        report = report_of(state(entry(ACL, "docs-acl", {"acl": value})))
        return results(report)["SEC-901", "docs-acl"]["partialFingerprints"]

    assert fingerprint("public-read") == fingerprint("public-read-write") != {}
    assert list(fingerprint("a")) == ["trunkline/v1"]


@pytest.mark.parametrize(
    ("name", "uri"), [("standard input", "standard%20input"), ("/srv/ä.json", "file:///srv/%C3%A4.json")]
)
def test_what_was_scanned_is_named_with_its_digest(name: str, uri: str) -> None:
    only = run(report_of(state(), name=name))
    assert only["artifacts"] == [
        {"location": {"uri": uri}, "roles": ["analysisTarget"], "hashes": {"sha-256": "0" * 64}}
    ]


def test_a_name_cannot_disturb_the_log() -> None:
    report = report_of(state(entry(ACL, "a\n\u001b[31m\u202e\ud800", {"acl": "x"})))
    text = render(report, "sarif")
    assert text.isascii()
    VALIDATOR.validate(json.loads(text))
    (result,) = run(report)["results"]
    assert result["message"]["text"].startswith("a\\u000a\\u001b[31m\\u202e")
