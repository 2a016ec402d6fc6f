from typing import Any

import pytest

from policies.engine import Resource
from policies.security import openings
from policies.security.sec026_stores_not_reachable import RULE
from tests.policies.cases import LATER, Cases, findings, resource, settings, told, urn_of

GROUP = "aws:ec2/securityGroup:SecurityGroup"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
INSTANCE = "aws:rds/instance:Instance"
NSG = "azure-native:network:NetworkSecurityGroup"
SERVICE = "kubernetes:core/v1:Service"
WORLD = "0.0.0.0/0"


def group(*rules: dict[str, Any]) -> Resource:
    return resource(GROUP, "web", {"name": "web", "ingress": list(rules)}, outputs={"id": "sg-1"})


def opened(port: int, *cidrs: str, last: int | None = None) -> dict[str, Any]:
    return {"protocol": "tcp", "fromPort": port, "toPort": last or port, "cidrBlocks": list(cidrs)}


def ingress(**inputs: Any) -> Resource:
    return resource(INGRESS, "rule", {"securityGroupId": "sg-1", "ipProtocol": "tcp", **inputs})


def database(**inputs: Any) -> Resource:
    return resource(INSTANCE, "db", {"instanceClass": "db.m6g.large", **inputs})


def cluster(**inputs: Any) -> Resource:
    return resource("aws:rds/cluster:Cluster", "db", inputs)


def nsg(**rule: Any) -> Resource:
    allow = {"name": "in", "access": "Allow", "direction": "Inbound", "priority": 100, "protocol": "Tcp"}
    return resource(NSG, "net", {"resourceGroupName": "net", "securityRules": [{**allow, **rule}]})


def storage(**inputs: Any) -> Resource:
    return resource("azure-native:storage:StorageAccount", "lake", {"resourceGroupName": "data", **inputs})


def postgres(**network: Any) -> Resource:
    return resource(
        "azure-native:dbforpostgresql:Server", "meta", {"resourceGroupName": "data", "network": network}
    )


def firewall(first: str, last: str) -> Resource:
    return resource(
        "azure-native:dbforpostgresql:FirewallRule",
        "office",
        {"resourceGroupName": "data", "serverName": "meta", "startIpAddress": first, "endIpAddress": last},
    )


def service(spec: Any, name: str = "mlflow", annotations: Any = None) -> Resource:
    metadata = {"name": name, "labels": {"app.kubernetes.io/name": name}, "annotations": annotations}
    return resource(SERVICE, "front", {"metadata": metadata, "spec": {"type": "LoadBalancer", **spec}})


IN = "a rule lets the whole internet in, to more than port 443"
STORE = (
    "the internet reaches a store or registry of the platform: the load balancer is neither internal "
    "nor narrowed by loadBalancerSourceRanges"
)
REACHED = "the internet reaches it: {} is {}"
INTERNAL = {"service.beta.kubernetes.io/azure-load-balancer-internal": "true"}

