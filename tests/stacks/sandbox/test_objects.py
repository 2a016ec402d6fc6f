"""What happens to objects: outputs, previews, replacement, refresh, deletion, and runs that were cut off."""

from typing import Any

import pytest

from stacks.sandbox import Store
from stacks.sandbox.wire import UNKNOWN, Secret
from tests.stacks.sandbox.calls import Caller, CallFailed
from tests.stacks.sandbox.conftest import Connect

VPC = "aws:ec2/vpc:Vpc"
SUBNET = "aws:ec2/subnet:Subnet"
FLOW_LOG = "aws:ec2/flowLog:FlowLog"
BUCKET = "aws:s3/bucket:Bucket"
CLUSTER = "aws:eks/cluster:Cluster"
GROUP = "azure-native:resources:ResourceGroup"
VAULT = "azure-native:keyvault:Vault"
AKS = "azure-native:containerservice:ManagedCluster"
SUBNET_OF_AZURE = "azure-native:network:Subnet"
NAMESPACE = "kubernetes:core/v1:Namespace"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
SECRET = "kubernetes:core/v1:Secret"

IDS = {
    CONFIG_MAP: "default/a",
    VAULT: "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/g"
    "/providers/Microsoft.KeyVault/vaults/a",
}
EKS: dict[str, Any] = {
    "roleArn": "arn:aws:iam::123456789012:role/r",
    "vpcConfig": {"subnetIds": ["subnet-1"]},
}


def test_aws_ids_and_arns_look_like_those_of_aws(aws: Caller) -> None:
    identifier, outputs = aws.create(VPC, {"cidrBlock": "10.0.0.0/16", "tags": {"a": "b"}})
    assert identifier.startswith("vpc-")
    assert len(identifier) == len("vpc-0123456789abcdef0")
    assert outputs["arn"] == f"arn:aws:ec2:eu-central-1:123456789012:vpc/{identifier}"
    assert outputs["tagsAll"] == {"a": "b"}
    assert outputs["mainRouteTableId"] == outputs["defaultRouteTableId"]


def test_a_partition_and_an_account_show_in_arns(connect: Connect) -> None:
    china = connect(
        "aws", region="cn-north-1", assumeRoles='[{"roleArn": "arn:aws-cn:iam::111122223333:role/x"}]'
    )
    _, outputs = china.create("aws:iam/role:Role", {"assumeRolePolicy": "{}"})
    assert outputs["arn"].startswith("arn:aws-cn:iam::111122223333:role/x-")


def test_a_cluster_has_what_programs_read_from_it(aws: Caller) -> None:
    _, outputs = aws.create(CLUSTER, EKS)
    assert outputs["endpoint"].endswith(".invalid")
    assert outputs["identities"][0]["oidcs"][0]["issuer"].startswith(
        "https://oidc.eks.eu-central-1.invalid/id/"
    )
    assert outputs["certificateAuthority"]["data"].startswith("LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t")
    assert outputs["vpcConfig"]["clusterSecurityGroupId"].startswith("sg-")
    assert outputs["vpcConfig"]["subnetIds"] == ["subnet-1"]


def test_azure_ids_are_arm_ids_and_nested_values_are_completed(azure: Caller) -> None:
    group, _ = azure.create(GROUP, {"resourceGroupName": "g"})
    assert group == "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/g"
    identifier, outputs = azure.create(
        AKS, {"resourceGroupName": "g", "resourceName": "c", "oidcIssuerProfile": {"enabled": True}}
    )
    assert identifier == f"{group}/providers/Microsoft.ContainerService/managedClusters/c"
    assert outputs["oidcIssuerProfile"]["enabled"] is True
    assert outputs["oidcIssuerProfile"]["issuerURL"].startswith("https://westeurope.oic.aks.invalid/")
    assert outputs["name"] == "c"
    assert outputs["type"] == "Microsoft.ContainerService/managedClusters"
    subnet, outputs = azure.create(
        SUBNET_OF_AZURE, {"resourceGroupName": "g", "virtualNetworkName": "v", "subnetName": "s"}
    )
    assert subnet == f"{group}/providers/Microsoft.Network/virtualNetworks/v/subnets/s"
    assert outputs["name"] == "s"


