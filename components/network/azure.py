"""A network on Azure: a virtual network, private but for its NAT gateway."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from pulumi import Input, Output, Resource, ResourceOptions
from pulumi_azure_native import managedidentity, monitor, network, privatedns, storage

from components.cloud import azure
from components.core import after, load, physical_name
from components.network.base import Network
from components.network.subnets import azure_subnets

if TYPE_CHECKING:
    from ipaddress import IPv4Network

    from components.network.spec import NetworkSpec


@dataclass(frozen=True, kw_only=True, slots=True)
class AzureNetworkArgs:
    """Arguments of :class:`AzureNetwork`."""

    spec: NetworkSpec
    location: str
    subscription: Input[str]
    resource_group: Input[str]
    workspace: Input[str]
    """Id of the Log Analytics workspace that hears who reads the flow logs."""
    protect: bool = True
    """Refuse to delete the virtual network and its flow logs."""


class AzureNetwork(Network):
    """A virtual network whose workloads have no public address and whose traffic is logged.

    The NAT gateway is not bound to a zone and its addresses are in all of them: losing a zone that holds
    neither the gateway nor the nodes goes unnoticed, while losing the gateway's zone stops outbound traffic.
    """

    TYPE: ClassVar[str] = "trunkline:network:AzureNetwork"

    network_id: Output[str]
    node_subnet_id: Output[str]
    endpoint_subnet_id: Output[str]
    api_server_subnet_id: Output[str]
    """Whoever uses a subnet comes after all of them, because Azure refuses two changes of one virtual network
    at a time, and goes before any of them."""
    dns_zone_ids: dict[str, Output[str]]
    """Private DNS zones by the kind of endpoint, ``blob`` and ``vault``; the network sees them already."""

    def __init__(self, name: str, args: AzureNetworkArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self.cidr = args.spec.cidr
        ranges = azure_subnets(args.spec.cidr)

        self.network = network.VirtualNetwork(
            f"{name}-network",
            resource_group_name=args.resource_group,
            location=args.location,
            address_space={"address_prefixes": [str(args.spec.cidr)]},
            tags=args.spec.tags.as_cloud_tags(),
            opts=self.child(protect=args.protect),
        )
        self.network_id = self.network.id
        gateway = self._nat(args)
        nodes = self._subnet("nodes", args, ranges.nodes, nat_gateway={"id": gateway.id})
        endpoints = self._subnet("endpoints", args, ranges.endpoints, after=nodes)
        api_server = self._subnet(
            "api-server",
            args,
            ranges.api_server,
            after=endpoints,
            delegations=[{"name": "aks", "service_name": "Microsoft.ContainerService/managedClusters"}],
        )
        self.node_subnet_id, self.endpoint_subnet_id, self.api_server_subnet_id = (
            after(subnet.id, nodes, endpoints, api_server) for subnet in (nodes, endpoints, api_server)
        )
        self.dns_zone_ids = self._dns(args)
        self._flow_logs(args)

        self.publish(
            cidr=str(self.cidr),
            network_id=self.network_id,
            node_subnet_id=self.node_subnet_id,
            endpoint_subnet_id=self.endpoint_subnet_id,
            api_server_subnet_id=self.api_server_subnet_id,
        )

    def _nat(self, args: AzureNetworkArgs) -> network.NatGateway:
        facts = load("components.network", "azure")
        addresses = [
            network.PublicIPAddress(
                f"{self.name}-nat-address-{number}",
                resource_group_name=args.resource_group,
                location=args.location,
                public_ip_allocation_method=network.IPAllocationMethod.STATIC,
                sku={"name": network.PublicIPAddressSkuName.STANDARD},
                zones=facts["zones"],
                tags=args.spec.tags.as_cloud_tags(),
                opts=self.child(),
            )
            for number in range(1, facts["nat_addresses"] + 1)
        ]
        return network.NatGateway(
            f"{self.name}-nat",
            resource_group_name=args.resource_group,
            location=args.location,
            sku={"name": network.NatGatewaySkuName.STANDARD},
            public_ip_addresses=[{"id": address.id} for address in addresses],
            tags=args.spec.tags.as_cloud_tags(),
            opts=self.child(),
        )

    def _subnet(
        self,
        role: str,
        args: AzureNetworkArgs,
        cidr: IPv4Network,
        *,
        after: Resource | None = None,
        **more: Any,
    ) -> network.Subnet:
        """One subnet with its own security group.

        Azure refuses two changes of one virtual network at a time, so each subnet waits for the one before.
        """
        group = network.NetworkSecurityGroup(
            f"{self.name}-{role}-group",
            resource_group_name=args.resource_group,
            location=args.location,
            security_rules=[_deny_internet()],
            tags=args.spec.tags.as_cloud_tags(),
            opts=self.child(),
        )
        return network.Subnet(
            f"{self.name}-{role}",
            resource_group_name=args.resource_group,
            virtual_network_name=self.network.name,
            subnet_name=role,
            address_prefix=str(cidr),
            network_security_group={"id": group.id},
            default_outbound_access=False,
            opts=self.child(depends_on=[after] if after else None),
            **more,
        )

    def _dns(self, args: AzureNetworkArgs) -> dict[str, Output[str]]:
        zones: dict[str, Output[str]] = {}
        for kind, domain in load("components.network", "azure")["dns_zones"].items():
            zone = privatedns.PrivateZone(
                f"{self.name}-{kind}-zone",
                resource_group_name=args.resource_group,
                private_zone_name=domain,
                location="global",
                tags=args.spec.tags.as_cloud_tags(),
                opts=self.child(),
            )
            link = privatedns.VirtualNetworkLink(
                f"{self.name}-{kind}-link",
                resource_group_name=args.resource_group,
                private_zone_name=zone.name,
                location="global",
                registration_enabled=False,
                virtual_network={"id": self.network.id},
                tags=args.spec.tags.as_cloud_tags(),
                opts=self.child(),
            )
            zones[kind] = after(zone.id, link)
        return zones

    def _flow_logs(self, args: AzureNetworkArgs) -> None:
        tags = args.spec.tags.as_cloud_tags()
        account = storage.StorageAccount(
            f"{self.name}-flow-logs",
            account_name=Output.from_input(args.subscription).apply(
                lambda subscription: physical_name(
                    f"{self.name}-flow",
                    limit=_ACCOUNT_NAME_LIMIT,
                    separator="",
                    salt=f"{subscription}/{args.spec.tags.scope}",
                )
            ),
            resource_group_name=args.resource_group,
            location=args.location,
            kind=storage.Kind.STORAGE_V2,
            sku={"name": storage.SkuName.STANDARD_ZRS},
            allow_blob_public_access=False,
            allow_shared_key_access=False,
            allow_cross_tenant_replication=False,
            enable_https_traffic_only=True,
            minimum_tls_version=storage.MinimumTlsVersion.TLS1_2,
            public_network_access=storage.PublicNetworkAccess.DISABLED,
            # Network Watcher is one of the services that Azure lets through by this exception.
            network_rule_set={
                "default_action": storage.DefaultAction.DENY,
                "bypass": storage.Bypass.AZURE_SERVICES,
            },
            encryption={
                "key_source": storage.KeySource.MICROSOFT_STORAGE,
                "require_infrastructure_encryption": True,
            },
            tags=tags,
            opts=self.child(protect=args.protect),
        )
        monitor.DiagnosticSetting(
            f"{self.name}-flow-logs-access",
            resource_uri=Output.format("{0}/blobServices/default", account.id),
            workspace_id=args.workspace,
            logs=[{"category_group": "allLogs", "enabled": True}],
            opts=self.child(),
        )
        identity = managedidentity.UserAssignedIdentity(
            f"{self.name}-flow-logs-identity",
            resource_group_name=args.resource_group,
            location=args.location,
            tags=tags,
            opts=self.child(),
        )
        grant = azure.grant(
            self,
            f"{self.name}-flow-logs-grant",
            subscription=args.subscription,
            scope=account.id,
            principal=identity.principal_id,
            role_name="storage_blob_data_contributor",
        )
        watcher = load("components.network", "azure")["watcher"]
        network.FlowLog(
            f"{self.name}-flow-log",
            resource_group_name=watcher["resource_group"],
            network_watcher_name=watcher["name"].format(location=args.location),
            location=args.location,
            target_resource_id=self.network.id,
            storage_id=account.id,
            enabled=True,
            format={"type": network.FlowLogFormatType.JSON, "version": 2},
            identity={
                "type": network.ResourceIdentityType.USER_ASSIGNED,
                "user_assigned_identities": [identity.id],
            },
            retention_policy={
                "enabled": True,
                "days": load("components.core", "defaults")["log_retention_days"],
            },
            tags=tags,
            opts=self.child(depends_on=[grant]),
        )


_ACCOUNT_NAME_LIMIT = 24
"""https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules"""


def _deny_internet() -> network.SecurityRuleArgsDict:
    return {
        "name": "deny-internet-inbound",
        "description": "Nothing on the internet may open a connection",
        "priority": 4096,
        "direction": network.SecurityRuleDirection.INBOUND,
        "access": network.SecurityRuleAccess.DENY,
        "protocol": network.SecurityRuleProtocol.ASTERISK,
        "source_address_prefix": "Internet",
        "source_port_range": "*",
        "destination_address_prefix": "*",
        "destination_port_range": "*",
    }
