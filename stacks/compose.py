"""Compose components into a platform; the only module that knows all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import PurePath
from typing import Any, assert_never

from pulumi import Input, Output, ProviderResource, ResourceOptions

from components.catalogue import CatalogueNode, NodeArgs, catalogue_node
from components.cluster import (
    AksCluster,
    AksClusterArgs,
    ClusterSpec,
    EksCluster,
    EksClusterArgs,
    OnPremCluster,
    OnPremClusterArgs,
    Pool,
    Taint,
    cluster,
)
from components.core import Tags, physical_name
from components.namespace import Namespace, NamespaceArgs, NamespaceSpec, namespace
from components.network import (
    AwsNetwork,
    AwsNetworkArgs,
    AzureNetwork,
    AzureNetworkArgs,
    NetworkSpec,
    OnPremNetwork,
    OnPremNetworkArgs,
    network,
)
from components.object_store import (
    BlobStoreArgs,
    CephStoreArgs,
    ObjectStore,
    ObjectStoreSpec,
    S3StoreArgs,
    object_store,
)
from components.site import (
    AwsSite,
    AwsSiteArgs,
    AzureSite,
    AzureSiteArgs,
    Caller,
    OnPremSite,
    OnPremSiteArgs,
    Site,
    SiteSpec,
    site,
)
from stacks import spec as language
from stacks.declarations import Declaration
from stacks.spec.types import AksSite, EksSite, NodePool, Platform
from stacks.spec.types import ObjectStore as StoreEntry
from stacks.spec.types import OnPremSite as OnPremEntry


@dataclass(frozen=True, kw_only=True, slots=True)
class AwsBuilt:
    """What was built at a site on AWS."""

    site: AwsSite
    network: AwsNetwork
    cluster: EksCluster
    namespace: Namespace


@dataclass(frozen=True, kw_only=True, slots=True)
class AzureBuilt:
    """What was built at a site on Azure."""

    site: AzureSite
    network: AzureNetwork
    cluster: AksCluster
    namespace: Namespace


@dataclass(frozen=True, kw_only=True, slots=True)
class OnPremBuilt:
    """What was built at a site of one's own."""

    site: OnPremSite
    network: OnPremNetwork
    cluster: OnPremCluster
    namespace: Namespace


SiteBuilt = AwsBuilt | AzureBuilt | OnPremBuilt


@dataclass(frozen=True, kw_only=True, slots=True)
class Built:
    """What a stack built, by the names of the platform file."""

    sites: Mapping[str, SiteBuilt]
    stores: Mapping[str, ObjectStore]
    nodes: Sequence[CatalogueNode] = ()
    """What the platform declares about its data."""

    def outputs(self) -> dict[str, Any]:
        """What the stack exports."""
        return {
            "sites": {name: _site_outputs(built) for name, built in self.sites.items()},
            "objectStores": {name: {"uri": store.uri} for name, store in self.stores.items()},
            "kubeconfigs": {
                name: built.cluster.kubeconfig
                for name, built in self.sites.items()
                if built.cluster.kubeconfig is not None
            },
        }


def build(
    platform: Platform,
    *,
    protect: bool = True,
    directory: str = ".",
    declared: Sequence[Declaration] = (),
) -> Built:
    """Build everything a platform file asks for, sites and stores in the order of their names.

    With ``protect`` nothing that holds data, keys or logs can be deleted. ``directory`` is the folder of the
    platform file, relative to where the engine runs: kubeconfigs are named relative to it. ``declared`` is
    what the file says about data; it is registered after the stores and clusters that it lies in.

    Raises:
        ComponentError: The platform asks for something that cannot be built.
    """
    builder = _Builder(platform, protect=protect, directory=directory)
    sites = {name: builder.site(name) for name in sorted(platform.sites)}
    stores: dict[str, ObjectStore] = {}
    for name in _logs_last(platform.object_stores):
        entry = platform.object_stores[name]
        logs = stores[entry.access_logs].log_target if entry.access_logs else None
        stores[name] = builder.store(name, entry, sites[entry.site], logs)
    nodes = tuple(_node(declaration, sites, stores) for declaration in declared)
    return Built(sites=sites, stores={name: stores[name] for name in sorted(stores)}, nodes=nodes)


def _node(
    declaration: Declaration, sites: Mapping[str, SiteBuilt], stores: Mapping[str, ObjectStore]
) -> CatalogueNode:
    """Register a declared node, with the URNs of the stores and clusters that it names as places."""
    places: list[dict[str, Input[str]]] = []
    for place in declaration.properties.get("places", ()):
        kind, _, name = place["node"].partition(":")
        here = stores[name] if kind == "store" else sites[name].cluster
        places.append({**place, "resource": here.urn})
    properties = {key: value for key, value in declaration.properties.items() if key != "places"}
    return catalogue_node(declaration.type, declaration.name, NodeArgs(properties=properties, places=places))


