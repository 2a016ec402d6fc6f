"""The sandbox under the real engine: what a person sees who runs ``pulumi`` in it."""

from __future__ import annotations

import json
import signal
import time
from typing import TYPE_CHECKING, Any

import pytest

from stacks.sandbox import Fault, Kind, Moment, Operation, Sandbox, Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.engine import Project, ProjectFactory

pytestmark = pytest.mark.engine

THREE_CLOUDS = """
    import base64, pulumi, pulumi_aws as aws, pulumi_azure_native as azure, pulumi_kubernetes as kubernetes

    eu = aws.Provider("eu", region="eu-central-1", default_tags={"tags": {"owner": "ml"}})
    us = aws.Provider("us", region="us-east-1")
    zones = aws.get_availability_zones(opts=pulumi.InvokeOptions(provider=eu))
    for provider, region in ((eu, "eu"), (us, "us")):
        options = pulumi.ResourceOptions(provider=provider)
        vpc = aws.ec2.Vpc(f"{region}-vpc", cidr_block="10.0.0.0/16", opts=options)
        pulumi.export(region, vpc.arn)
    eks = {"type": "Service", "identifiers": ["eks.amazonaws.com"]}
    trust = aws.iam.get_policy_document(
        statements=[{"actions": ["sts:AssumeRole"], "principals": [eks]}],
        opts=pulumi.InvokeOptions(provider=eu),
    )
    role = aws.iam.Role("role", assume_role_policy=trust.json, opts=pulumi.ResourceOptions(provider=eu))
    westeurope = azure.Provider("west", location="westeurope")
    group = azure.resources.ResourceGroup("group", opts=pulumi.ResourceOptions(provider=westeurope))
    aks = azure.containerservice.ManagedCluster(
        "aks", resource_group_name=group.name, identity={"type": "SystemAssigned"}, dns_prefix="aks",
        opts=pulumi.ResourceOptions(provider=westeurope),
    )
    found = azure.containerservice.list_managed_cluster_user_credentials_output(
        resource_group_name=group.name, resource_name=aks.name,
        opts=pulumi.InvokeOutputOptions(provider=westeurope, depends_on=[aks]),
    )
    kubeconfig = found.kubeconfigs[0].value.apply(lambda text: base64.b64decode(text).decode())
    for name, provider in (
        ("dc1", kubernetes.Provider("dc1", context="dc1", cluster_identifier="dc1")),
        ("aks", kubernetes.Provider("in-aks", kubeconfig=kubeconfig, cluster_identifier="aks")),
    ):
        space = kubernetes.core.v1.Namespace(
            f"{name}-team", metadata={"name": "team"}, opts=pulumi.ResourceOptions(provider=provider)
        )
        secret = kubernetes.core.v1.Secret(
            f"{name}-secret", metadata={"namespace": space.metadata.name},
            string_data={"password": "hunter2"}, opts=pulumi.ResourceOptions(provider=provider),
        )
    pulumi.export("zones", zones.names)
    pulumi.export("kubeconfig", kubeconfig)
    pulumi.export("secret", secret.data)
"""

NETWORK = """
    import os, pulumi, pulumi_aws as aws

    eu = aws.Provider("eu", region="eu-central-1")
    options = pulumi.ResourceOptions(provider=eu)
    cidr = os.environ.get("CIDR", "10.0.0.0/16")
    vpc = aws.ec2.Vpc("vpc", cidr_block=cidr, tags={"a": "1"}, opts=options)
    for index in range(int(os.environ.get("SUBNETS", "3"))):
        aws.ec2.Subnet(f"subnet-{index}", vpc_id=vpc.id, cidr_block=f"10.0.{index}.0/24", opts=options)
    bucket = aws.s3.Bucket("bucket", opts=options)
    status = {"status": os.environ.get("STATUS", "Enabled")}
    aws.s3.BucketVersioning("versioning", bucket=bucket.id, versioning_configuration=status, opts=options)
    pulumi.export("vpc", vpc.id)
    pulumi.export("bucket", bucket.bucket)
"""

DEFAULTS_OFF = 'config:\n  pulumi:disable-default-providers: ["*"]\n'