def test_kubernetes_fills_in_what_a_server_does(kubernetes: Caller) -> None:
    identifier, outputs = kubernetes.create(CONFIG_MAP, {"data": {"a": "b"}}, name="settings")
    metadata = outputs["metadata"]
    assert identifier == f"default/{metadata['name']}"
    assert metadata["name"].startswith("settings-")
    assert metadata["annotations"] == {"pulumi.com/autonamed": "true"}
    assert metadata["namespace"] == "default"
    assert metadata["generation"] == 1
    assert {"uid", "resourceVersion", "creationTimestamp"} <= set(metadata)
    assert kubernetes.create(NAMESPACE, {"metadata": {"name": "n"}}, name="n")[0] == "n"


def test_a_custom_resource_lives_where_its_definition_says(kubernetes: Caller) -> None:
    token = "kubernetes:example.com/v1:Widget"
    widget = {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "w"}}
    assert kubernetes.create(token, widget, name="a")[0] == "default/w"
    definition = {
        "metadata": {"name": "widgets.example.com"},
        "spec": {
            "group": "example.com",
            "names": {"kind": "Widget", "plural": "widgets"},
            "scope": "Cluster",
            "versions": [],
        },
    }
    kubernetes.create("kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition", definition, name="d")
    assert kubernetes.create(token, widget, name="b")[0] == "w"


def test_a_preview_knows_inputs_and_nothing_else(aws: Caller, store: Store) -> None:
    identifier, outputs = aws.create(CLUSTER, {**EKS, "version": UNKNOWN}, preview=True)
    assert identifier == ""
    assert outputs["roleArn"] == EKS["roleArn"]
    assert outputs["version"] is UNKNOWN
    assert outputs["arn"] is UNKNOWN
    assert outputs["vpcConfig"]["subnetIds"] == ["subnet-1"]
    assert outputs["vpcConfig"]["vpcId"] is UNKNOWN
    assert outputs["identities"] is UNKNOWN
    assert store.list() == []


def test_a_preview_of_an_update_knows_what_stays(aws: Caller, store: Store) -> None:
    identifier, outputs = aws.create(VPC, {"cidrBlock": "10.0.0.0/16"})
    shown = aws.update(VPC, identifier, {"cidrBlock": "10.0.0.0/16", "tags": UNKNOWN}, preview=True)
    assert shown["arn"] == outputs["arn"]
    assert shown["tags"] is UNKNOWN
    assert "tags" not in store.list()[0].outputs


def test_names_and_ids_are_the_same_in_every_run(connect: Connect, store: Store) -> None:
    first, _ = connect("aws", run="1").create(BUCKET, {}, name="data")
    for item in store.list():
        store.remove(item)
    assert connect("aws", run="2").create(BUCKET, {}, name="data")[0] == first


def test_a_made_up_name_stays_and_a_given_one_wins(aws: Caller, azure: Caller) -> None:
    inputs, _ = aws.check(BUCKET, {}, name="Data_Lake")
    assert inputs["bucket"].startswith("datalake-")
    assert inputs["__defaults"] == ["bucket"]
    assert (
        aws.check(BUCKET, {"forceDestroy": True}, olds=inputs, name="renamed")[0]["bucket"]
        == inputs["bucket"]
    )
    assert aws.check(BUCKET, {"bucket": "mine"}, olds=inputs)[0] == {"bucket": "mine"}
    vault, _ = azure.check(
        VAULT,
        {
            "resourceGroupName": "g",
            "properties": {"tenantId": "t", "sku": {"family": "A", "name": "standard"}},
        },
        name="a-very-long-name-for-a-key-vault",
    )
    assert len(vault["vaultName"]) == 24


def test_default_tags_and_location_come_from_the_provider(connect: Connect) -> None:
    tagged = connect("aws", defaultTags='{"tags": {"owner": "ml", "a": "1"}}')
    assert tagged.check(VPC, {"tags": {"a": "2"}})[0]["tags"] == {"owner": "ml", "a": "2"}
    assert connect("azure-native").check(GROUP, {})[0]["location"] == "westeurope"
    spaced = connect("kubernetes", namespace="team")
    assert spaced.create(CONFIG_MAP, {"metadata": {"name": "c"}})[0] == "team/c"


