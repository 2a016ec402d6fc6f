"""Files are judged by what they say, or refused with a sentence that holds none of their values."""

import json
from typing import Any

import pytest

from policies.engine import Resource, Verdict
from policies.engine.offline import InputError, Kind, read
from policies.engine.offline.document import text_of
from policies.engine.values import UNKNOWN, Opaque, Secret
from policies.security.sec001_object_storage_not_public import RULE
from tests.policies.cases import findings
from tests.policies.engine.files import (
    ACL,
    BUCKET,
    LATER,
    PROVIDER,
    PUBLIC,
    ciphertext,
    creating,
    entry,
    events,
    plaintext,
    preview,
    state,
    step,
    urn,
)

acl = entry(ACL, "docs-acl", PUBLIC)
bucket = entry(BUCKET, "docs", {"bucket": "docs"}, outputs={"bucket": "docs", "arn": "arn:aws:s3:::docs"})


def only(text: str, *, partial: bool = False) -> Resource:
    (found,) = read(text, partial=partial).resources
    return found


# -- a state ------------------------------------------------------------------------------------------------


def test_a_state_holds_facts() -> None:
    parent = urn("own:store:Store", "store")
    more: dict[str, Any] = {
        "parent": parent,
        "protect": True,
        "dependencies": [bucket["urn"]],
        "propertyDependencies": {"bucket": [bucket["urn"]], "acl": []},
        "sourcePosition": "project:///stacks/compose.py#201,5",
    }
    snapshot = read(state({**acl, **more}))
    assert (snapshot.kind, snapshot.settled, snapshot.engine) == (Kind.STATE, True, "v3.259.0")
    assert (snapshot.project, snapshot.stack) == ("acme", "dev")
    assert snapshot.resources == (
        Resource(
            urn=acl["urn"],
            type=ACL,
            name="docs-acl",
            inputs=PUBLIC,
            outputs=PUBLIC,
            settled=True,
            parent=parent,
            provider=PROVIDER,
            dependencies=frozenset({bucket["urn"]}),
            property_dependencies={"bucket": frozenset({bucket["urn"]})},
            protect=True,
            source_position="stacks/compose.py:201",
        ),
    )


def test_a_checkpoint_and_the_bare_deployment_are_states_too() -> None:
    deployment = json.loads(state(acl))["deployment"]
    wanted = read(state(acl)).resources
    for document in (
        {"version": 3, "checkpoint": {"stack": "dev", "latest": deployment}},
        {"version": 4, "features": ["hooks"], "deployment": deployment},
        {"stack": "dev", "latest": deployment},
        deployment,
    ):
        assert read(json.dumps(document)).resources == wanted


def test_what_waits_for_its_deletion_is_not_judged_and_is_counted() -> None:
    old = {**acl, "delete": True}
    gone = {**bucket, "pendingReplacement": True}
    snapshot = read(state(old, {**acl, "inputs": {**PUBLIC, "acl": "private"}}, old, gone))
    assert [resource.inputs for resource in snapshot.resources] == [{"bucket": "docs", "acl": "private"}]
    assert snapshot.left_out == {"waiting for deletion": 2, "deleted, and not created again yet": 1}


def test_what_the_program_only_reads_is_not_judged_as_the_pack_does_not_see_it() -> None:
    read_only = {**acl, "external": True}
    wanted = {"only read by the program": 1}
    for text in (
        state(read_only, bucket),
        preview(step("read", None, read_only), step("same", bucket, bucket)),
        events(step("read", None, read_only), step("same", bucket, bucket)),
    ):
        snapshot = read(text)
        assert [resource.name for resource in snapshot.resources] == ["docs"]
        assert snapshot.left_out == wanted


def test_an_interrupted_update_is_told() -> None:
    (note,) = read(state(acl, pending_operations=[{"type": "creating"}])).notes
    assert note.startswith("The last update was interrupted during 1 operations")