class World:
    """A project and its sandbox, which is started anew for each command, as after a crash."""

    def __init__(self, project: Project, directory: Path) -> None:
        self.project = project
        self.directory = directory
        (project.folder / "Pulumi.dev.yaml").write_text(DEFAULTS_OFF, "utf-8")

    def pulumi(self, *arguments: str, check: bool = True, **environment: str) -> str:
        if arguments[0] in ("stack", "cancel"):  # these ask no provider
            return self.project.pulumi(*arguments, check=check).stdout
        with Sandbox(self.directory).start() as running:
            made = type(self.project)(
                self.project.folder, {**self.project.environment, **running.environment, **environment}
            )
            done = made.pulumi(*arguments, check=check)
        return done.stdout + done.stderr

    def ids(self) -> dict[str, list[str]]:
        """Return the ids of the objects that exist, by resource name."""
        with Store(self.directory) as store:
            found: dict[str, list[str]] = {}
            for item in store.list():
                found.setdefault(item.urn.rpartition("::")[2], []).append(item.id)
            return found

    def known(self) -> dict[str, str]:
        """Return the ids that the engine's state has, by resource name."""
        state: dict[str, Any] = json.loads(self.pulumi("stack", "export"))
        return {
            resource["urn"].rpartition("::")[2]: resource["id"]
            for resource in state["deployment"].get("resources", [])
            if resource.get("id") and not resource["type"].startswith("pulumi:")
        }


@pytest.fixture
def world(project: ProjectFactory, tmp_path: Path) -> Callable[[str], World]:
    return lambda program: World(project(program), tmp_path / "sandbox")


def test_three_clouds_come_up_stay_and_go(world: Callable[[str], World]) -> None:
    here = world(THREE_CLOUDS)
    preview = here.pulumi("preview")
    assert "hunter2" not in preview
    assert here.ids() == {}
    up = here.pulumi("up", "--yes", "--skip-preview")
    assert "hunter2" not in up
    outputs = json.loads(here.pulumi("stack", "output", "--json"))
    assert ":eu-central-1:" in outputs["eu"]
    assert ":us-east-1:" in outputs["us"]
    assert outputs["zones"] == ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
    assert outputs["kubeconfig"] == "[secret]"
    assert outputs["secret"] == "[secret]"
    again = here.pulumi("up", "--yes", "--skip-preview")
    assert "unchanged" in again
    assert "created" not in again
    refreshed = here.pulumi("refresh", "--yes", "--skip-preview")
    assert "updated" not in refreshed
    here.pulumi("destroy", "--yes", "--skip-preview")
    assert here.ids() == {}


def test_wrong_inputs_are_refused_at_preview(world: Callable[[str], World]) -> None:
    shown = world(NETWORK).pulumi("preview", check=False, STATUS="Enabld")
    assert "versioningConfiguration.status" in shown
    assert "Did you mean 'Enabled'?" in shown
    assert "Traceback" not in shown


def test_drift_is_refreshed_and_undone(world: Callable[[str], World]) -> None:
    here = world(NETWORK)
    here.pulumi("up", "--yes", "--skip-preview")
    with Store(here.directory) as store:
        vpc = next(item for item in store.list() if item.type == "aws:ec2/vpc:Vpc")
        store.drift(vpc.urn, {"tags.a": "changed"})
    shown = here.pulumi("preview", "--refresh", "--diff")
    assert '"changed"' in shown
    here.pulumi("up", "--yes", "--skip-preview", "--refresh")
    with Store(here.directory) as store:
        assert store.list(urn=vpc.urn)[0].outputs["tags"] == {"a": "1"}


def test_a_changed_identity_replaces_and_what_was_deleted_comes_back(world: Callable[[str], World]) -> None:
    here = world(NETWORK)
    here.pulumi("up", "--yes", "--skip-preview")
    before = here.ids()
    here.pulumi("up", "--yes", "--skip-preview", CIDR="10.0.0.0/17")
    after = here.ids()
    assert set(after) == set(before)
    assert all(len(ids) == 1 for ids in after.values())
    assert after["vpc"] != before["vpc"]
    assert after["subnet-0"] != before["subnet-0"]
    assert after["bucket"] == before["bucket"]
    with Store(here.directory) as store:
        store.remove(next(item for item in store.list() if item.type == "aws:s3/bucket:Bucket"))
    here.pulumi("up", "--yes", "--skip-preview", "--refresh", CIDR="10.0.0.0/17")
    assert here.ids() == after


def test_an_object_is_imported(world: Callable[[str], World]) -> None:
    here = world(NETWORK)
    here.pulumi("up", "--yes", "--skip-preview")
    bucket = here.ids()["bucket"][0]
    provider = next(
        resource
        for resource in json.loads(here.pulumi("stack", "export"))["deployment"]["resources"]
        if resource["type"] == "pulumi:providers:aws"
    )
    here.pulumi("stack", "init", "other")
    (here.project.folder / "Pulumi.other.yaml").write_text(DEFAULTS_OFF, "utf-8")
    (here.project.folder / "__main__.py").write_text(
        "import pulumi, pulumi_aws as aws\n"
        'eu = aws.Provider("eu", region="eu-central-1")\n'
        f'options = pulumi.ResourceOptions(provider=eu, import_="{bucket}")\n'
        f'bucket = aws.s3.Bucket("mine", bucket="{bucket}", opts=options)\n'
        'pulumi.export("arn", bucket.arn)\n',
        "utf-8",
    )
    assert provider["inputs"]["region"] == "eu-central-1"
    here.pulumi("up", "--yes", "--skip-preview", "--stack", "other")
    shown = json.loads(here.pulumi("stack", "output", "--json", "--stack", "other"))
    assert shown == {"arn": f"arn:aws:s3:::{bucket}"}


