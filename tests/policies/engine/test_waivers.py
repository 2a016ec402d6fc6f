from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from policies.engine import (
    Claim,
    Enforcement,
    Finding,
    Inventory,
    Resource,
    Rule,
    Settings,
    Verdict,
    configuration,
    evaluate,
    require,
)
from policies.engine.fingerprint import changed, fingerprint
from policies.security.sec001_object_storage_not_public import RULE
from tests.policies.cases import LATER, findings, resource, secret, told, waiver_for, with_waivers

BUCKET = "aws:s3/bucket:Bucket"
ACL = "aws:s3/bucketAcl:BucketAcl"
TODAY = date(2026, 11, 23)
public = resource(ACL, "docs-acl", {"bucket": "docs", "acl": "public-read"})


def dated(**changes: Any) -> dict[str, Any]:
    created = {"created": TODAY.isoformat(), "expires": (TODAY + timedelta(days=90)).isoformat()}
    return waiver_for(RULE, public, **{**created, **changes})


def test_a_waived_finding_is_shown_does_not_block_and_is_no_pass() -> None:
    (finding,) = findings(RULE, [public], by=with_waivers(dated(), today=TODAY))
    assert finding.verdict is Verdict.FAIL
    assert finding.enforcement is Enforcement.ADVISORY
    assert finding.waived == (
        "waived until 2027-02-21 by grace@acme.example (SEC-4711: public documentation)"
    )


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"expires": "2026-11-22"}, "it expired on 2026-11-22"),
        ({"expires": "2027-02-22"}, "it lasts 91 days; 90 are allowed"),
        ({"created": "2026-11-24"}, "it was created on 2026-11-24, which is in the future"),
        ({"approvedBy": "Ada@ACME.example "}, "Ada@ACME.example approved a waiver of their own"),
        ({"approvedBy": None}, "approvedBy is missing"),
        (
            {"approvedBy": "  "},
            "approvedBy is empty: whoever approves the waiver writes their name there",
        ),
        ({"ticket": " "}, "ticket is empty"),
        ({"reason": 7}, "reason must be a text"),
        ({"ticket": None}, "ticket is missing"),
        ({"expires": "soon"}, "expires must be a day such as 2026-11-30, not 'soon'"),
        ({"compensatingControls": []}, "compensatingControls must list what protects the subject meanwhile"),
        ({"fingerprint": None}, "fingerprint must map the inputs of the subject to their digests"),
        ({"fingerprint": {}}, "fingerprint must map the inputs of the subject to their digests"),
        (
            {"ruleVersion": "1"},
            "ruleVersion must be a whole number, the version of the rule it was approved for",
        ),
        ({"ruleVersion": 2}, "it was approved for version 2 of SEC-001, which is now at version 1"),
        (
            {"ruleVersion": float("inf")},
            "ruleVersion must be a whole number, the version of the rule it was approved for",
        ),
        ({"upstream": ["x"]}, "upstream must map what the finding rests on to its digests"),
        ({"upstream": {"x": 1}}, "upstream must map what the finding rests on to its digests"),
        ({"rule": "SEC-999"}, "there is no rule SEC-999"),
        ({"approver": "x"}, "approver is not a field of a waiver"),
    ],
)
def test_a_waiver_that_is_wrong_is_not_applied_and_is_a_finding(
    changes: dict[str, Any], problem: str
) -> None:
    found = findings(RULE, [public], by=with_waivers(dated(**changes), today=TODAY))
    violations = [finding for finding in found if finding.rule == RULE.id]
    assert [finding.blocks for finding in violations] == [True]
    label = f"waiver 1 ({changes.get('rule', 'SEC-001')}, {changes.get('ticket', 'SEC-4711') or 'no ticket'})"
    assert [finding.message for finding in found if finding.rule == "waivers"] == [
        f"{label} is not applied: {problem}"
    ]


def test_what_is_no_waiver_at_all_is_a_finding_too() -> None:
    found = findings(RULE, [public], by=with_waivers("please", today=TODAY))  # type: ignore[arg-type]
    assert told(found)[-1] == ": waiver 1 is not applied: it must be an object"


def test_a_waiver_ends_when_its_subject_changes_and_says_what_changed() -> None:
    worse = resource(ACL, "docs-acl", {"bucket": "docs", "acl": "public-read-write"})
    found = findings(RULE, [worse], by=with_waivers(dated(), today=TODAY))
    assert [finding.blocks for finding in found] == [True, False]
    assert found[1].message.startswith(
        "the waiver of SEC-001 in SEC-4711 is not applied: acl changed since it was approved. "
        'The fingerprint is now {"acl": "'
    )


def test_a_waiver_of_something_else_covers_nothing() -> None:
    found = findings(RULE, [public], by=with_waivers(dated(subject="urn:*::other"), today=TODAY))
    assert [finding.blocks for finding in found] == [True, False]
    assert found[1].message == (
        "the waiver of SEC-001 in SEC-4711 is not applied: no resource that the rule judges is urn:*::other"
    )


def test_a_waiver_that_nothing_needs_any_more_is_reported() -> None:
    private = resource(ACL, "docs-acl", {"bucket": "docs", "acl": "private"})
    assert told(findings(RULE, [private], by=with_waivers(dated(), today=TODAY))) == [
        "docs-acl: the waiver of SEC-001 in SEC-4711 is no longer needed"
    ]