@pytest.mark.parametrize(
    ("token", "old", "new", "changes", "first_delete"),
    [
        (
            VPC,
            {"cidrBlock": "10.0.0.0/16"},
            {"cidrBlock": "10.1.0.0/16"},
            {"cidrBlock": "UPDATE_REPLACE"},
            False,
        ),
        (VPC, {"cidrBlock": "10.0.0.0/16"}, {"cidrBlock": UNKNOWN}, {"cidrBlock": "UPDATE_REPLACE"}, False),
        (VPC, {"tags": {"a": "1"}}, {"tags": {"b": "1"}}, {"tags.a": "DELETE", "tags.b": "ADD"}, False),
        (
            FLOW_LOG,
            {"trafficType": "ALL", "tags": {"a": "1"}},
            {"trafficType": "REJECT", "tags": {"a": "2"}},
            {"trafficType": "UPDATE_REPLACE", "tags.a": "UPDATE"},
            False,
        ),
        (BUCKET, {"bucket": "a"}, {"bucket": "b"}, {"bucket": "UPDATE_REPLACE"}, False),
        (
            BUCKET,
            {"bucket": "a"},
            {"bucket": "a", "objectLockEnabled": True},
            {"objectLockEnabled": "ADD_REPLACE"},
            True,
        ),
        (CLUSTER, {"roleArn": "a"}, {"roleArn": "b"}, {"roleArn": "UPDATE_REPLACE"}, True),
        (
            CLUSTER,
            {"accessConfig": {"authenticationMode": "API"}},
            {"accessConfig": {"bootstrapClusterCreatorAdminPermissions": False}},
            {
                "accessConfig.authenticationMode": "DELETE",
                "accessConfig.bootstrapClusterCreatorAdminPermissions": "ADD_REPLACE",
            },
            True,
        ),
        (
            VAULT,
            {"vaultName": "a", "resourceGroupName": "g", "location": "westeurope"},
            {"vaultName": "a", "resourceGroupName": "g", "location": "northeurope"},
            {"location": "UPDATE_REPLACE"},
            True,
        ),
        (
            CONFIG_MAP,
            {"metadata": {"name": "a", "labels": {"x": "1"}}},
            {"metadata": {"name": "b", "labels": {"x": "2"}}},
            {"metadata.name": "UPDATE_REPLACE", "metadata.labels.x": "UPDATE"},
            False,
        ),
        (
            CONFIG_MAP,
            {"metadata": {"name": "a"}, "data": {"k": "1"}},
            {"metadata": {"name": "a"}, "data": {"k": "2"}},
            {"data.k": "UPDATE_REPLACE"},
            True,
        ),
        (SECRET, {"stringData": Secret({"k": "1"})}, {"stringData": Secret({"k": "1"})}, {}, False),
    ],
)
def test_identity_forces_a_replacement(  # noqa: PLR0913, PLR0917 - one row of the table
    connect: Connect,
    token: str,
    old: dict[str, Any],
    new: dict[str, Any],
    changes: dict[str, str],
    first_delete: bool,  # noqa: FBT001 - a column of the table
) -> None:
    caller = connect(token.partition(":")[0])
    identifier = IDS.get(token, "a")
    assert caller.diff(token, identifier, old=old, new=new) == (changes, first_delete)


def test_another_region_is_another_object(connect: Connect) -> None:
    old = {"cidrBlock": "10.0.0.0/16"}
    changes, _ = connect("aws", region="eu-west-1").diff(
        VPC, "vpc-1", old=old, new=old, outputs={**old, "region": "eu-central-1"}
    )
    assert changes == {"region": "UPDATE_REPLACE"}


def test_config_maps_change_in_place_where_the_provider_allows_it(connect: Connect) -> None:
    caller = connect("kubernetes", enableConfigMapMutable="true")
    assert caller.diff(CONFIG_MAP, "default/a", old={"data": {"k": "1"}}, new={"data": {"k": "2"}}) == (
        {"data.k": "UPDATE"},
        False,
    )