def _logs_last(stores: Mapping[str, StoreEntry]) -> tuple[str, ...]:
    """Names so that a store comes after the one that receives its logs."""
    order: TopologicalSorter[str] = TopologicalSorter()
    for name in sorted(stores):
        target = stores[name].access_logs
        order.add(name, *([target] if target else []))
    return tuple(order.static_order())


class _Builder:
    """Holds what every component is told."""

    def __init__(self, platform: Platform, *, protect: bool, directory: str) -> None:
        self.platform = platform
        self.protect = protect
        self.directory = directory
        self.caller: Caller | None = None
        self.tags = Tags(
            platform=platform.platform,
            environment=platform.environment,
            owner=platform.owner.team,
            contact=platform.owner.contact,
            extra=dict(platform.tags),
        )

    def site(self, name: str) -> SiteBuilt:
        entry = self.platform.sites[name]
        match entry:
            case OnPremEntry():
                return self._onprem(name, entry)
            case EksSite():
                return self._aws(name, entry)
            case AksSite():
                return self._azure(name, entry)
            case _:
                assert_never(entry)

    def _onprem(self, name: str, entry: OnPremEntry) -> OnPremBuilt:
        place = site(
            name, OnPremSiteArgs(spec=SiteSpec(tags=self.tags), kind=entry.kind, country=entry.country)
        )
        ranges = language.ranges(entry)
        here = ResourceOptions(parent=place)
        net = network(
            f"{name}-network",
            OnPremNetworkArgs(
                spec=NetworkSpec(tags=self.tags, cidr=ranges.nodes),
                pods=ranges.pods,
                services=ranges.services,
            ),
            here,
        )
        kubernetes = cluster(
            f"{name}-cluster",
            OnPremClusterArgs(
                spec=ClusterSpec(tags=self.tags),
                kind=entry.kind,
                context=entry.context,
                kubeconfig=str(PurePath(self.directory, entry.kubeconfig)) if entry.kubeconfig else None,
                identifier=f"{self.tags.scope}-{name}",
                storage_class=entry.storage_class,
                bucket_class=entry.bucket_class,
                ingress_class=entry.ingress_class,
            ),
            here,
        )
        home = self._namespace(name, place, kubernetes)
        return OnPremBuilt(site=place, network=net, cluster=kubernetes, namespace=home)

    def _aws(self, name: str, entry: EksSite) -> AwsBuilt:
        place = site(
            name,
            AwsSiteArgs(
                spec=SiteSpec(tags=self.tags),
                region=entry.region,
                account=entry.account,
                caller=self.caller,
                protect=self.protect,
            ),
        )
        self.caller = place.caller
        here = ResourceOptions(parent=place, providers=place.providers)
        ranges = language.ranges(entry)
        net = network(
            f"{name}-network",
            AwsNetworkArgs(
                spec=NetworkSpec(tags=self.tags, cidr=ranges.nodes),
                region=entry.region,
                zones=entry.zones,
                account=place.account,
                partition=place.partition,
                logs_key=place.logs_key,
                protect=self.protect,
            ),
            here,
        )
        kubernetes = cluster(
            f"{name}-cluster",
            EksClusterArgs(
                spec=ClusterSpec(tags=self.tags),
                region=entry.region,
                cluster_name=physical_name(f"{self.tags.scope}-{name}", limit=_EKS_NAME_LIMIT),
                version=language.version(entry),
                services=ranges.services,
                admins=tuple(entry.admins),
                deployer=place.deployer,
                api_from=tuple(entry.api_from),
                pools=_pools(language.node_pools(entry)),
                account=place.account,
                partition=place.partition,
                subnet_ids=net.private_subnet_ids,
                logs_key=place.logs_key,
                protect=self.protect,
            ),
            here,
        )
        home = self._namespace(name, place, kubernetes)
        return AwsBuilt(site=place, network=net, cluster=kubernetes, namespace=home)

    def _azure(self, name: str, entry: AksSite) -> AzureBuilt:
        place = site(
            name,
            AzureSiteArgs(
                spec=SiteSpec(tags=self.tags),
                location=entry.region,
                subscription=entry.subscription,
                protect=self.protect,
            ),
        )
        here = ResourceOptions(parent=place, providers=place.providers)
        ranges = language.ranges(entry)
        net = network(
            f"{name}-network",
            AzureNetworkArgs(
                spec=NetworkSpec(tags=self.tags, cidr=ranges.nodes),
                location=entry.region,
                subscription=place.subscription,
                resource_group=place.resource_group,
                workspace=place.workspace,
                protect=self.protect,
            ),
            here,
        )
        kubernetes = cluster(
            f"{name}-cluster",
            AksClusterArgs(
                spec=ClusterSpec(tags=self.tags),
                location=entry.region,
                version=language.version(entry),
                zones=entry.zones,
                pods=ranges.pods,
                services=ranges.services,
                admins=tuple(entry.admins),
                deployer=place.deployer,
                deployer_type=place.deployer_type,
                pools=_pools(language.node_pools(entry)),
                subscription=place.subscription,
                tenant=place.tenant,
                resource_group=place.resource_group,
                workspace=place.workspace,
                node_subnet=net.node_subnet_id,
                api_server_subnet=net.api_server_subnet_id,
                endpoint_subnet=net.endpoint_subnet_id,
                vault_dns_zone=net.dns_zone_ids["vault"],
                defender=entry.defender,
                protect=self.protect,
            ),
            here,
        )
        home = self._namespace(name, place, kubernetes)
        return AzureBuilt(site=place, network=net, cluster=kubernetes, namespace=home)

    def _namespace(
        self, name: str, place: Site, kubernetes: EksCluster | AksCluster | OnPremCluster
    ) -> Namespace:
        spec = NamespaceSpec(
            tags=self.tags,
            namespace=self.platform.platform,
            pod_security=self.platform.sites[name].pod_security,
            protect=self.protect,
        )
        return namespace(
            f"{name}-home",
            NamespaceArgs(spec=spec, facts=kubernetes.facts),
            _inside(place, kubernetes.provider),
        )

    def store(self, name: str, entry: StoreEntry, at: SiteBuilt, logs: Output[str] | None) -> ObjectStore:
        receivers = {other.access_logs for other in self.platform.object_stores.values()}
        spec = ObjectStoreSpec(
            tags=self.tags,
            noncurrent_after=entry.noncurrent_after.days,
            expire_after=entry.expire_after.days if entry.expire_after else None,
            receives_logs=name in receivers,
            protect=self.protect,
        )
        match at:
            case AwsBuilt():
                args = S3StoreArgs(
                    spec=spec, account=at.site.account, partition=at.site.partition, log_target=logs
                )
                return object_store(name, args, ResourceOptions(parent=at.site, providers=at.site.providers))
            case AzureBuilt():
                args = BlobStoreArgs(
                    spec=spec,
                    location=at.site.location,
                    subscription=at.site.subscription,
                    tenant=at.site.tenant,
                    resource_group=at.site.resource_group,
                    workspace=at.site.workspace,
                    endpoint_subnet=at.network.endpoint_subnet_id,
                    blob_dns_zone=at.network.dns_zone_ids["blob"],
                    log_target=logs,
                )
                return object_store(name, args, ResourceOptions(parent=at.site, providers=at.site.providers))
            case OnPremBuilt():
                args = CephStoreArgs(
                    spec=spec,
                    facts=at.cluster.facts,
                    namespace=at.namespace.namespace,
                    bucket_name=physical_name(f"{self.tags.scope}-{name}", limit=_BUCKET_NAME_LIMIT),
                    log_target=logs,
                )
                return object_store(name, args, _inside(at.site, at.cluster.provider))
            case _:
                assert_never(at)


