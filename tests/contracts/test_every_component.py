"""Promises that hold for every component on every kind of site."""

import dataclasses
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Network
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pulumi
import pytest

from components.cluster import Pool
from components.core import ClusterFacts, Tags
from components.site import Caller
from tests.components.builds import ROWS, built, labels, previewed
from tests.support.clouds import CALLS, STATES
from tests.support.deploy import Graph, deploy

STATEFUL = {
    "aws:cloudwatch/logGroup:LogGroup",
    "aws:ec2/vpc:Vpc",
    "aws:eks/cluster:Cluster",
    "aws:kms/key:Key",
    "aws:s3/bucket:Bucket",
    "azure-native:containerservice:ManagedCluster",
    "azure-native:keyvault:Key",
    "azure-native:keyvault:Vault",
    "azure-native:network:VirtualNetwork",
    "azure-native:operationalinsights:Workspace",
    "azure-native:resources:ResourceGroup",
    "azure-native:storage:BlobContainer",
    "azure-native:storage:StorageAccount",
    "kubernetes:core/v1:Namespace",
    "kubernetes:objectbucket.io/v1alpha1:ObjectBucketClaim",
}
"""What a person would miss: data, keys, logs, networks, clusters."""

UNTAGGABLE = {
    "aws:ec2/route:Route",
    "aws:ec2/routeTableAssociation:RouteTableAssociation",
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "aws:s3/bucketLogging:BucketLogging",
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
    "aws:s3/bucketPolicy:BucketPolicy",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "aws:s3/bucketVersioning:BucketVersioning",
    "azure-native:authorization:RoleAssignment",
    "azure-native:containerservice:MaintenanceConfiguration",
    "azure-native:monitor:DiagnosticSetting",
    "azure-native:network:PrivateDnsZoneGroup",
    "azure-native:network:Subnet",
    "azure-native:storage:BlobContainer",
    "azure-native:storage:BlobServiceProperties",
    "azure-native:storage:ManagementPolicy",
}
"""What has no tags at its provider."""

every_component = pytest.mark.parametrize("which", ROWS)


@every_component
def test_children_belong_to_the_component(which: str) -> None:
    graph = built(which)
    owners = {r.urn for r in graph.components()}
    assert [r.name for r in (*graph.leaves(), *graph.providers()) if r.parent not in owners] == []


@every_component
def test_outputs_are_published_once(which: str) -> None:
    graph = built(which)
    assert {r.name: len(graph.outputs.get(r.urn, [])) for r in graph.components()} == {"unit": 1}


@every_component
def test_published_names_are_camel_case(which: str) -> None:
    graph = built(which)
    assert [key for found in graph.outputs.values() for one in found for key in one if "_" in key] == []


@every_component
def test_type_tokens_name_their_room(which: str) -> None:
    (component,) = built(which).components()
    prefix, capability, _ = component.type.split(":")
    assert (prefix, capability) == ("trunkline", which.partition("/")[0])


@every_component
def test_two_instances_share_no_name(which: str) -> None:
    row = ROWS[which]

    def both() -> None:
        row.build("first", row.args, None)
        row.build("second", row.args, None)

    graph = deploy(both, calls=CALLS, states=STATES)
    names = [(r.type, r.name) for r in graph.resources]
    assert len(names) == len(set(names))
    assert [r.name for r in graph.resources if not r.name.startswith(("first", "second"))] == []


@every_component
def test_children_take_no_option_of_the_component(which: str) -> None:
    row = ROWS[which]
    opts = pulumi.ResourceOptions(aliases=[pulumi.Alias(name="legacy")])
    graph = deploy(lambda: row.build("unit", row.args, opts), calls=CALLS, states=STATES)
    (component,) = graph.components()
    assert "legacy" in component.aliases
    assert [r.name for r in graph.resources if r.custom and "legacy" in r.aliases] == []


@every_component
def test_nested_children_stay_under_their_component(which: str) -> None:
    row = ROWS[which]

    class Outer(pulumi.ComponentResource):
        def __init__(self) -> None:
            super().__init__("test:index:Outer", "outer")
            row.build("unit", row.args, pulumi.ResourceOptions(parent=self))
            self.register_outputs({})

    graph = deploy(Outer, calls=CALLS, states=STATES)
    assert [r.name for r in graph.resources if r.custom and r.parent.endswith("::outer")] == []


@every_component
def test_same_program_same_urns(which: str) -> None:
    first, second = (built(which, ROWS[which].args) for _ in range(2))
    assert {r.urn for r in first.resources} == {r.urn for r in second.resources}


@every_component
def test_preview_shows_what_up_makes(which: str) -> None:
    assert {r.urn for r in previewed(which).resources} == {r.urn for r in built(which).resources}


