"""What a preview leaves open stays on record until an evaluation after the update closes it."""

import dataclasses
import json
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from policies.engine import (
    Configuration,
    Enforcement,
    Evaluation,
    Inventory,
    Rule,
    Severity,
    Verdict,
    configuration,
    evaluate,
)
from policies.engine.deferred import Closed, Closure, Record, close, opened, read
from policies.engine.offline import InputError, Snapshot
from policies.engine.offline import read as snapshot_of
from policies.security.sec001_object_storage_not_public import RULE
from tests.policies.cases import waiver_for
from tests.policies.engine.files import (
    ACL,
    BUCKET,
    LATER,
    PUBLIC,
    ciphertext,
    creating,
    entry,
    preview,
    state,
    step,
    urn,
)

NOW = datetime(2026, 11, 23, 16, 49, 42, tzinfo=UTC)
RULES = [RULE]
DEFAULT = configuration.default(RULES)

unknown = entry(ACL, "docs-acl", {"bucket": "docs", "acl": LATER}, modified="2026-11-23T01:00:00Z")
private = entry(ACL, "docs-acl", {"bucket": "docs", "acl": "private"})


def judged(snapshot: Snapshot, by: Configuration = DEFAULT) -> Evaluation:
    return evaluate(RULES, Inventory(snapshot.resources), by, settled=snapshot.settled)


def deferring(text: str, earlier: Record | None = None) -> Record:
    """Return the record that a preview leaves, as it comes back from its file."""
    snapshot = snapshot_of(text, partial=True)
    return read(opened(judged(snapshot), snapshot, NOW, earlier).text())


def closing(record: Record, text: str, by: Configuration = DEFAULT, rules: Sequence[Rule] = RULES) -> Closure:
    snapshot = snapshot_of(text)
    return close(record, judged(snapshot, by), snapshot, rules, by)


RECORD = deferring(creating(unknown))


def test_a_preview_records_what_it_leaves_open_and_nothing_else() -> None:
    record = deferring(creating(unknown, entry(ACL, "open-acl", PUBLIC)))
    (one,) = record.entries
    assert (record.project, record.stack) == ("acme", "dev")
    assert (one.rule, one.urn, one.path) == ("SEC-001", unknown["urn"], "acl")
    assert (one.opened, one.existed) == ("2026-11-23T16:49:42+00:00", False)
    assert one.message.endswith("lets everyone in")


@pytest.mark.parametrize(
    ("after", "how"),
    [
        (state(private), Closed.PASS),
        (state(entry(ACL, "docs-acl", PUBLIC)), Closed.FAIL),
    ],
)
def test_an_answer_closes_an_entry(after: str, how: Closed) -> None:
    closure = closing(RECORD, after)
    assert [(each.rule, answer) for each, answer in closure.closed] == [("SEC-001", how)]
    assert (closure.open, closure.findings) == ((), ())


def test_what_nobody_can_answer_after_the_update_either_is_a_finding_of_its_own() -> None:
    closure = closing(RECORD, state(entry(ACL, "docs-acl", {"bucket": "docs", "acl": ciphertext("x")})))
    assert closure.closed == ()
    assert closure.open == RECORD.entries
    (finding,) = closure.findings
    assert (finding.rule, finding.verdict, finding.urn) == ("deferred", Verdict.UNKNOWN, unknown["urn"])
    assert finding.severity is Severity.CRITICAL
    assert finding.blocks
    assert finding.message == (
        "SEC-001 was left open by the preview of 2026-11-23T16:49:42+00:00 and still is: "
        "nobody knows the answer after the update either"
    )


def test_an_open_entry_blocks_no_more_than_its_rule_does() -> None:
    after = state(entry(ACL, "docs-acl", {"bucket": "docs", "acl": ciphertext("x")}))
    for setting in ("advisory", {"unknown": "warn"}):
        by = configuration.read({"SEC-001": setting}, RULES)
        (finding,) = closing(RECORD, after, by).findings
        assert finding.enforcement is Enforcement.ADVISORY


