"""The pack inside the real Pulumi engine, against simulated providers.

It does not prove what a cloud would accept; it proves what the engine does with the pack's answers.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from policies.security.sec001_object_storage_not_public import RULE
from stacks.sandbox import Sandbox, Store
from tests.policies.cases import resource, waiver_for
from tests.support.engine import Project, ProjectFactory

pytestmark = pytest.mark.engine

PACK = Path(__file__).resolve().parents[2] / "policies"
ACL = "aws:s3/bucketAcl:BucketAcl"

PRIVATE = """
import pulumi
import pulumi_aws as aws

region = pulumi.ResourceOptions(provider=aws.Provider("aws", region="eu-central-1"))
docs = aws.s3.Bucket("docs", bucket="docs", opts=region)
aws.s3.BucketPublicAccessBlock(
    "docs-block",
    bucket=docs.bucket,
    block_public_acls=True,
    block_public_policy=True,
    ignore_public_acls=True,
    restrict_public_buckets=True,
    opts=region,
)
"""

PUBLIC_ACL = """
aws.s3.BucketAcl("docs-acl", bucket="docs", acl="public-read", opts=region)
"""

POLICY = """
statement = {{
    "Effect": "{effect}",
    "Principal": "*",
    "Action": "s3:GetObject",
    "Resource": docs.arn,
}}
aws.s3.BucketPolicy(
    "docs-policy",
    bucket=docs.bucket,
    policy=pulumi.Output.json_dumps({{"Version": "2012-10-17", "Statement": [statement]}}),
    opts=region,
)
"""


@pytest.fixture
def simulated(tmp_path: Path) -> Iterator[dict[str, str]]:
    with Sandbox(tmp_path / "sandbox").start() as running:
        yield running.environment


@pytest.fixture
def stack(project: ProjectFactory, simulated: dict[str, str]) -> Callable[[str], Project]:
    return lambda program: project(program, **simulated)


def run(stack: Project, operation: str, config: dict[str, Any] | None = None) -> tuple[int, str]:
    """Run ``preview`` or ``up`` with the pack; only SEC-001 is on unless ``config`` says otherwise."""
    file = stack.folder / "policy-config.json"
    file.write_text(json.dumps({"all": "disabled", "SEC-001": "mandatory", **(config or {})}))
    yes = ("--yes", "--skip-preview") if operation == "up" else ()
    done = stack.pulumi(
        operation, *yes, "--policy-pack", str(PACK), "--policy-pack-config", str(file), check=False
    )
    assert "Traceback" not in done.stdout + done.stderr
    return done.returncode, done.stdout + done.stderr


def created(folder: Path) -> set[str]:
    with Store(folder) as store:
        return {item.type for item in store.list()}


def test_a_violation_blocks_a_preview_under_the_rules_own_name(stack: Callable[[str], Project]) -> None:
    code, shown = run(stack(PRIVATE + PUBLIC_ACL), "preview")
    assert code != 0
    assert "[mandatory] [severity: critical]  SEC-001  (aws:s3:BucketAcl: docs-acl)" in shown
    assert "acl: the ACL 'public-read' lets everyone in." in shown
    assert shown.count("SEC-001") == 1


def test_a_bad_resource_is_not_created(stack: Callable[[str], Project], tmp_path: Path) -> None:
    code, shown = run(stack(PRIVATE + PUBLIC_ACL), "up")
    assert code != 0
    assert "SEC-001" in shown
    assert ACL not in created(tmp_path / "sandbox")


def test_what_a_preview_defers_the_update_closes(stack: Callable[[str], Project]) -> None:
    made = stack(PRIVATE + POLICY.format(effect="Deny"))
    code, shown = run(made, "preview")
    assert (code, "deferred: policy" in shown) == (0, True)
    assert "[advisory] [severity: critical]  SEC-001" in shown
    code, shown = run(made, "up")
    assert (code, "SEC-001" in shown) == (0, False)

    (made.folder / "__main__.py").write_text(PRIVATE + POLICY.format(effect="Allow"))
    code, shown = run(made, "preview")
    assert code != 0
    assert "a statement allows everyone, and no condition narrows it" in shown


def test_what_a_preview_could_not_see_is_refused_before_it_is_created(
    stack: Callable[[str], Project], tmp_path: Path
) -> None:
    made = stack(PRIVATE + POLICY.format(effect="Allow"))
    assert run(made, "preview")[0] == 0
    code, shown = run(made, "up")
    assert code != 0
    assert "a statement allows everyone, and no condition narrows it" in shown
    assert "aws:s3/bucketPolicy:BucketPolicy" not in created(tmp_path / "sandbox")


def test_a_waived_finding_stays_visible(stack: Callable[[str], Project]) -> None:
    subject = resource(ACL, "docs-acl", {"bucket": "docs", "acl": "public-read"})
    waiver = waiver_for(RULE, subject, subject="urn:pulumi:dev::inline::*::docs-acl")
    made = stack(PRIVATE + PUBLIC_ACL)
    code, shown = run(made, "preview", {"waivers": {"enforcementLevel": "advisory", "entries": [waiver]}})
    assert "waived until" in shown, shown
    assert "[advisory] [severity: critical]  SEC-001" in shown
    assert code == 0


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ({"SEC-999": "mandatory"}, "there is no rule SEC-999. Did you mean SEC-"),
        ({"SEC-001": {"enforcementLevel": "mandatory", "unknwon": "fail"}}, "Did you mean unknown?"),
    ],
)
def test_a_configuration_that_makes_no_sense_stops_the_run(
    stack: Callable[[str], Project], config: dict[str, Any], sentence: str
) -> None:
    code, shown = run(stack(PRIVATE), "preview", config)
    assert code != 0
    assert sentence in shown
