"""What a network is made of, kind of site by kind of site."""

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pulumi
import pytest

from components.core import ComponentError, load
from components.network import AwsNetworkArgs, AzureNetworkArgs, network
from tests.components.builds import ROWS, built
from tests.support.clouds import CALLS, STATES
from tests.support.deploy import Graph, deploy

AWS_ARGS: AwsNetworkArgs = ROWS["network/aws"].args
AZURE_ARGS: AzureNetworkArgs = ROWS["network/azure"].args


class Tenant(pulumi.CustomResource):
    """Something that is put into a network."""

    def __init__(self, name: str, place: Any) -> None:
        super().__init__("test:index:Tenant", name, {"place": place})


def put_into(args: AwsNetworkArgs | AzureNetworkArgs, *, preview: bool = False) -> Graph:
    """A network with a tenant for each thing that it hands over."""

    def program() -> None:
        match args:
            case AwsNetworkArgs():
                for number, subnet in enumerate(network("unit", args).private_subnet_ids, start=1):
                    Tenant(f"private-{number}", subnet)
            case AzureNetworkArgs():
                made = network("unit", args)
                Tenant("nodes", made.node_subnet_id)
                Tenant("endpoints", made.endpoint_subnet_id)
                Tenant("api-server", made.api_server_subnet_id)
                Tenant("vault", made.dns_zone_ids["vault"])

    return deploy(program, calls=CALLS, states=STATES, preview=preview)


def comes_after(graph: Graph, tenant: str) -> set[str]:
    """Names of what exists before a tenant is made and after it is deleted."""
    by_urn = graph.by_urn()
    return {by_urn[urn].name for urn in graph.named(tenant).dependencies}


def test_an_aws_network_is_made_of() -> None:
    assert Counter(kind for kind, _ in built("network/aws").table()) == {
        "aws:cloudwatch/logGroup:LogGroup": 1,
        "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": 1,
        "aws:ec2/eip:Eip": 3,
        "aws:ec2/flowLog:FlowLog": 1,
        "aws:ec2/internetGateway:InternetGateway": 1,
        "aws:ec2/natGateway:NatGateway": 3,
        "aws:ec2/route:Route": 4,
        "aws:ec2/routeTable:RouteTable": 4,
        "aws:ec2/routeTableAssociation:RouteTableAssociation": 6,
        "aws:ec2/securityGroup:SecurityGroup": 1,
        "aws:ec2/subnet:Subnet": 6,
        "aws:ec2/vpc:Vpc": 1,
        "aws:ec2/vpcEndpoint:VpcEndpoint": 11,
        "aws:iam/role:Role": 1,
        "aws:iam/rolePolicy:RolePolicy": 1,
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": 1,
    }


@pytest.mark.parametrize(
    ("name", "cidr", "zone", "role"),
    [
        ("unit-private-1", "10.1.0.0/18", "eu-central-1a", "kubernetes.io/role/internal-elb"),
        ("unit-private-2", "10.1.64.0/18", "eu-central-1b", "kubernetes.io/role/internal-elb"),
        ("unit-private-3", "10.1.128.0/18", "eu-central-1c", "kubernetes.io/role/internal-elb"),
        ("unit-public-1", "10.1.192.0/28", "eu-central-1a", "kubernetes.io/role/elb"),
        ("unit-public-2", "10.1.192.16/28", "eu-central-1b", "kubernetes.io/role/elb"),
        ("unit-public-3", "10.1.192.32/28", "eu-central-1c", "kubernetes.io/role/elb"),
    ],
)
def test_each_aws_subnet_has_its_range_its_zone_and_no_public_addresses(
    name: str, cidr: str, zone: str, role: str
) -> None:
    subnet = built("network/aws").named(name)
    assert subnet.inputs["cidrBlock"] == cidr
    assert subnet.inputs["availabilityZone"] == zone
    assert subnet.inputs["mapPublicIpOnLaunch"] is False
    assert subnet.inputs["tags"][role] == "1"
    assert subnet.ignore_changes == ("availabilityZone",)