def test_urns_of_several_stacks_are_told() -> None:
    other = {**bucket, "urn": bucket["urn"].replace(":dev::acme:", ":prod::other:")}
    (note,) = read(state(acl, other)).notes
    assert note.endswith("come from several stacks: acme/dev, other/prod.")


def test_properties_that_a_provider_keeps_for_itself_are_not_judged() -> None:
    found = only(state(entry(BUCKET, "docs", {"bucket": "docs", "__defaults": ["bucket"], "a": {"__b": 1}})))
    assert found.inputs == found.outputs == {"bucket": "docs", "a": {}}


@pytest.mark.parametrize("hidden", [ciphertext("v1:fW4k5U89r9KUE4Ax:7krn"), ciphertext("[secret]")])
def test_an_encrypted_value_is_a_secret_that_nobody_knows(hidden: object) -> None:
    snapshot = read(state(entry(ACL, "docs-acl", {**PUBLIC, "acl": hidden})))
    (found,) = snapshot.resources
    assert found.inputs is not None
    assert found.inputs["acl"] == Secret(UNKNOWN)
    assert [finding.verdict for finding in findings(RULE, [found], settled=True)] == [Verdict.UNKNOWN]
    assert any("--show-secrets" in note for note in snapshot.notes)


def test_a_decrypted_value_is_judged_and_not_shown() -> None:
    (finding,) = findings(
        RULE, read(state(entry(ACL, "docs-acl", {**PUBLIC, "acl": plaintext("public-read")}))).resources
    )
    assert finding.verdict is Verdict.FAIL
    assert finding.message == "the ACL [secret] lets everyone in"


def test_a_secret_that_holds_more_than_a_text_keeps_its_shape() -> None:
    found = only(state(entry(BUCKET, "docs", {"tags": plaintext({"a": [1, LATER]}), "b": plaintext(None)})))
    assert found.inputs == {"tags": Secret({"a": [1, UNKNOWN]}), "b": Secret(None)}
    broken = {**plaintext(1), "plaintext": "{"}
    assert only(state(entry(BUCKET, "docs", {"a": broken}))).inputs == {"a": Secret(UNKNOWN)}


def test_an_asset_is_there_and_not_readable() -> None:
    asset = {
        "4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17",
        "text": "the text of an asset",
    }
    assert only(state(entry("aws:s3/bucketObject:BucketObject", "a", {"source": asset}))).inputs == {
        "source": Opaque("asset")
    }


def test_a_line_outside_the_program_is_traced_to_the_program() -> None:
    frames = [
        {"sourcePosition": "project:///.venv/lib/python3.11/site-packages/pulumi_aws/provider.py#805"},
        {},
        {"sourcePosition": "project:///../lib/python3.11/asyncio/events.py#80"},
        {"sourcePosition": "project:///a%20b/site.py#52"},
    ]
    found = only(state({**acl, "sourcePosition": frames[0]["sourcePosition"], "stackTrace": frames}))
    assert found.source_position == "a b/site.py:52"
    assert only(state({**acl, "stackTrace": frames[:3]})).source_position is None
    assert only(state({**acl, "sourcePosition": "file:///etc/passwd#1"})).source_position is None
    assert only(state({**acl, "sourcePosition": "project:///x.py"})).source_position is None


# -- a preview ----------------------------------------------------------------------------------------------


def test_a_preview_holds_what_the_program_asks_for() -> None:
    text = creating(entry(ACL, "docs-acl", {"bucket": LATER, "acl": "[secret]"}))
    found = only(text)
    snapshot = read(text)
    assert (snapshot.kind, snapshot.settled) == (Kind.PREVIEW, False)
    assert snapshot.existing == frozenset()
    assert snapshot.as_of == ""
    assert found.inputs == {"bucket": UNKNOWN, "acl": Secret(UNKNOWN)}
    assert found.provider == PROVIDER


def test_a_secret_is_only_masked_in_a_preview() -> None:
    assert only(state(entry(BUCKET, "docs", {"bucket": "[secret]"}))).inputs == {"bucket": "[secret]"}