POINTS = [
    (Operation.CREATE, "aws:ec2/vpc:Vpc", Moment.BEFORE),
    (Operation.CREATE, "aws:ec2/vpc:Vpc", Moment.AFTER),
    (Operation.CREATE, "aws:ec2/subnet:Subnet", Moment.AFTER),
    (Operation.CREATE, "aws:s3/bucketVersioning:BucketVersioning", Moment.AFTER),
    (Operation.CHECK, "aws:s3/bucket:Bucket", Moment.BEFORE),
]


@pytest.mark.parametrize(("operation", "token", "moment"), POINTS)
def test_an_update_after_a_crash_of_the_provider_converges(
    world: Callable[[str], World], operation: Operation, token: str, moment: Moment
) -> None:
    here = world(NETWORK)
    with Store(here.directory) as store:
        store.faults.add(Fault(type=token, operation=operation, kind=Kind.CRASH, moment=moment))
    cut = here.pulumi("up", "--yes", "--skip-preview", check=False)
    assert "Traceback" not in cut
    here.pulumi("up", "--yes", "--skip-preview")
    assert {name: ids[0] for name, ids in here.ids().items()} == here.known()
    assert all(len(ids) == 1 for ids in here.ids().values())


def test_a_crash_in_the_middle_of_a_replacement_converges(world: Callable[[str], World]) -> None:
    here = world(NETWORK)
    here.pulumi("up", "--yes", "--skip-preview")
    with Store(here.directory) as store:
        store.faults.add(Fault(type="aws:ec2/vpc:Vpc", operation=Operation.CREATE, kind=Kind.CRASH))
    here.pulumi("up", "--yes", "--skip-preview", check=False, CIDR="10.0.0.0/17")
    assert len(here.ids()["vpc"]) == 2
    here.pulumi("up", "--yes", "--skip-preview", CIDR="10.0.0.0/17")
    assert {name: ids[0] for name, ids in here.ids().items()} == here.known()
    assert all(len(ids) == 1 for ids in here.ids().values())
    here.pulumi("destroy", "--yes", "--skip-preview")
    assert here.ids() == {}


def test_an_update_after_a_kill_of_the_engine_converges(world: Callable[[str], World]) -> None:
    here = world(NETWORK)
    with Sandbox(here.directory).start() as running, Store(here.directory) as store:
        store.faults.add(
            Fault(type="aws:ec2/subnet:Subnet", operation=Operation.CREATE, kind=Kind.LATENCY, seconds=2)
        )
        cut = type(here.project)(here.project.folder, {**here.project.environment, **running.environment})
        process = cut.start("up", "--yes", "--skip-preview")
        deadline = time.monotonic() + 60
        while not any(item.type == "aws:ec2/vpc:Vpc" for item in store.list()):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        time.sleep(2.5)  # the calls under way end in the provider, and nobody hears of them
    here.pulumi("cancel", "--yes", check=False)
    here.pulumi("up", "--yes", "--skip-preview")
    assert {name: ids[0] for name, ids in here.ids().items()} == here.known()
    assert all(len(ids) == 1 for ids in here.ids().values())


def test_throttling_shows_and_passes(world: Callable[[str], World]) -> None:
    here = world(NETWORK)
    with Store(here.directory) as store:
        store.faults.add(
            Fault(type="aws:ec2/subnet:Subnet", operation=Operation.CREATE, kind=Kind.THROTTLE, times=4)
        )
    here.pulumi("up", "--yes", "--skip-preview")
    assert len(here.ids()) == 6


def test_a_wrong_secret_is_not_shown(world: Callable[[str], World]) -> None:
    here = world(
        """
        import pulumi, pulumi_aws as aws
        eu = aws.Provider("eu", region="eu-central-1")
        options = pulumi.ResourceOptions(provider=eu)
        aws.ec2.Vpc("vpc", enable_dns_support=pulumi.Output.secret("hunter2"), opts=options)
        """
    )
    shown = here.pulumi("preview", check=False)
    assert "enableDnsSupport is a secret string, but must be true or false" in shown
    assert "hunter2" not in shown
