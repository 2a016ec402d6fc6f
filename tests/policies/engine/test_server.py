"""The pack as a process, spoken to over gRPC as the engine does."""

import signal
import subprocess
import sys
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import psutil
import pytest
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

from policies import catalogue
from policies.security.sec001_object_storage_not_public import RULE
from tests.policies.cases import LATER, secret, urn_of, waiver_for
from tests.policies.cases import resource as declared

ROOT = Path(__file__).resolve().parents[3]
BUCKET = "aws:s3/bucket:Bucket"
ACL = "aws:s3/bucketAcl:BucketAcl"
BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
ON = {
    "blockPublicAcls": True,
    "blockPublicPolicy": True,
    "ignorePublicAcls": True,
    "restrictPublicBuckets": True,
}
LIMIT = 30
"""Seconds for anything that must come to an end; a hang fails the test."""

Stub = analyzer_pb2_grpc.AnalyzerStub


@contextmanager
def started() -> Generator[tuple[subprocess.Popen[str], Stub]]:
    """Start the pack as a language host does, and end it."""
    command = [sys.executable, str(ROOT / "policies" / "__main__.py"), "127.0.0.1:1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as pack:
        try:
            assert pack.stdout is not None
            port = int(pack.stdout.readline())
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                yield pack, Stub(channel)
        finally:
            pack.kill()


@pytest.fixture
def pack() -> Iterator[Stub]:
    with started() as (_, stub):
        stub.Handshake(analyzer_pb2.AnalyzerHandshakeRequest(engine_address="127.0.0.1:1"))
        yield stub


def struct(value: dict[str, Any]) -> struct_pb2.Struct:
    made = struct_pb2.Struct()
    made.update(value)
    return made


def start_run(pack: Stub, *, preview: bool) -> None:
    pack.ConfigureStack(
        analyzer_pb2.AnalyzerStackConfigureRequest(stack="test", project="trunkline", dry_run=preview)
    )


def configure(pack: Stub, **policies: tuple[analyzer_pb2.EnforcementLevel.ValueType, dict[str, Any]]) -> None:
    pack.Configure(
        analyzer_pb2.ConfigureAnalyzerRequest(
            policyConfig={
                name.replace("_", "-"): analyzer_pb2.PolicyConfig(
                    enforcementLevel=level, properties=struct(values)
                )
                for name, (level, values) in policies.items()
            }
        )
    )


def analyze(pack: Stub, token: str, name: str, inputs: dict[str, Any]) -> analyzer_pb2.AnalyzeResponse:
    return pack.Analyze(
        analyzer_pb2.AnalyzeRequest(type=token, urn=urn_of(token, name), name=name, properties=struct(inputs))
    )


def reported(
    token: str, name: str, outputs: dict[str, Any], **made_from: str
) -> analyzer_pb2.AnalyzerResource:
    return analyzer_pb2.AnalyzerResource(
        type=token,
        urn=urn_of(token, name),
        name=name,
        properties=struct(outputs),
        propertyDependencies={
            key: analyzer_pb2.AnalyzerPropertyDependencies(urns=[urn]) for key, urn in made_from.items()
        },
    )


def of(
    rule: str, diagnostics: Iterable[analyzer_pb2.AnalyzeDiagnostic]
) -> list[analyzer_pb2.AnalyzeDiagnostic]:
    """What one rule said; others may have a word on the same resource."""
    return [item for item in diagnostics if item.policyName == rule]


def analyze_stack(
    pack: Stub, *resources: analyzer_pb2.AnalyzerResource
) -> list[analyzer_pb2.AnalyzeDiagnostic]:
    return list(pack.AnalyzeStack(analyzer_pb2.AnalyzeStackRequest(resources=resources)).diagnostics)


def test_the_pack_introduces_every_rule_under_its_own_name(pack: Stub) -> None:
    info = pack.GetAnalyzerInfo(empty_pb2.Empty())
    assert (info.name, info.supportsConfig) == ("trunkline", True)
    assert [policy.name for policy in info.policies] == [
        *(rule.id for rule in catalogue.rules()),
        "waivers",
    ]
    (first,) = (policy for policy in info.policies if policy.name == RULE.id)
    assert first.enforcementLevel == analyzer_pb2.MANDATORY
    assert first.severity == analyzer_pb2.POLICY_SEVERITY_CRITICAL
    assert first.policy_type == analyzer_pb2.POLICY_TYPE_STACK
    assert (first.framework.name, first.framework.reference) == ("nist-800-53", "AC-3")
    schema = first.configSchema.properties.fields["unknown"].struct_value.fields["enum"]
    assert [value.string_value for value in schema.list_value.values] == ["fail", "warn", "defer"]
    assert pack.GetPluginInfo(empty_pb2.Empty()).version == info.version


def test_a_bad_resource_is_refused_before_it_exists(pack: Stub) -> None:
    start_run(pack, preview=False)
    (found,) = analyze(pack, ACL, "docs", {"bucket": "docs", "acl": "public-read"}).diagnostics
    assert (found.policyName, found.enforcementLevel) == ("SEC-001", analyzer_pb2.MANDATORY)
    assert found.severity == analyzer_pb2.POLICY_SEVERITY_CRITICAL
    assert found.urn == urn_of(ACL, "docs")
    assert found.message.startswith("acl: the ACL 'public-read' lets everyone in.\nFix: ")


def test_a_good_resource_is_no_finding_and_names_the_rules_without_a_say(pack: Stub) -> None:
    response = analyze(pack, ACL, "docs", {"bucket": "docs", "acl": "private"})
    assert list(response.diagnostics) == []
    skipped = {item.policy_name for item in response.not_applicable}
    assert "SEC-001" not in skipped
    assert "SEC-009" in skipped


def test_nothing_that_was_reported_is_reported_twice(pack: Stub) -> None:
    start_run(pack, preview=True)
    inputs = {"bucket": "docs", "acl": "public-read"}
    assert len(analyze(pack, ACL, "docs", inputs).diagnostics) == 1
    assert analyze_stack(pack, reported(ACL, "docs", inputs)) == []


def test_what_gets_worse_is_reported_again(pack: Stub) -> None:
    start_run(pack, preview=False)
    configure(pack, SEC_001=(analyzer_pb2.MANDATORY, {"unknown": "warn"}))
    (early,) = of("SEC-001", analyze(pack, ACL, "docs", {"bucket": "docs", "acl": LATER}).diagnostics)
    assert early.enforcementLevel == analyzer_pb2.ADVISORY
    (late,) = of(
        "SEC-001",
        analyze_stack(pack, reported(ACL, "docs", {"bucket": "docs", "acl": "public-read"})),
    )
    assert late.enforcementLevel == analyzer_pb2.MANDATORY


def test_what_a_program_declares_is_kept_for_the_end(pack: Stub) -> None:
    start_run(pack, preview=True)
    analyze(pack, BUCKET, "docs", {"bucket": "docs"})
    analyze(pack, BLOCK, "block", {"bucket": "docs", **ON})
    found = analyze_stack(pack, reported(BUCKET, "docs", {}), reported(BLOCK, "block", {}))
    assert "SEC-001" not in {item.policyName for item in found}


def test_inputs_and_outputs_are_joined_by_urn_and_resources_by_dependency(pack: Stub) -> None:
    start_run(pack, preview=True)
    for name in ("docs", "logs"):
        analyze(pack, BUCKET, name, {})
    analyze(pack, BLOCK, "block", {"bucket": LATER, **ON})
    found = analyze_stack(
        pack,
        reported(BUCKET, "docs", {"bucket": LATER}),
        reported(BUCKET, "logs", {"bucket": LATER}),
        reported(BLOCK, "block", {"bucket": LATER, **ON}, bucket=urn_of(BUCKET, "docs")),
    )
    assert [item.urn for item in found if item.policyName == "SEC-001"] == [urn_of(BUCKET, "logs")]


@pytest.mark.parametrize(
    ("preview", "level", "start"),
    [
        (
            True,
            analyzer_pb2.ADVISORY,
            "deferred: acl: it is not known whether this holds, and the update will answer it",
        ),
        (
            False,
            analyzer_pb2.MANDATORY,
            "acl: it is not known whether this holds, and nothing here answers it",
        ),
    ],
)
def test_an_unknown_is_deferred_in_a_preview_and_closed_in_an_update(
    pack: Stub, *, preview: bool, level: int, start: str
) -> None:
    start_run(pack, preview=preview)
    (found,) = of("SEC-001", analyze(pack, ACL, "docs", {"bucket": "docs", "acl": LATER}).diagnostics)
    assert found.enforcementLevel == level
    assert found.message.startswith(start)


def test_a_secret_reaches_no_message(pack: Stub) -> None:
    (found,) = analyze(pack, ACL, "docs", {"bucket": "docs", "acl": secret("public-read")}).diagnostics
    assert "public-read" not in found.message
    assert "the ACL [secret] lets everyone in" in found.message


def test_a_waived_finding_stays_visible_and_does_not_block(pack: Stub) -> None:
    inputs = {"bucket": "docs", "acl": "public-read"}
    subject = declared(ACL, "docs", inputs)
    expired = waiver_for(RULE, subject, created="2020-01-01", expires="2020-02-01")
    configure(
        pack,
        SEC_001=(analyzer_pb2.MANDATORY, {}),
        waivers=(analyzer_pb2.ADVISORY, {"entries": [waiver_for(RULE, subject), expired]}),
    )
    (found,) = analyze(pack, ACL, "docs", inputs).diagnostics
    assert found.enforcementLevel == analyzer_pb2.ADVISORY
    assert found.message.startswith("waived until ")
    (about,) = analyze_stack(pack, reported(ACL, "docs", inputs))
    assert (about.policyName, about.enforcementLevel) == ("waivers", analyzer_pb2.ADVISORY)
    assert "is not applied: it expired on 2020-02-01" in about.message


def test_configuration_changes_what_a_rule_does(pack: Stub) -> None:
    inputs = {"bucket": "docs", "acl": "public-read"}
    configure(pack, SEC_001=(analyzer_pb2.DISABLED, {}))
    assert list(analyze(pack, ACL, "docs", inputs).diagnostics) == []
    configure(pack, SEC_001=(analyzer_pb2.ADVISORY, {}))
    (found,) = analyze(pack, ACL, "docs", inputs).diagnostics
    assert found.enforcementLevel == analyzer_pb2.ADVISORY
    key = {"enableKeyRotation": True, "rotationPeriodInDays": 300}
    configure(pack, SEC_004=(analyzer_pb2.MANDATORY, {"longestDays": 200}))
    assert of("SEC-004", analyze(pack, "aws:kms/key:Key", "k", key).diagnostics)


@pytest.mark.parametrize(
    ("policies", "sentence"),
    [
        ({"SEC_999": {}}, "there is no rule SEC-999. Did you mean SEC-"),
        ({"SEC_001": {"unknown": "skip"}}, "SEC-001: unknown is 'skip'; it can be fail, warn or defer"),
        ({"SEC_001": {"wavers": []}}, "SEC-001 has no setting 'wavers'."),
    ],
)
def test_a_configuration_that_makes_no_sense_is_refused(
    pack: Stub, policies: dict[str, dict[str, Any]], sentence: str
) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        configure(pack, **{name: (analyzer_pb2.MANDATORY, values) for name, values in policies.items()})
    assert f'details = "the configuration of the pack: {sentence}' in str(refused.value)
    assert "INVALID_ARGUMENT" in str(refused.value)


def test_a_stack_of_any_size_is_taken(pack: Stub) -> None:
    found = analyze_stack(pack, reported(BUCKET, "large", {"bucket": "x" * 6_000_000}))
    assert {"SEC-001", "SEC-003", "SEC-005"} <= {item.policyName for item in found}


def test_it_ends_when_it_is_cancelled_and_says_nothing() -> None:
    with started() as (pack, stub):
        stub.Cancel(empty_pb2.Empty())
        assert pack.wait(LIMIT) == 0
        assert pack.stderr is not None
        assert pack.stderr.read() == ""


def test_it_ends_on_a_signal_but_leaves_ctrl_c_to_the_engine() -> None:
    with started() as (pack, stub):
        pack.send_signal(signal.SIGINT)
        assert stub.GetPluginInfo(empty_pb2.Empty()).version
        pack.send_signal(signal.SIGTERM)
        assert pack.wait(LIMIT) == 0
        assert pack.stderr is not None
        assert pack.stderr.read() == ""


def test_it_ends_with_its_parent() -> None:
    parent = (
        "import subprocess, sys\n"
        f"command = [sys.executable, {str(ROOT / 'policies')!r}]\n"
        "pack = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)\n"
        "print(pack.pid, pack.stdout.readline(), flush=True)\n"
    )
    command = [sys.executable, "-c", parent]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=LIMIT)
    orphan = int(done.stdout.split()[0])
    left = [psutil.Process(orphan)] if psutil.pid_exists(orphan) else []
    _, alive = psutil.wait_procs(left, timeout=LIMIT)
    for process in alive:
        process.kill()
    assert alive == []