CASES = Cases(
    rule=RULE,
    good={
        "a group for HTTPS": [group(opened(443, WORLD))],
        "a group for a network": [group(opened(5432, "10.0.0.0/8"))],
        "a rule for a network": [ingress(fromPort=5432, toPort=5432, cidrIpv4="10.1.0.0/16")],
        "a rule for pings": [ingress(ipProtocol="icmp", fromPort=8, toPort=0, cidrIpv4=WORLD)],
        "what goes out": [
            resource(
                "aws:ec2/securityGroupRule:SecurityGroupRule",
                "out",
                {
                    "type": "egress",
                    "securityGroupId": "sg-1",
                    "protocol": "all",
                    "fromPort": 0,
                    "toPort": 0,
                    "cidrBlocks": [WORLD],
                },
            )
        ],
        "the default group of a network": [
            resource("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "none", {"vpcId": "v"})
        ],
        "a database": [database(vpcSecurityGroupIds=["sg-1"]), group(opened(5432, "10.0.0.0/16"))],
        "a cluster of Aurora": [cluster(engine="aurora-postgresql")],
        "a cluster in its subnets": [cluster(engine="postgres", dbSubnetGroupName="data")],
        "a network of Azure": [nsg(sourceAddressPrefix="Internet", destinationPortRange="443")],
        "a refusal": [nsg(access="Deny", sourceAddressPrefix="*", destinationPortRange="*")],
        "an account that is off": [storage(publicNetworkAccess="Disabled")],
        "an account that denies by default": [storage(networkRuleSet={"defaultAction": "Deny"})],
        "a server in a subnet": [postgres(delegatedSubnetResourceId=LATER)],
        "a firewall for an office": [firewall("203.0.113.10", "203.0.113.20")],
        "an internal registry": [service({"ports": [{"port": 443}]}, annotations=INTERNAL)],
        "a registry for an office": [
            service({"ports": [{"port": 443}], "loadBalancerSourceRanges": ["203.0.113.0/24"]})
        ],
        "a website": [service({"ports": [{"port": 443}]}, name="portal")],
        "a registry inside the cluster": [service({"type": "ClusterIP", "ports": [{"port": 5000}]})],
    },
    bad={
        "SSH for the world": ([group(opened(443, WORLD), opened(22, WORLD))], [f"web.ingress[1]: {IN}"]),
        "every port": (
            [group({"protocol": "-1", "fromPort": 0, "toPort": 0, "ipv6CidrBlocks": ["::/0"]})],
            [f"web.ingress[0]: {IN}"],
        ),
        "a range of ports": ([group(opened(443, WORLD, last=445))], [f"web.ingress[0]: {IN}"]),
        "half the world": ([group(opened(22, "0.0.0.0/1", "128.0.0.0/1"))], [f"web.ingress[0]: {IN}"]),
        "a rule of a group": ([ingress(fromPort=6379, toPort=6379, cidrIpv4=WORLD)], [f"rule: {IN}"]),
        "a rule without ports": ([ingress(ipProtocol="-1", cidrIpv6="::/0")], [f"rule: {IN}"]),
        "a rule of the old kind": (
            [
                resource(
                    "aws:ec2/securityGroupRule:SecurityGroupRule",
                    "rule",
                    {
                        "type": "ingress",
                        "securityGroupId": "sg-1",
                        "protocol": "tcp",
                        "fromPort": 22,
                        "toPort": 22,
                        "cidrBlocks": [WORLD],
                    },
                )
            ],
            [f"rule: {IN}"],
        ),
        "a store behind an open group": (
            [database(vpcSecurityGroupIds=["sg-1"]), group(opened(443, WORLD))],
            ["db.vpcSecurityGroupIds[0]: a security group of the store lets the whole internet in"],
        ),
        "a store behind an open rule, before anything exists": (
            [
                resource(
                    INSTANCE,
                    "db",
                    {"instanceClass": "db.m6g.large", "vpcSecurityGroupIds": [LATER]},
                    made_from={"vpcSecurityGroupIds": [urn_of(GROUP, "web")]},
                ),
                resource(GROUP, "web", {}),
                resource(
                    INGRESS,
                    "rule",
                    {
                        "securityGroupId": LATER,
                        "ipProtocol": "tcp",
                        "fromPort": 443,
                        "toPort": 443,
                        "cidrIpv4": WORLD,
                    },
                    made_from={"securityGroupId": [urn_of(GROUP, "web")]},
                ),
            ],
            ["db.vpcSecurityGroupIds[0]: a security group of the store lets the whole internet in"],
        ),
        "a public database": (
            [database(publiclyAccessible=True)],
            [f"db.publiclyAccessible: {REACHED.format('publiclyAccessible', 'true')}"],
        ),
        "a cluster outside its subnets": (
            [cluster(engine="mysql")],
            [f"db.publiclyAccessible: {REACHED.format('publiclyAccessible', 'not set')}"],
        ),
        "a network of Azure": (
            [nsg(sourceAddressPrefixes=["10.0.0.0/8", "*"], destinationPortRanges=["443", "5432"])],
            [f"net.securityRules[0]: {IN}"],
        ),
        "a rule of Azure": (
            [
                resource(
                    "azure-native:network:SecurityRule",
                    "all",
                    {
                        "resourceGroupName": "net",
                        "networkSecurityGroupName": "net",
                        "access": "Allow",
                        "direction": "Inbound",
                        "priority": 100,
                        "protocol": "*",
                        "sourceAddressPrefix": "*",
                        "destinationPortRange": "*",
                    },
                )
            ],
            [f"all: {IN}"],
        ),
        "an account that says nothing": (
            [storage()],
            [f"lake.publicNetworkAccess: {REACHED.format('publicNetworkAccess', 'not set')}"],
        ),
        "a server on the internet": (
            [postgres(publicNetworkAccess="Enabled")],
            [
                (
                    "meta.network.publicNetworkAccess: "
                    f"{REACHED.format('network.publicNetworkAccess', repr('Enabled'))}"
                )
            ],
        ),
        "a firewall for everyone": (
            [firewall("1.0.0.0", "254.0.0.0")],
            ["office.startIpAddress: the firewall lets everyone in from '1.0.0.0' to '254.0.0.0'"],
        ),
        "a firewall for all of Azure": (
            [firewall("0.0.0.0", "0.0.0.0")],  # noqa: S104 - a range of a firewall
            ["office.startIpAddress: the firewall lets everyone in from '0.0.0.0' to '0.0.0.0'"],
        ),
        "a public registry": ([service({"ports": [{"port": 443}]})], [f"front.spec.type: {STORE}"]),
        "a public database of a cluster": (
            [service({"ports": [{"port": 5432}]}, name="own")],
            [f"front.spec.type: {STORE}"],
        ),
        "a registry for half the world": (
            [service({"ports": [{"port": 443}], "loadBalancerSourceRanges": ["0.0.0.0/1", "128.0.0.0/1"]})],
            [f"front.spec.type: {STORE}"],
        ),
    },
    unknown={
        "a source from elsewhere": (
            [ingress(fromPort=22, toPort=22, cidrIpv4=LATER)],
            ["rule.cidrIpv4"],
        ),
        "an access from elsewhere": ([storage(publicNetworkAccess=LATER)], ["lake.publicNetworkAccess"]),
        "a group from elsewhere": (
            [database(vpcSecurityGroupIds=[LATER]), group(opened(443, WORLD))],
            ["db.vpcSecurityGroupIds[0]"],
        ),
        "annotations from elsewhere": (
            [service({"ports": [{"port": 443}]}, annotations=LATER)],
            ["front.metadata.annotations.alb.ingress.kubernetes.io/scheme"],
        ),
    },
    waived={"a demonstration": [database(publiclyAccessible=True)]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()


def test_a_team_opens_another_port() -> None:
    plain = group(opened(80, WORLD))
    assert told(findings(RULE, [plain])) == [f"web.ingress[0]: {IN}"]
    assert told(findings(RULE, [plain], by=settings(RULE, worldPorts=[80, 443]))) == []


@pytest.mark.parametrize(
    ("source", "world"),
    [
        ("0.0.0.0/0", True),
        ("0.0.0.0/1", True),
        ("10.0.0.0/8", False),
        ("::/0", True),
        ("2001:db8::/32", False),
        ("Internet", True),
        ("VirtualNetwork", False),
        ("pl-123", False),
    ],
)
def test_what_counts_as_the_internet(source: str, world: bool) -> None:  # noqa: FBT001
    assert openings.is_world(source) is world
