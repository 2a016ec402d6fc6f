"""The schema that is read from the SDKs: complete, and exact about what it lets through."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from stacks.sandbox.aws import Aws
from stacks.sandbox.aws_functions import FUNCTIONS as AWS_FUNCTIONS
from stacks.sandbox.azure import AzureNative
from stacks.sandbox.azure_functions import FUNCTIONS as AZURE_FUNCTIONS
from stacks.sandbox.cloud import Cloud, Subject
from stacks.sandbox.kubernetes import Kubernetes
from stacks.sandbox.paths import Path as PropertyPath
from stacks.sandbox.paths import get, parse, put, text
from stacks.sandbox.schema import constraints
from stacks.sandbox.schema.check import check_inputs
from stacks.sandbox.schema.registry import Registry
from stacks.sandbox.schema.shapes import (
    Anything,
    Choice,
    Either,
    Field,
    File,
    Listing,
    Record,
    Scalar,
    Shape,
    Table,
)
from stacks.sandbox.store import Store

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of SDK modules as they are imported

EVERY = 20  # one type in so many is built; all of them would take minutes

# Every type that the network, cluster and storage components are made of.
COMPONENT_TYPES = """
aws:ec2/vpc:Vpc aws:ec2/subnet:Subnet aws:ec2/natGateway:NatGateway aws:ec2/vpcEndpoint:VpcEndpoint
aws:ec2/flowLog:FlowLog aws:ec2transitgateway/transitGateway:TransitGateway
aws:ec2transitgateway/vpcAttachment:VpcAttachment aws:ec2/customerGateway:CustomerGateway
aws:ec2/vpnConnection:VpnConnection aws:ec2/eip:Eip aws:ec2/internetGateway:InternetGateway
aws:ec2/route:Route aws:ec2/routeTable:RouteTable aws:ec2/routeTableAssociation:RouteTableAssociation
aws:ec2/securityGroup:SecurityGroup aws:ec2/launchTemplate:LaunchTemplate
azure-native:network:VirtualNetwork azure-native:network:Subnet azure-native:network:NatGateway
azure-native:network:PrivateEndpoint azure-native:network:VirtualNetworkPeering
azure-native:network:VirtualNetworkGateway azure-native:network:LocalNetworkGateway
azure-native:network:VirtualNetworkGatewayConnection azure-native:privatedns:PrivateZone
aws:eks/cluster:Cluster aws:eks/addon:Addon aws:eks/accessEntry:AccessEntry aws:eks/nodeGroup:NodeGroup
aws:eks/accessPolicyAssociation:AccessPolicyAssociation aws:eks/podIdentityAssociation:PodIdentityAssociation
aws:kms/key:Key aws:kms/alias:Alias aws:cloudwatch/logGroup:LogGroup aws:eks/capability:Capability
aws:iam/role:Role aws:iam/policy:Policy aws:iam/rolePolicyAttachment:RolePolicyAttachment
azure-native:containerservice:ManagedCluster azure-native:containerservice:AgentPool
azure-native:containerservice:MaintenanceConfiguration azure-native:containerservice:Fleet
azure-native:containerservice:FleetMember azure-native:containerservice:FleetUpdateStrategy
azure-native:containerservice:AutoUpgradeProfile azure-native:kubernetes:ConnectedCluster
azure-native:kubernetesconfiguration:Extension azure-native:kubernetesconfiguration:FluxConfiguration
azure-native:keyvault:Vault azure-native:keyvault:Key azure-native:authorization:RoleAssignment
azure-native:managedidentity:UserAssignedIdentity azure-native:managedidentity:FederatedIdentityCredential
azure-native:resources:ResourceGroup
aws:s3/bucket:Bucket aws:s3/bucketVersioning:BucketVersioning
aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration
aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock
aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration
aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration
aws:s3/bucketReplicationConfig:BucketReplicationConfig aws:s3/bucketPolicy:BucketPolicy
aws:s3tables/tableBucket:TableBucket aws:fsx/lustreFileSystem:LustreFileSystem
aws:fsx/dataRepositoryAssociation:DataRepositoryAssociation aws:efs/fileSystem:FileSystem
aws:efs/mountTarget:MountTarget aws:efs/accessPoint:AccessPoint
azure-native:storage:StorageAccount azure-native:storage:BlobContainer
azure-native:storage:BlobServiceProperties azure-native:storage:ManagementPolicy
azure-native:storage:BlobContainerImmutabilityPolicy azure-native:storagecache:AmlFilesystem
azure-native:storagecache:AutoImportJob azure-native:storagecache:AutoExportJob
azure-native:storagecache:ImportJob
kubernetes:core/v1:Namespace kubernetes:core/v1:ConfigMap kubernetes:core/v1:Secret
kubernetes:storage.k8s.io/v1:StorageClass kubernetes:helm.sh/v3:Release
kubernetes:objectbucket.io/v1alpha1:ObjectBucketClaim kubernetes:operators.coreos.com/v1alpha1:Subscription
""".split()  # noqa: SIM905 - a list to be read and extended

# Types over which the properties below are drawn: nested objects, lists, tables, enumerations, unions.
DRAWN = [
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "aws:eks/nodeGroup:NodeGroup",
    "azure-native:containerservice:AgentPool",
    "azure-native:keyvault:Vault",
    "kubernetes:apps/v1:Deployment",
    "kubernetes:networking.k8s.io/v1:NetworkPolicy",
]


@cache
def registry(package: str) -> Registry:
    return Registry(package)


@pytest.fixture(scope="module")
def clouds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Cloud]:
    store = Store(tmp_path_factory.mktemp("schema"))
    return {cls.package: cls(store) for cls in (Aws, AzureNative, Kubernetes)}


@pytest.mark.parametrize("token", COMPONENT_TYPES)
def test_the_components_types_are_known_and_get_an_id(clouds: dict[str, Cloud], token: str) -> None:
    cloud = clouds[token.partition(":")[0]]
    resource = cloud.resource(token)
    rules = cloud.rules_of(token)
    assert resource.inputs
    subject = Subject(urn=f"urn:pulumi:a::b::{token}::n", name="n", type=token)
    setting = cloud.configure({"region": "eu-central-1"})
    inputs = {key: sample(field.shape, depth=0) for key, field in resource.inputs.items() if field.required}
    inputs |= {"apiVersion": "a/v1", "kind": "K"} if "kind" in inputs else {}
    inputs = cloud.named(subject, inputs, {}, "seed", "")
    identifier = cloud.identify(setting, subject, inputs, "seed")
    outputs = cloud.outputs(setting, subject, inputs, seed="seed", identifier=identifier, created="now")
    assert identifier
    assert "{" not in identifier
    assert rules.id or cloud.package == "kubernetes"
    if cloud.package != "kubernetes":
        present = {key for key, field in resource.outputs.items() if field.required}
        assert present <= set(outputs)
        assert check_inputs(resource.outputs, outputs) == []


@pytest.mark.parametrize("package", ["aws", "azure-native", "kubernetes"])
def test_a_sample_of_all_types_can_be_read(package: str) -> None:
    tokens = registry(package).tokens()
    assert len(tokens) > 500
    for token in tokens[:: EVERY * 5 if package == "azure-native" else EVERY]:
        resource = registry(package).resource(token)
        for field in (*resource.inputs.values(), *resource.outputs.values()):
            assert isinstance(
                field.shape, (Scalar, Choice, Listing, Table, Record, File, Anything, Either)
            ), token


@pytest.mark.parametrize("package", ["aws", "azure-native", "kubernetes"])
def test_every_property_that_the_data_files_name_exists(clouds: dict[str, Cloud], package: str) -> None:
    cloud = clouds[package]
    for token in cloud.rules.data["types"]:
        rules, resource = cloud.rules_of(token), cloud.resource(token)
        for written in rules.replace - set(cloud.rules.data["defaults"]["replace"]) - {"*"}:
            assert reaches(resource.inputs, written), f"{token}: replace {written}"
        for written in rules.outputs:
            if package != "kubernetes":
                assert reaches(resource.outputs, written), f"{token}: output {written}"
        if rules.naming is not None:
            assert reaches(resource.inputs, rules.naming.property), f"{token}: name"
        for reference in rules.blocked_by:
            assert reaches(cloud.resource(reference.type).inputs, reference.property), f"{token}: {reference}"


def test_every_constraint_names_a_property_and_a_shape() -> None:
    for token in constraints.mapping():
        for path in constraints.constraints(token):
            assert reaches(registry("aws").resource(token).inputs, ".".join(path).replace(".*", "[*]")), (
                token,
                path,
            )


@pytest.mark.parametrize("token", [*AWS_FUNCTIONS, *AZURE_FUNCTIONS])
def test_every_answered_function_is_one_of_the_sdks(token: str) -> None:
    function = registry(token.partition(":")[0]).function(token)
    assert function is not None
    assert function.outputs


def reaches(fields: dict[str, Field], written: str) -> bool:
    shape: Shape = Anything()
    for number, step in enumerate(parse(written)):
        if number == 0:
            if step not in fields:
                return False
            shape = fields[str(step)].shape
            continue
        while isinstance(shape, Listing):
            shape = shape.item
        if step == "*":
            continue
        if isinstance(shape, Record):
            if step not in shape.fields:
                return False
            shape = shape.fields[str(step)].shape
        elif isinstance(shape, Table):
            shape = shape.value
        else:
            return isinstance(shape, (Anything, Either))
    return True


def sample(shape: Shape, depth: int) -> Any:  # noqa: PLR0911 - one case for each shape
    match shape:
        case Scalar("string") | Anything() | File():
            return "text"
        case Scalar("boolean"):
            return True
        case Scalar():
            return 1
        case Choice(_, values):
            return values[0]
        case Listing(item):
            return [sample(item, depth + 1)]
        case Table():
            return {}
        case Either(members):
            return sample(members[0], depth + 1)
        case Record():
            return {key: sample(f.shape, depth + 1) for key, f in shape.fields.items() if f.required}


def values(  # noqa: PLR0911 - one case for each shape
    shape: Shape, depth: int = 0
) -> st.SearchStrategy[Any]:
    """Draw a value that fits a shape."""
    match shape:
        case Scalar("string"):
            return st.text("abc-", max_size=4)
        case Scalar("boolean"):
            return st.booleans()
        case Scalar("integer"):
            return st.integers(0, 9)
        case Scalar():
            return st.integers(0, 9) | st.floats(0, 9, allow_nan=False)
        case Choice(_, allowed):
            return st.sampled_from(allowed)
        case Listing(item):
            return st.lists(values(item, depth + 1), max_size=2 if depth < 4 else 0)
        case Table(item):
            return st.dictionaries(
                st.text("abc.", min_size=1, max_size=3), values(item, depth + 1), max_size=2
            )
        case Either(members):
            return st.one_of([values(member, depth) for member in members])
        case Record():
            return records(shape.fields, depth)
        case _:
            return st.just("anything")


def records(fields: dict[str, Field], depth: int) -> st.SearchStrategy[dict[str, Any]]:
    required = {key: values(field.shape, depth + 1) for key, field in fields.items() if field.required}
    optional = {
        key: st.deferred(lambda field=field: values(field.shape, depth + 1))
        for key, field in fields.items()
        if not field.required and depth < 3
    }
    chosen = st.sets(st.sampled_from(sorted(optional)), max_size=3) if optional else st.just(set[str]())
    return chosen.flatmap(
        lambda keys: st.fixed_dictionaries({**required, **{key: optional[key] for key in sorted(keys)}})
    )


def typed_paths(shape: Shape, value: Any, path: PropertyPath) -> list[tuple[PropertyPath, Shape]]:
    """Return every path below a value whose type is exactly one, so that a wrong value is wrong there."""
    match shape:
        case Scalar() | Choice():
            return [(path, shape)]
        case Listing(item):
            return [(path, shape)] + [
                found
                for index, entry in enumerate(value)
                for found in typed_paths(item, entry, (*path, index))
            ]
        case Table(item):
            return [(path, shape)] + [
                found for key, entry in value.items() for found in typed_paths(item, entry, (*path, key))
            ]
        case Record():
            return [(path, shape)] + [
                found
                for key, entry in value.items()
                for found in typed_paths(shape.fields[key].shape, entry, (*path, key))
            ]
        case _:
            return []


def wrong(shape: Shape) -> Any:
    match shape:
        case Scalar("string") | Choice() | Listing():
            return {"no": "such"}
        case _:
            return ["no such"]


@pytest.mark.parametrize("token", DRAWN)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
@given(data=st.data())
def test_what_fits_passes_and_one_wrong_value_is_found_at_its_path(token: str, data: st.DataObject) -> None:
    fields = registry(token.partition(":")[0]).resource(token).inputs
    inputs = data.draw(records(fields, 0))
    assert check_inputs(fields, inputs) == []
    candidates = [
        found for key, value in inputs.items() for found in typed_paths(fields[key].shape, value, (key,))
    ]
    assume(candidates)
    path, shape = data.draw(st.sampled_from(candidates))
    problems = check_inputs(fields, put(inputs, path, wrong(shape)))
    assert [problem.path for problem in problems] == [path]
    if isinstance(shape, Record):
        unknown = put(inputs, (*path, "noSuchProperty"), 1)
        assert [problem.path for problem in check_inputs(fields, unknown)] == [(*path, "noSuchProperty")]


@given(st.lists(st.text(min_size=1, max_size=6) | st.integers(0, 99), min_size=1, max_size=5))
def test_a_path_that_is_written_reads_back(steps: list[str | int]) -> None:
    path: PropertyPath = ("first", *(step if step != "*" else "star" for step in steps))
    assert parse(text(path)) == path
    assert get(put({}, path, 1), path) == 1


def test_the_list_of_component_types_matches_the_data_files(clouds: dict[str, Cloud]) -> None:
    guessed = [
        token
        for token in COMPONENT_TYPES
        if not token.startswith("kubernetes:")
        and token not in clouds[token.partition(":")[0]].rules.data["types"]
    ]
    assert guessed == ["aws:s3tables/tableBucket:TableBucket"]


@pytest.mark.parametrize("token", [*DRAWN, "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition"])
def test_a_type_is_the_same_from_the_cache(
    token: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    package = token.partition(":")[0]
    read, remembered = Registry(package).resource(token), Registry(package).resource(token)
    assert list(tmp_path.rglob("*.json"))
    assert spelled(read.inputs, 6) == spelled(remembered.inputs, 6)
    assert spelled(read.outputs, 4) == spelled(remembered.outputs, 4)
    assert read.secrets == remembered.secrets


def test_a_cache_that_cannot_be_used_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "trunkline").write_text("in the way")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert Registry("aws").resource("aws:ec2/vpc:Vpc").inputs


def spelled(fields: dict[str, Field], depth: int) -> Any:
    return {name: (spell(field.shape, depth), field.required) for name, field in fields.items()}


def spell(shape: Shape, depth: int) -> Any:
    match shape:
        case Record():
            return spelled(shape.fields, depth - 1) if depth else shape.name
        case Listing(inner) | Table(inner):
            return [type(shape).__name__, spell(inner, depth)]
        case Either(members):
            return [spell(member, depth) for member in members]
        case _:
            return shape