def test_a_waiver_closes_an_entry() -> None:
    after = entry(ACL, "docs-acl", {"bucket": "docs", "acl": ciphertext("x")})
    subject = snapshot_of(state(after)).resources[0]
    by = configuration.read({"waivers": {"entries": [waiver_for(RULE, subject)]}}, RULES)
    ((_, how),) = closing(RECORD, state(after), by).closed
    assert how is Closed.WAIVED


def test_a_resource_that_was_not_created_leaves_its_entry_open() -> None:
    (finding,) = closing(RECORD, state(entry(BUCKET, "docs", {}))).findings
    assert finding.message.endswith("and still is: the update has not created the resource")


def test_a_resource_that_is_gone_takes_its_entry_with_it() -> None:
    record = deferring(preview(step("update", private, unknown)))
    after = state(entry(BUCKET, "docs", {}, modified="2026-11-24T00:00:00Z"))
    ((_, how),) = closing(record, after).closed
    assert how is Closed.GONE


def test_a_state_from_before_the_update_closes_nothing() -> None:
    record = deferring(preview(step("update", private, unknown)))
    (finding,) = closing(record, state(private)).findings
    assert finding.message.endswith("the state has not changed since, so the update is still to come")
    later = {**private, "modified": "2026-11-24T00:00:00Z"}
    ((_, how),) = closing(record, state(later)).closed
    assert how is Closed.PASS


def test_where_nothing_was_to_change_the_same_state_answers() -> None:
    """What a preview masks, a decrypted state shows, without any update between them."""
    masked = entry(ACL, "docs-acl", {"bucket": "docs", "acl": "[secret]"})
    record = deferring(preview(step("same", masked, masked)))
    ((_, how),) = closing(record, state(private)).closed
    assert how is Closed.PASS


@pytest.mark.parametrize("disabled", [True, False])
def test_a_rule_that_is_not_run_any_more_is_not_asked(*, disabled: bool) -> None:
    by = configuration.read({"SEC-001": "disabled"}, RULES) if disabled else DEFAULT
    for after in (state(private), state()):
        closure = closing(RECORD, after, by, RULES if disabled else [])
        assert [how for _, how in closure.closed] == [Closed.NOT_ASKED]


def test_an_engine_that_writes_no_times_can_close_an_entry() -> None:
    timeless = {key: value for key, value in private.items() if key != "modified"}
    ((_, how),) = closing(RECORD, state(timeless)).closed
    assert how is Closed.PASS


def test_a_rule_that_breaks_answers_nothing() -> None:
    def breaks(*_: object) -> None:
        raise KeyError

    broken = dataclasses.replace(RULE, joined={}, alone={ACL: breaks})  # type: ignore[dict-item]
    snapshot = snapshot_of(state(private))
    found = evaluate([broken], Inventory(snapshot.resources), DEFAULT, settled=True)
    (finding,) = close(RECORD, found, snapshot, [broken], DEFAULT).findings
    assert finding.message.endswith("the rule broke on this resource")


def test_a_new_preview_writes_the_record_anew() -> None:
    other = entry(ACL, "other-acl", {"bucket": "docs", "acl": LATER})
    assert [each.urn for each in deferring(creating(other), RECORD).entries] == [other["urn"]]
    assert deferring(creating(private), RECORD).entries == ()


def test_a_preview_of_a_part_keeps_what_it_says_nothing_about() -> None:
    other = entry(ACL, "other-acl", {"bucket": "docs", "acl": LATER})
    part = preview(step("create", None, other), changeSummary={"create": 1, "same": 1})
    assert {each.urn for each in deferring(part, RECORD).entries} == {urn(ACL, "docs-acl"), other["urn"]}
    answered = preview(step("create", None, private), changeSummary={"create": 1, "same": 1})
    assert deferring(answered, RECORD).entries == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"format": "other"}',
        "[" * 100_000,
        json.dumps({"format": "trunkline-deferred", "version": 2, "project": "a", "stack": "b"}),
        json.dumps({"format": "trunkline-deferred", "version": 1, "entries": ["x"]}),
        json.dumps({"format": "trunkline-deferred", "version": 1, "entries": [{"rule": "SEC-001"}]}),
        json.dumps({"format": "trunkline-deferred", "version": 1, "project": 1}),
    ],
)
def test_what_is_no_record_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        read(text)