def test_only_another_cluster_replaces_a_kubernetes_provider(kubernetes: Caller, aws: Caller) -> None:
    assert kubernetes.diff_config({"context": "a"}, {"context": "b"}) == ["context"]
    named = {"clusterIdentifier": "c"}
    assert kubernetes.diff_config({"context": "a", **named}, {"context": "b", **named}) == []
    assert kubernetes.diff_config(named, {"clusterIdentifier": "d"}) == ["clusterIdentifier"]
    assert aws.diff_config({"region": "eu-west-1"}, {"region": "eu-west-2"}) == []


def test_a_refresh_sees_what_somebody_changed(aws: Caller, store: Store) -> None:
    identifier, _ = aws.create(VPC, {"cidrBlock": "10.0.0.0/16", "tags": {"cost.center": "1"}})
    store.drift(aws.urn(VPC, "x"), {'tags["cost.center"]': "2", "dhcpOptionsId": "dopt-other"})
    found, inputs, outputs = aws.read(VPC, identifier)
    assert found == identifier
    assert inputs["tags"] == {"cost.center": "2"}
    assert outputs["tags"] == {"cost.center": "2"}
    assert outputs["dhcpOptionsId"] == "dopt-other"
    assert "dhcpOptionsId" not in inputs


def test_reading_an_object_that_is_gone_finds_nothing(aws: Caller) -> None:
    assert aws.read(VPC, "vpc-none") == ("", {}, {})


def test_deleting_what_is_gone_succeeds_and_updating_it_does_not(aws: Caller) -> None:
    aws.delete(VPC, "vpc-none")
    with pytest.raises(CallFailed, match=r"vpc-none does not exist: somebody deleted it. Run pulumi refresh"):
        aws.update(VPC, "vpc-none", {})


def test_a_protected_cluster_is_deleted_only_after_protection_is_off(aws: Caller, store: Store) -> None:
    identifier, outputs = aws.create(CLUSTER, {**EKS, "deletionProtection": True, "name": "c"})
    with pytest.raises(CallFailed, match=r"deletionProtection is on\. Set deletionProtection to false"):
        aws.delete(CLUSTER, identifier)
    aws.update(CLUSTER, identifier, {**EKS, "deletionProtection": False, "name": "c"}, outputs=outputs)
    aws.delete(CLUSTER, identifier)
    assert store.list() == []


def test_a_network_with_subnets_cannot_be_deleted(aws: Caller) -> None:
    vpc, _ = aws.create(VPC, {"cidrBlock": "10.0.0.0/16"}, name="v")
    subnet, _ = aws.create(SUBNET, {"vpcId": vpc, "cidrBlock": "10.0.0.0/24"}, name="s")
    with pytest.raises(CallFailed, match=f"cannot be deleted while {SUBNET} {subnet} uses it as vpcId"):
        aws.delete(VPC, vpc, name="v")
    aws.delete(SUBNET, subnet, name="s")
    aws.delete(VPC, vpc, name="v")


def test_two_objects_cannot_have_one_name(aws: Caller, kubernetes: Caller) -> None:
    aws.create(BUCKET, {"bucket": "one"}, name="a")
    with pytest.raises(
        CallFailed, match=r"one already exists: it belongs to .*::a\. Give one of the two another"
    ):
        aws.create(BUCKET, {"bucket": "one"}, name="b")
    kubernetes.create(CONFIG_MAP, {"metadata": {"name": "c"}}, name="a")
    with pytest.raises(CallFailed, match="default/c already exists"):
        kubernetes.create(CONFIG_MAP, {"metadata": {"name": "c"}}, name="b")


def test_clusters_accounts_and_regions_keep_their_objects_apart(connect: Connect, store: Store) -> None:
    for context in ("dc1", "dc2"):
        connect("kubernetes", context=context).create(CONFIG_MAP, {"metadata": {"name": "c"}}, name=context)
    for region in ("eu-central-1", "eu-west-1"):
        connect("aws", region=region).create(
            "aws:cloudwatch/logGroup:LogGroup", {"name": "logs"}, name=region
        )
    assert {item.scope for item in store.list()} == {
        "dc1",
        "dc2",
        "123456789012/eu-central-1",
        "123456789012/eu-west-1",
    }