def test_each_aws_zone_leaves_through_a_gateway_of_its_own() -> None:
    graph = built("network/aws")
    for number in (1, 2, 3):
        route = graph.named(f"unit-private-default-route-{number}")
        assert route.inputs["natGatewayId"] == f"unit-nat-{number}-id"
        assert graph.named(f"unit-nat-{number}").inputs["subnetId"] == f"unit-public-{number}-id"


def test_nothing_passes_a_security_group_that_nobody_chose() -> None:
    group = built("network/aws").one("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup")
    assert not group.inputs.get("ingress")
    assert not group.inputs.get("egress")


def test_aws_services_are_reached_without_leaving_the_network() -> None:
    endpoints = built("network/aws").of_type("aws:ec2/vpcEndpoint:VpcEndpoint")
    named = {e.inputs["serviceName"]: e.inputs for e in endpoints}
    data = load("components.network", "aws")
    assert set(named) == {f"com.amazonaws.eu-central-1.{s}" for s in (*data["gateway"], *data["interface"])}
    assert len(named["com.amazonaws.eu-central-1.s3"]["routeTableIds"]) == 3
    eks = named["com.amazonaws.eu-central-1.eks-auth"]
    assert eks["privateDnsEnabled"] is True
    assert eks["securityGroupIds"] == ["unit-endpoints-group-id"]
    rule = built("network/aws").one("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").inputs
    assert (rule["cidrIpv4"], rule["fromPort"], rule["toPort"]) == ("10.1.0.0/16", 443, 443)


def test_aws_flow_logs_are_complete_encrypted_and_end() -> None:
    graph = built("network/aws")
    log = graph.one("aws:ec2/flowLog:FlowLog").inputs
    group = graph.one("aws:cloudwatch/logGroup:LogGroup").inputs
    assert log["trafficType"] == "ALL"
    assert group["kmsKeyId"] == AWS_ARGS.logs_key
    assert group["retentionInDays"] == 365
    trust: Any = json.loads(graph.one("aws:iam/role:Role").inputs["assumeRolePolicy"])
    assert trust["Statement"][0]["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "123456789012"},
        "ArnLike": {"aws:SourceArn": "arn:aws:ec2:eu-central-1:123456789012:vpc-flow-log/*"},
    }
    policy: Any = json.loads(graph.one("aws:iam/rolePolicy:RolePolicy").inputs["policy"])
    assert policy["Statement"][0]["Resource"] != "*"


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize("tenant", ["private-1", "private-2", "private-3"])
def test_an_aws_subnet_has_its_ways_out_before_anything_is_in_it(tenant: str, *, preview: bool) -> None:
    number = tenant.rpartition("-")[2]
    graph = put_into(AWS_ARGS, preview=preview)
    found = comes_after(graph, tenant)
    assert {
        f"unit-{tenant}",
        f"unit-private-association-{number}",
        f"unit-private-default-route-{number}",
        f"unit-public-routes-{number}",
        "unit-public-default-route",
        "unit-endpoints-https",
    } <= found
    assert {e.name for e in graph.of_type("aws:ec2/vpcEndpoint:VpcEndpoint")} <= found
    assert preview or graph.named(tenant).inputs["place"] == f"unit-{tenant}-id"


def test_a_region_with_too_few_zones_is_said_in_a_sentence() -> None:
    calls = {**CALLS, "aws:index/getAvailabilityZones:getAvailabilityZones": {"names": ["r-a", "r-b"]}}
    with pytest.raises(
        ComponentError, match=r"has 2 zones \(r-a, r-b\) and the site asks for 3; set zones to 2"
    ):
        deploy(lambda: network("unit", AWS_ARGS), calls=calls, states=STATES)


@pytest.mark.parametrize("zones", [2, 4])
def test_the_number_of_zones_is_the_sites_to_choose(zones: int) -> None:
    graph = built("network/aws", replace(AWS_ARGS, zones=zones))
    assert len(graph.of_type("aws:ec2/natGateway:NatGateway")) == zones
    assert len(graph.of_type("aws:ec2/subnet:Subnet")) == 2 * zones