@every_component
def test_what_a_person_would_miss_is_protected(which: str) -> None:
    graph = built(which)
    assert [r.name for r in graph.leaves() if r.type in STATEFUL and not r.protect] == []
    assert [r.name for r in graph.resources if r.protect and r.type not in STATEFUL] == []


@every_component
def test_a_throw_away_stack_protects_nothing(which: str) -> None:
    args = _unprotected(ROWS[which].args)
    assert [r.name for r in built(which, args).resources if r.protect] == []


@every_component
def test_everything_that_can_says_whose_it_is(which: str) -> None:
    graph = built(which)
    wanted = {"platform", "environment", "owner", "contact", "managed-by", "cost-centre"}
    for resource in graph.leaves():
        if resource.type in UNTAGGABLE:
            continue
        found = {key.rpartition("/")[2] for key in labels(graph, resource.urn)}
        assert wanted <= found, f"{resource.name} lacks {sorted(wanted - found)}"


def test_kubeconfigs_are_secret_wherever_they_go() -> None:
    for which in ("cluster/aws", "cluster/azure"):
        provider = built(which).one("pulumi:providers:kubernetes")
        assert "kubeconfig" in provider.secrets, which


def test_a_kubernetes_provider_knows_its_cluster() -> None:
    for which in ("cluster/aws", "cluster/azure", "cluster/onprem"):
        provider = built(which).one("pulumi:providers:kubernetes")
        assert provider.inputs["clusterIdentifier"], which


def _unprotected(args: Any) -> Any:
    """The same arguments with every ``protect`` off."""
    changes: dict[str, Any] = {}
    for field in dataclasses.fields(args):
        value = getattr(args, field.name)
        if field.name == "protect":
            changes["protect"] = False
        elif field.name == "spec":
            changes["spec"] = _unprotected(value)
    return replace(args, **changes)


NOT_YET_READ = {(ClusterFacts, field.name) for field in dataclasses.fields(ClusterFacts)}
"""Facts cross the seam for components that are still to come; each component reads the few it needs."""


def _fields(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for field in dataclasses.fields(value):
        if (type(value), field.name) in NOT_YET_READ:
            continue
        inner = getattr(value, field.name)
        if isinstance(inner, Tags):
            # One of them stands for all: that every tag arrives has a test of its own above.
            yield (*path, field.name, "owner")
        elif dataclasses.is_dataclass(inner):
            yield from _fields(inner, (*path, field.name))
        else:
            yield (*path, field.name)


CHOICES = {
    "admins": ("arn:aws:iam::123456789012:role/other",),
    "caller": Caller(account="210987654321", principal="arn:aws:iam::210987654321:role/other"),
    "version": "1.36",
    "kind": "kubernetes",
    "pod_security": "baseline",
    "region": "eu-west-1",
    "size": "c7i.large",
}
"""Another value that is allowed, for arguments with few."""


def _other(name: str, old: Any) -> Any:  # noqa: PLR0911, one line for each type
    if name in CHOICES:
        return CHOICES[name]
    match old:
        case bool():
            return not old
        case int():
            return old + 1
        case str():
            return f"{old}x"
        case IPv4Network():
            return IPv4Network("10.64.0.0/16")
        case tuple() | list():
            return type(old)()
        case dict() | MappingProxyType():
            return _other_mapping(old)
        case None:
            return "x"
        case _:
            raise AssertionError(f"say in CHOICES what else {name} may be")


def _other_mapping(old: Any) -> Any:
    key = max(old)
    value = old[key]
    return {**old, key: replace(value, disk_gib=value.disk_gib + 1) if isinstance(value, Pool) else "x"}


def _changed(value: Any, path: tuple[str, ...]) -> Any:
    head, *rest = path
    old = getattr(value, head)
    return replace(value, **{head: _changed(old, tuple(rest)) if rest else _other(head, old)})


def _shape(graph: Graph) -> list[tuple[str, ...]]:
    return sorted(
        (r.urn, str(r.inputs), str(r.protect), str(graph.outputs.get(r.urn))) for r in graph.resources
    )


@pytest.mark.parametrize(
    ("which", "path"),
    [(which, path) for which, row in ROWS.items() for path in _fields(row.args)],
    ids=lambda value: value if isinstance(value, str) else ".".join(value),
)
def test_no_argument_is_ignored(which: str, path: tuple[str, ...]) -> None:
    changed = _changed(ROWS[which].args, path)
    assert _shape(built(which, changed)) != _shape(built(which))


def test_every_capability_has_rows() -> None:
    """A component that is missing here is missing from every promise above."""
    root = Path(__file__).parents[2] / "components"
    folders = {path.name for path in root.iterdir() if (path / "spec.py").exists()}
    assert folders == {which.partition("/")[0] for which in ROWS}
