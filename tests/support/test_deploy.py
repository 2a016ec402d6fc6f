"""The recording engine shows what happened; a test that it would let pass proves nothing."""

import pulumi
import pulumi_aws as aws
import pytest
from pulumi_kubernetes.core.v1 import ConfigMap

from tests.support.deploy import deploy

BUCKET = "aws:s3/bucket:Bucket"


def test_a_failing_apply_fails_the_test() -> None:
    def program() -> None:
        def fail(_: str) -> None:
            raise LookupError("boom")

        aws.s3.Bucket("x").bucket.apply(fail)

    with pytest.raises(LookupError, match="boom"):
        deploy(program)


def test_two_resources_of_one_urn_fail_the_test() -> None:
    def program() -> None:
        aws.s3.Bucket("x")
        aws.s3.Bucket("x")

    with pytest.raises(AssertionError, match="share the URN"):
        deploy(program)


def test_a_lookup_that_nobody_expects_fails_the_test() -> None:
    with pytest.raises(Exception, match="unexpected invoke aws:index/getCallerIdentity"):
        deploy(lambda: aws.get_caller_identity_output().account_id.apply(str))


def test_secrets_are_named_by_their_path_and_readable() -> None:
    def program() -> None:
        ConfigMap("x", data={"open": "a", "closed": pulumi.Output.secret("b")})
        pulumi.export("token", pulumi.Output.secret("t"))
        pulumi.export("plain", "p")

    graph = deploy(program)
    found = graph.named("x")
    assert found.inputs["data"] == {"open": "a", "closed": "b"}
    assert any(path.startswith("data") for path in found.secrets)
    assert graph.exports == {"token": "t", "plain": "p"}
    assert graph.export_secrets == {"token"}


def test_wiring_protection_and_providers_are_recorded() -> None:
    def program() -> None:
        provider = aws.Provider("eu", region="eu-central-1")
        opts = pulumi.ResourceOptions(provider=provider, protect=True, ignore_changes=["tags"])
        bucket = aws.s3.Bucket("x", opts=opts)
        aws.s3.BucketVersioning("y", bucket=bucket.bucket, versioning_configuration={"status": "Enabled"})

    graph = deploy(program, states={BUCKET: {"bucket": "made-by-the-cloud"}})
    bucket, versions = graph.one(BUCKET), graph.named("y")
    assert (bucket.protect, bucket.ignore_changes) == (True, ("tags",))
    assert bucket.provider.startswith(next(graph.providers()).urn)
    assert versions.property_dependencies["bucket"] == {bucket.urn}
    assert (versions.protect, versions.provider) == (False, "")


def test_one_program_leaves_nothing_to_the_next() -> None:
    deploy(lambda: aws.s3.Bucket("first"))
    assert [r.name for r in deploy(lambda: aws.s3.Bucket("second")).resources] == ["second"]