def test_an_azure_network_is_made_of() -> None:
    assert Counter(kind for kind, _ in built("network/azure").table()) == {
        "azure-native:authorization:RoleAssignment": 1,
        "azure-native:managedidentity:UserAssignedIdentity": 1,
        "azure-native:monitor:DiagnosticSetting": 1,
        "azure-native:network:FlowLog": 1,
        "azure-native:network:NatGateway": 1,
        "azure-native:network:NetworkSecurityGroup": 3,
        "azure-native:network:PublicIPAddress": 2,
        "azure-native:network:Subnet": 3,
        "azure-native:network:VirtualNetwork": 1,
        "azure-native:privatedns:PrivateZone": 2,
        "azure-native:privatedns:VirtualNetworkLink": 2,
        "azure-native:storage:StorageAccount": 1,
    }


@pytest.mark.parametrize(
    ("name", "cidr", "leaves_through", "delegated_to"),
    [
        ("nodes", "10.1.0.0/17", "unit-nat-id", None),
        ("endpoints", "10.1.128.0/18", None, None),
        ("api-server", "10.1.255.240/28", None, "Microsoft.ContainerService/managedClusters"),
    ],
)
def test_each_azure_subnet_has_its_range_and_its_guard(
    name: str, cidr: str, leaves_through: str | None, delegated_to: str | None
) -> None:
    subnet = built("network/azure").named(f"unit-{name}").inputs
    assert subnet["addressPrefix"] == cidr
    assert subnet["networkSecurityGroup"] == {"id": f"unit-{name}-group-id"}
    assert subnet["defaultOutboundAccess"] is False
    assert subnet.get("natGateway") == ({"id": leaves_through} if leaves_through else None)
    assert [d["serviceName"] for d in subnet.get("delegations", [])] == (
        [delegated_to] if delegated_to else []
    )


def test_azure_subnets_are_made_one_after_another() -> None:
    graph = built("network/azure")
    assert graph.named("unit-nodes").urn in graph.named("unit-endpoints").dependencies
    assert graph.named("unit-endpoints").urn in graph.named("unit-api-server").dependencies


@pytest.mark.parametrize("tenant", ["nodes", "endpoints", "api-server"])
def test_an_azure_network_is_finished_before_anything_is_in_it(tenant: str) -> None:
    graph = put_into(AZURE_ARGS)
    assert {"unit-nodes", "unit-endpoints", "unit-api-server"} <= comes_after(graph, tenant)
    assert graph.named(tenant).inputs["place"] == f"unit-{tenant}-id"


def test_private_names_are_seen_in_the_network_before_they_are_used() -> None:
    assert "unit-vault-link" in comes_after(put_into(AZURE_ARGS), "vault")


def test_nothing_on_the_internet_opens_a_connection_into_azure() -> None:
    for group in built("network/azure").of_type("azure-native:network:NetworkSecurityGroup"):
        (rule,) = group.inputs["securityRules"]
        assert (rule["direction"], rule["access"], rule["sourceAddressPrefix"]) == (
            "Inbound",
            "Deny",
            "Internet",
        )


def test_azure_flow_logs_are_kept_where_no_key_opens_them() -> None:
    graph = built("network/azure")
    log = graph.one("azure-native:network:FlowLog").inputs
    assert (log["networkWatcherName"], log["resourceGroupName"]) == (
        "NetworkWatcher_westeurope",
        "NetworkWatcherRG",
    )
    assert log["targetResourceId"] == "unit-network-id"
    assert log["identity"]["type"] == "UserAssigned"
    account = graph.one("azure-native:storage:StorageAccount").inputs
    assert account["allowSharedKeyAccess"] is False
    assert account["publicNetworkAccess"] == "Disabled"
    assert account["networkRuleSet"] == {"defaultAction": "Deny", "bypass": "AzureServices"}


def test_an_onprem_network_is_declared_and_not_built() -> None:
    graph = built("network/onprem")
    assert graph.table() == []
    published = graph.published()
    assert (published["cidr"], published["pods"], published["services"]) == (
        "10.1.0.0/16",
        "10.128.0.0/14",
        "172.30.0.0/16",
    )