def test_an_object_left_by_an_interrupted_run_is_taken_over(connect: Connect, store: Store) -> None:
    first, _ = connect("aws", run="killed").create(VPC, {"cidrBlock": "10.0.0.0/16"})
    again, _ = connect("aws", run="next").create(VPC, {"cidrBlock": "10.9.0.0/16"})
    assert again == first
    assert [item.inputs["cidrBlock"] for item in store.list()] == ["10.9.0.0/16"]


def test_an_object_that_is_being_replaced_is_not_taken_over(connect: Connect, store: Store) -> None:
    old, new = {"cidrBlock": "10.0.0.0/16"}, {"cidrBlock": "10.9.0.0/16"}
    first, _ = connect("aws", run="1").create(VPC, old)
    second_run = connect("aws", run="2")
    second_run.diff(VPC, first, old=old, new=new)
    second, _ = second_run.create(VPC, new)
    assert second != first
    assert {item.id for item in store.list()} == {first, second}
    third_run = connect("aws", run="3")  # the second was killed before the engine wrote the new id down
    third_run.diff(VPC, first, old=old, new=new)
    assert third_run.create(VPC, new)[0] == second
    third_run.delete(VPC, first)
    assert [item.id for item in store.list()] == [second]


def test_old_inputs_alone_show_which_object_the_engine_knows(connect: Connect, store: Store) -> None:
    old = {"cidrBlock": "10.0.0.0/16"}
    first, _ = connect("aws", run="1").create(VPC, old)
    run = connect("aws", run="2")  # the provider was replaced, so that the engine asks for no difference
    run.check(VPC, old, olds=old)
    assert run.create(VPC, old)[0] != first
    assert len(store.list()) == 2


def test_a_replacement_gets_a_name_of_its_own(connect: Connect) -> None:
    first, _ = connect("aws", run="1").create(BUCKET, {}, name="data")
    run = connect("aws", run="2")
    olds = {"bucket": first, "__defaults": ["bucket"]}
    new, _ = run.check(BUCKET, {"objectLockEnabled": True}, olds=olds, name="data")
    assert run.diff(BUCKET, first, old=olds, new=new, name="data") == (
        {"objectLockEnabled": "ADD_REPLACE"},
        False,
    )
    second, _ = run.create(BUCKET, {"objectLockEnabled": True}, name="data")
    assert second != first


def test_secrets_stay_secret_and_do_not_rest_in_the_open(kubernetes: Caller, store: Store) -> None:
    inputs, _ = kubernetes.check(SECRET, {"stringData": {"password": "hunter2"}, "metadata": {"name": "s"}})
    assert inputs["stringData"] == Secret({"password": "hunter2"})
    identifier, outputs = kubernetes.create(
        SECRET, {"stringData": {"password": "hunter2"}, "metadata": {"name": "s"}}
    )
    assert outputs["data"] == Secret({"password": "aHVudGVyMg=="})
    _, read_inputs, read_outputs = kubernetes.read(SECRET, identifier)
    assert read_inputs["stringData"] == Secret({"password": "hunter2"})
    assert read_outputs["data"] == outputs["data"]
    kubernetes.create(
        CONFIG_MAP, {"data": {"url": Secret("postgres://u:hunter2@db"), "other": "plain-text"}}, name="c"
    )
    resting = b"".join(file.read_bytes() for file in store.path.parent.iterdir())
    assert b"plain-text" in resting
    assert b"hunter2" not in resting
    assert b"aHVudGVyMg" not in resting
    assert (store.path.with_name("sandbox.key").stat().st_mode & 0o777) == 0o600


def test_a_computed_secret_is_secret(aws: Caller) -> None:
    _, outputs = aws.create("aws:iam/accessKey:AccessKey", {"user": "u"})
    assert isinstance(outputs["secret"], Secret)