def test_what_does_not_change_keeps_what_the_provider_reported() -> None:
    found = only(preview(step("same", bucket, bucket)))
    assert found.outputs == {"bucket": "docs", "arn": "arn:aws:s3:::docs"}
    changed = {**bucket, "inputs": {"bucket": "docs", "acl": LATER}}
    found = only(preview(step("update", bucket, changed)))
    assert found.outputs == {"bucket": "docs", "arn": "arn:aws:s3:::docs", "acl": UNKNOWN}


def test_of_a_replacement_only_the_new_one_is_judged() -> None:
    new = {**acl, "inputs": {"bucket": "docs", "acl": "private"}}
    old = {**acl, "delete": True}
    snapshot = read(
        preview(
            step("create-replacement", acl, new),
            step("replace", old, new),
            step("delete-replaced", old, None),
        )
    )
    assert [resource.inputs for resource in snapshot.resources] == [{"bucket": "docs", "acl": "private"}]
    assert snapshot.existing == {acl["urn"]}


def test_what_a_preview_deletes_is_not_judged() -> None:
    refreshed = step("refresh", acl, acl)
    assert read(preview(refreshed, step("delete", acl, None))).resources == ()
    assert read(events(refreshed, step("delete", acl, None))).resources == ()


def test_a_preview_says_from_which_state_it_starts_only_if_it_changes_it() -> None:
    earlier = {**bucket, "modified": "2026-11-22T00:00:00Z"}
    same = step("same", earlier, earlier)
    assert read(preview(same)).as_of == ""
    assert read(preview(same, step("update", acl, acl))).as_of == acl["modified"]
    assert read(state(earlier, {**acl, "delete": True})).as_of == acl["modified"]


def test_events_say_the_same_as_the_document() -> None:
    steps = (step("same", bucket, bucket), step("update", acl, acl))
    log, document = read(events(*steps)), read(preview(*steps))
    assert [one.inputs for one in log.resources] == [one.inputs for one in document.resources]
    assert log.existing == document.existing
    assert log.kind is Kind.PREVIEW


def test_a_line_of_the_log_ends_with_a_newline_and_with_nothing_else() -> None:
    log = events(step("create", None, entry(ACL, "a", {"acl": "X"}))).replace("X", "\u2028\x85")
    assert only(log).inputs == {"acl": "\u2028\x85"}


# -- what is refused ----------------------------------------------------------------------------------------

MARKER = "hunter2"