def test_one_waiver_serves_the_same_resource_in_every_stack() -> None:
    everywhere = dated(subject="urn:pulumi:*::trunkline::aws:s3/bucketAcl:BucketAcl::docs-acl")
    assert [
        finding.blocks for finding in findings(RULE, [public], by=with_waivers(everywhere, today=TODAY))
    ] == [False]


def test_a_name_that_is_made_up_on_every_run_does_not_end_a_waiver() -> None:
    first = resource(BUCKET, "docs", {"bucket": "docs-1a2b3c4"})
    assert changed(fingerprint(first), resource(BUCKET, "docs", {"bucket": "docs-9f8e7d6"})) == []
    assert changed(fingerprint(first), resource(BUCKET, "docs", {"bucket": "other"})) == ["bucket"]


def test_what_is_unknown_in_a_preview_is_compared_as_soon_as_it_is_known() -> None:
    approved = fingerprint(resource(ACL, "docs-acl", {"bucket": "docs", "acl": "public-read"}))
    assert changed(approved, resource(ACL, "docs-acl", {"bucket": LATER, "acl": "public-read"})) == []
    assert changed(approved, resource(ACL, "docs-acl", {"bucket": "other", "acl": "public-read"})) == [
        "bucket"
    ]


def test_a_fingerprint_says_nothing_about_a_secret() -> None:
    one, other = ({"bucket": "docs", "acl": secret(value)} for value in ("a", "b"))
    assert fingerprint(resource(ACL, "x", one)) == fingerprint(resource(ACL, "x", other))
    nested = [fingerprint(resource(ACL, "x", {"acl": {"deep": [secret(value)]}})) for value in ("a", "b")]
    assert nested[0] == nested[1]


def _never(acl: Resource, _: Inventory, __: Settings) -> Iterator[Claim]:
    yield require(~acl["acl"].given(), "there is an ACL")


def upstream_of(_: Resource, stack: Inventory) -> Mapping[str, str]:
    """Two buckets stand for a graph: whatever is upstream of the ACL."""
    return {bucket.name: fingerprint(bucket).get("bucket", "") for bucket in stack.of(BUCKET)}


GRAPH_RULE = replace(RULE, alone={}, joined={ACL: _never}, upstream=upstream_of)
FEEDS = resource(BUCKET, "clicks", {"bucket": "clicks"})


def judged(rule: Rule, stack: Sequence[Resource], **changes: Any) -> Sequence[Finding]:
    by = configuration.read({"waivers": {"entries": [dated(**changes)]}}, [rule], today=TODAY)
    return evaluate([rule], Inventory(stack), by, settled=False).findings


def test_a_waiver_of_a_graph_finding_covers_the_upstream_it_names() -> None:
    approved = upstream_of(public, Inventory([public, FEEDS]))
    (finding,) = judged(GRAPH_RULE, [public, FEEDS], upstream=approved)
    assert finding.waived is not None
    assert not finding.blocks


@pytest.mark.parametrize(
    ("stack", "named"),
    [
        ([public, resource(BUCKET, "clicks", {"bucket": "other"})], "clicks"),
        ([public, FEEDS, resource(BUCKET, "orders", {"bucket": "orders"})], "orders"),
        ([public], "clicks"),
    ],
    ids=["changed", "added", "removed"],
)
def test_a_waiver_ends_when_its_upstream_changes_and_says_what_changed(
    stack: Sequence[Resource], named: str
) -> None:
    approved = upstream_of(public, Inventory([public, FEEDS]))
    violation, about = judged(GRAPH_RULE, stack, upstream=approved)
    assert violation.blocks
    assert about.message.startswith(
        f"the waiver of SEC-001 in SEC-4711 is not applied: upstream, {named} changed since it was approved. "
    )


def test_a_rule_that_looks_upstream_needs_a_waiver_that_does() -> None:
    violation, about = judged(GRAPH_RULE, [public, FEEDS])
    assert violation.blocks
    now = upstream_of(public, Inventory([FEEDS]))["clicks"]
    assert f'The upstream is now {{"clicks": "{now}"}}' in about.message


def test_a_waiver_that_names_an_upstream_no_rule_looks_at_is_not_applied() -> None:
    found = findings(RULE, [public], by=with_waivers(dated(upstream={"clicks": "0"}), today=TODAY))
    assert [finding.blocks for finding in found] == [True, False]


def test_an_upstream_that_nobody_knows_yet_does_not_end_a_waiver() -> None:
    def not_yet(_: Resource, __: Inventory) -> Mapping[str, str]:
        return {"clicks": "unknown"}

    later = replace(GRAPH_RULE, upstream=not_yet)
    (finding,) = judged(later, [public], upstream={"clicks": "0f8a3c1d2e4b5a69"})
    assert finding.waived is not None


def test_an_upstream_that_breaks_is_an_error_and_waives_nothing() -> None:
    def breaks(_: Resource, __: Inventory) -> Mapping[str, str]:
        raise KeyError("hunter2")

    found = judged(replace(GRAPH_RULE, upstream=breaks), [public], upstream={"clicks": "0"})
    assert {finding.verdict for finding in found} == {Verdict.FAIL, Verdict.ERROR}
    assert all(finding.blocks for finding in found)
    assert "hunter2" not in str(found)


def test_a_rule_that_answers_before_creation_cannot_look_upstream() -> None:
    with pytest.raises(ValueError, match="judges among all resources only"):
        replace(RULE, upstream=upstream_of)
