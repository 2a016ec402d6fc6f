"""A network on AWS: a VPC over several zones, private but for its NAT gateways."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import pulumi_aws as aws
from pulumi import Input, Output, Resource, ResourceOptions
from pulumi_aws import cloudwatch, ec2, iam, vpc

from components.cloud.aws import document, trust
from components.core import ComponentError, after, load
from components.network.base import Network
from components.network.subnets import AwsSubnets, aws_subnets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from components.network.spec import NetworkSpec


@dataclass(frozen=True, kw_only=True, slots=True)
class AwsNetworkArgs:
    """Arguments of :class:`AwsNetwork`."""

    spec: NetworkSpec
    region: str
    zones: int
    """How many availability zones to spread over."""
    account: Input[str]
    partition: Input[str]
    logs_key: Input[str]
    """ARN of the key that encrypts the flow logs."""
    protect: bool = True
    """Refuse to delete the VPC and its flow logs."""


class AwsNetwork(Network):
    """A VPC whose workloads have no public address and whose traffic is logged.

    Each zone has its own NAT gateway, so that losing a zone takes no other zone's way out.
    """

    TYPE: ClassVar[str] = "trunkline:network:AwsNetwork"

    vpc_id: Output[str]
    private_subnet_ids: list[Output[str]]
    """One for each zone, in zone order. Whoever uses them comes after the routes and endpoints that lead out,
    and goes before them: nodes without a way out never join, and cannot be drained."""

    def __init__(self, name: str, args: AwsNetworkArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self.cidr = args.spec.cidr
        ranges = aws_subnets(args.spec.cidr, args.zones)

        self.vpc = ec2.Vpc(
            f"{name}-vpc",
            cidr_block=str(args.spec.cidr),
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags=args.spec.tags.as_cloud_tags(Name=name),
            opts=self.child(protect=args.protect),
        )
        self.vpc_id = self.vpc.id
        # A security group that nobody chose must let nothing through.
        ec2.DefaultSecurityGroup(
            f"{name}-default-group",
            vpc_id=self.vpc.id,
            tags=args.spec.tags.as_cloud_tags(Name=f"{name}-default"),
            opts=self.child(),
        )
        zones = self._zones(args)
        self._ways_out: list[Resource] = []
        gateways = self._public(args, ranges, zones)
        subnets, tables = self._private(args, ranges, zones, gateways)
        self._endpoints(args, subnets, tables)
        self.private_subnet_ids = [after(subnet.id, *self._ways_out) for subnet in subnets]
        self._flow_logs(args)

        self.publish(
            cidr=str(self.cidr),
            vpc_id=self.vpc_id,
            private_subnet_ids=self.private_subnet_ids,
        )

    def _zones(self, args: AwsNetworkArgs) -> list[Output[str]]:
        """Names of the zones, looked up because no region promises an ``a``, ``b`` and ``c``."""
        found = aws.get_availability_zones_output(
            state="available",
            # Local and wavelength zones have to be opted into and lack most services.
            filters=[{"name": "opt-in-status", "values": ["opt-in-not-required"]}],
            opts=self.lookup(),
        ).names

        def pick(names: Sequence[str], index: int) -> str:
            if len(names) < args.zones:
                msg = (
                    f"region {args.region} has {len(names)} zones ({', '.join(names)}) and the site asks for "
                    f"{args.zones}; set zones to {len(names)} or fewer"
                )
                raise ComponentError(msg)
            return names[index]

        return [found.apply(lambda names, i=i: pick(names, i)) for i in range(args.zones)]

    def _subnet(self, name: str, role: str, args: AwsNetworkArgs, cidr: str, zone: Output[str]) -> ec2.Subnet:
        return ec2.Subnet(
            name,
            vpc_id=self.vpc.id,
            cidr_block=cidr,
            availability_zone=zone,
            map_public_ip_on_launch=False,
            # The load balancer controller finds its subnets by this tag.
            tags=args.spec.tags.as_cloud_tags(Name=name, **{role: "1"}),
            # AWS adds zones to regions; that must not move, and so replace, a subnet that exists.
            opts=self.child(ignore_changes=["availabilityZone"]),
        )

    def _public(
        self, args: AwsNetworkArgs, ranges: AwsSubnets, zones: list[Output[str]]
    ) -> list[ec2.NatGateway]:
        tags = args.spec.tags
        internet = ec2.InternetGateway(
            f"{self.name}-internet",
            vpc_id=self.vpc.id,
            tags=tags.as_cloud_tags(Name=f"{self.name}-internet"),
            opts=self.child(),
        )
        table = ec2.RouteTable(
            f"{self.name}-public-routes",
            vpc_id=self.vpc.id,
            tags=tags.as_cloud_tags(Name=f"{self.name}-public"),
            opts=self.child(),
        )
        out = ec2.Route(
            f"{self.name}-public-default-route",
            route_table_id=table.id,
            destination_cidr_block="0.0.0.0/0",
            gateway_id=internet.id,
            opts=self.child(),
        )
        self._ways_out.append(out)
        gateways: list[ec2.NatGateway] = []
        for number, (cidr, zone) in enumerate(zip(ranges.public, zones, strict=True), start=1):
            subnet = self._subnet(
                f"{self.name}-public-{number}", "kubernetes.io/role/elb", args, str(cidr), zone
            )
            association = ec2.RouteTableAssociation(
                f"{self.name}-public-routes-{number}",
                subnet_id=subnet.id,
                route_table_id=table.id,
                opts=self.child(),
            )
            self._ways_out.append(association)
            address = ec2.Eip(
                f"{self.name}-nat-address-{number}",
                domain="vpc",
                tags=tags.as_cloud_tags(Name=f"{self.name}-nat-{number}"),
                opts=self.child(depends_on=[internet]),
            )
            gateways.append(
                ec2.NatGateway(
                    f"{self.name}-nat-{number}",
                    allocation_id=address.id,
                    subnet_id=subnet.id,
                    tags=tags.as_cloud_tags(Name=f"{self.name}-nat-{number}"),
                    opts=self.child(depends_on=[internet]),
                )
            )
        return gateways

    def _private(
        self,
        args: AwsNetworkArgs,
        ranges: AwsSubnets,
        zones: list[Output[str]],
        gateways: list[ec2.NatGateway],
    ) -> tuple[list[ec2.Subnet], list[ec2.RouteTable]]:
        subnets: list[ec2.Subnet] = []
        tables: list[ec2.RouteTable] = []
        rows = zip(ranges.private, zones, gateways, strict=True)
        for number, (cidr, zone, gateway) in enumerate(rows, start=1):
            subnet = self._subnet(
                f"{self.name}-private-{number}", "kubernetes.io/role/internal-elb", args, str(cidr), zone
            )
            table = ec2.RouteTable(
                f"{self.name}-private-routes-{number}",
                vpc_id=self.vpc.id,
                tags=args.spec.tags.as_cloud_tags(Name=f"{self.name}-private-{number}"),
                opts=self.child(),
            )
            route = ec2.Route(
                f"{self.name}-private-default-route-{number}",
                route_table_id=table.id,
                destination_cidr_block="0.0.0.0/0",
                nat_gateway_id=gateway.id,
                opts=self.child(),
            )
            association = ec2.RouteTableAssociation(
                f"{self.name}-private-association-{number}",
                subnet_id=subnet.id,
                route_table_id=table.id,
                opts=self.child(),
            )
            # The route brings its NAT gateway along, and that its address and the internet gateway.
            self._ways_out += [route, association]
            subnets.append(subnet)
            tables.append(table)
        return subnets, tables

    def _endpoints(
        self, args: AwsNetworkArgs, subnets: list[ec2.Subnet], tables: list[ec2.RouteTable]
    ) -> None:
        services = load("components.network", "aws")
        self._ways_out += [
            ec2.VpcEndpoint(
                f"{self.name}-{service}-endpoint",
                vpc_id=self.vpc.id,
                service_name=f"com.amazonaws.{args.region}.{service}",
                vpc_endpoint_type="Gateway",
                route_table_ids=[table.id for table in tables],
                tags=args.spec.tags.as_cloud_tags(Name=f"{self.name}-{service}"),
                opts=self.child(),
            )
            for service in services["gateway"]
        ]
        group = ec2.SecurityGroup(
            f"{self.name}-endpoints-group",
            vpc_id=self.vpc.id,
            description="HTTPS from inside the VPC to AWS services",
            tags=args.spec.tags.as_cloud_tags(Name=f"{self.name}-endpoints"),
            opts=self.child(),
        )
        https = vpc.SecurityGroupIngressRule(
            f"{self.name}-endpoints-https",
            security_group_id=group.id,
            description="HTTPS from inside the VPC",
            cidr_ipv4=str(args.spec.cidr),
            ip_protocol="tcp",
            from_port=443,
            to_port=443,
            tags=args.spec.tags.as_cloud_tags(),
            opts=self.child(),
        )
        self._ways_out.append(https)
        self._ways_out += [
            ec2.VpcEndpoint(
                f"{self.name}-{service.replace('.', '-')}-endpoint",
                vpc_id=self.vpc.id,
                service_name=f"com.amazonaws.{args.region}.{service}",
                vpc_endpoint_type="Interface",
                private_dns_enabled=True,
                subnet_ids=[subnet.id for subnet in subnets],
                security_group_ids=[group.id],
                tags=args.spec.tags.as_cloud_tags(Name=f"{self.name}-{service}"),
                opts=self.child(),
            )
            for service in services["interface"]
        ]

    def _flow_logs(self, args: AwsNetworkArgs) -> None:
        tags = args.spec.tags.as_cloud_tags()
        group = cloudwatch.LogGroup(
            f"{self.name}-flow-logs",
            kms_key_id=args.logs_key,
            retention_in_days=load("components.core", "defaults")["log_retention_days"],
            tags=tags,
            opts=self.child(protect=args.protect),
        )
        role = iam.Role(
            f"{self.name}-flow-logs-role",
            description=f"Lets {self.name} write its flow logs",
            # https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
            assume_role_policy=trust(
                "vpc-flow-logs.amazonaws.com",
                account=args.account,
                source=Output.format(
                    "arn:{0}:ec2:{1}:{2}:vpc-flow-log/*", args.partition, args.region, args.account
                ),
            ),
            tags=tags,
            opts=self.child(),
        )
        policy = iam.RolePolicy(
            f"{self.name}-flow-logs-policy",
            role=role.name,
            policy=document(
                {
                    "Effect": "Allow",
                    "Action": ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
                    "Resource": Output.format("{0}:*", group.arn),
                }
            ),
            opts=self.child(),
        )
        ec2.FlowLog(
            f"{self.name}-flow-log",
            vpc_id=self.vpc.id,
            traffic_type="ALL",
            log_destination_type="cloud-watch-logs",
            log_destination=group.arn,
            iam_role_arn=role.arn,
            max_aggregation_interval=load("components.network", "aws")["flow_log_interval"],
            tags=args.spec.tags.as_cloud_tags(Name=self.name),
            opts=self.child(depends_on=[policy]),
        )