REFUSED: dict[str, tuple[str, str]] = {
    "an unchanged resource is not shown": (
        preview(step("create", None, acl), changeSummary={"create": 1, "same": 7}),
        "leaves out 7 resources that do not change",
    ),
    "the program failed": (
        preview(step("create", None, acl), diagnostics=[{"severity": "error", "message": MARKER}]),
        "the preview failed before it knew every resource",
    ),
    "the preview was cancelled": (
        json.dumps({"steps": [step("create", None, acl)]}),
        "the preview failed before it knew every resource",
    ),
    "the log has no end": (events(step("create", None, acl), ended=False), "the preview failed before"),
    "the log of an update": (
        events(step("create", None, acl), planning=False),
        "the events of an update, not of a preview",
    ),
    "a cut log": (events(step("create", None, acl))[:-20], "ends in the middle of the JSON"),
    "a log with something else in it": ('{"sequence": 0}\n["x"]\n', "line 2 is no event"),
    "two live resources with one URN": (
        state(acl, acl),
        "resource 2 of the state: its URN stands for another",
    ),
    "an old state": (
        json.dumps({"version": 1, "deployment": {}}),
        "has version 1; versions 3 and 4 are known",
    ),
    "a state without a version": (json.dumps({"version": MARKER, "deployment": {}}), "has version a text"),
    "no object": (state(MARKER), "resource 1 of the state must be an object, not a text"),
    "no URN": (state({**acl, "urn": MARKER}), "urn must read urn:pulumi:STACK::PROJECT::TYPE::NAME"),
    "no type": (state({**acl, "type": ""}), "resource 1 of the state: type is missing"),
    "inputs are a list": (state({**acl, "inputs": [MARKER]}), "inputs must be an object, not a list"),
    "a parent that is a number": (state({**acl, "parent": 7}), "parent must be a text, not a number"),
    "dependencies of numbers": (state({**acl, "dependencies": [7]}), "dependencies must be a list of texts"),
    "dependencies that are none": (state({**acl, "dependencies": True}), "must be a list, not true or false"),
    "dependencies of a property": (
        state({**acl, "propertyDependencies": {"acl": MARKER}}),
        "propertyDependencies must be a list of texts",
    ),
    "resources are a text": (
        json.dumps({"version": 3, "deployment": {"resources": MARKER}}),
        "must be a list",
    ),
    "a step that is none": (json.dumps({"steps": [MARKER]}), "step 1 of the preview must be an object"),
    "a cut state": (state(acl)[:-40], "ends in the middle of the JSON"),
    "a state cut inside a text": (state(entry(ACL, "a", {"acl": MARKER}))[:210], "ends in the middle"),
    "not JSON": (
        '{"a": ' + MARKER + ' , "b": 1234567890123456789}',
        "is not JSON: Expecting value at line 1",
    ),
    "something else": (json.dumps({"resource": MARKER}), "nothing that can be judged"),
    "a list": (json.dumps([MARKER]), "nothing that can be judged"),
    "a number with 5000 digits": (
        state(entry(ACL, "a", {}), x=0).replace("0}", "9" * 5000 + "}"),
        "a number",
    ),
    "deep nesting": (
        state(entry(ACL, "a", {})).replace("{}", "[" * 100_000 + "]" * 100_000, 1),
        "nested more deeply",
    ),
}


@pytest.mark.parametrize(("text", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_judged_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(InputError) as refused:
        read(text)
    assert sentence in str(refused.value)
    assert MARKER not in str(refused.value)


def test_a_part_of_a_preview_is_judged_if_that_is_wanted_and_the_report_will_say_so() -> None:
    failed = preview(
        step("create", None, acl),
        changeSummary={"create": 1, "same": 7},
        diagnostics=[{"severity": "error", "message": "error: boom"}],
    )
    snapshot = read(failed, partial=True)
    assert (len(snapshot.resources), snapshot.missing, snapshot.partial) == (1, 7, True)
    assert len(snapshot.notes) == 2
    cut = read(events(step("create", None, acl), ended=False), partial=True)
    assert (len(cut.resources), cut.partial) == (1, True)


def test_a_preview_that_a_policy_refused_is_complete() -> None:
    refused = [{"severity": "error", "message": "error: preview failed\n"}, {"severity": "warning"}]
    assert not read(preview(step("create", None, acl), diagnostics=refused)).partial


def test_an_empty_stack_is_a_state_without_resources() -> None:
    assert read('{"version": 3, "deployment": {"manifest": {}}}').resources == ()
    assert read('{"version": 3, "deployment": null}').resources == ()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "the file is empty"),
        (b" \n\t", "the file is empty"),
        (b"\x1f\x8b\x08\x00", "the file is compressed"),
        (bytes(range(256)), "the file is not text"),
        (b'{"a": "\xff\xfe"}', "the file is not text"),
    ],
)
def test_what_is_no_text_is_refused(data: bytes, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        text_of(data)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_a_file_is_read_in_any_encoding_of_unicode(encoding: str) -> None:
    text = json.dumps(json.loads(state(entry(BUCKET, "dokumente-ä", {}))), ensure_ascii=False)
    assert only(text_of(text.encode(encoding))).name == "dokumente-ä"


def test_a_name_is_whatever_stands_behind_the_type() -> None:
    name = "a::b$c\u001b[31m\u202e\ud800 💥"
    assert only(state(entry(BUCKET, name, {}))).name == name