_EKS_NAME_LIMIT = 100
"""https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html"""

_BUCKET_NAME_LIMIT = 63
"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html, which Ceph follows"""


def _inside(place: Site, provider: ProviderResource) -> ResourceOptions:
    """Options for what lives in a cluster of a site."""
    return ResourceOptions(parent=place, providers=[provider])


def _pools(entries: Mapping[str, NodePool]) -> dict[str, Pool]:
    return {
        name: Pool(
            size=entry.size,
            fewest=entry.nodes.fewest,
            most=entry.nodes.most,
            disk_gib=entry.disk,
            labels=dict(entry.labels),
            taints=tuple(Taint(key=t.key, value=t.value, effect=t.effect) for t in entry.taints),
        )
        for name, entry in entries.items()
    }


def _site_outputs(built: SiteBuilt) -> dict[str, Any]:
    facts = built.site.facts
    common: dict[str, Any] = {
        "kind": facts.kind,
        "region": facts.region,
        "country": facts.country,
        "cidr": str(built.network.cidr),
        "clusterIdentifier": built.cluster.identifier,
        "namespace": built.namespace.namespace,
    }
    match built:
        case AwsBuilt():
            return common | {
                "account": built.site.account,
                "vpcId": built.network.vpc_id,
                "privateSubnetIds": built.network.private_subnet_ids,
                "clusterName": built.cluster.cluster.name,
                "clusterEndpoint": built.cluster.cluster.endpoint,
                "issuer": built.cluster.facts.issuer,
            }
        case AzureBuilt():
            return common | {
                "resourceGroup": built.site.resource_group,
                "networkId": built.network.network_id,
                "nodeSubnetId": built.network.node_subnet_id,
                "clusterName": built.cluster.cluster.name,
                "clusterEndpoint": built.cluster.cluster.private_fqdn,
                "issuer": built.cluster.facts.issuer,
            }
        case OnPremBuilt():
            return common
        case _:
            assert_never(built)
