"""One way to build every component on every kind of site; a new component adds its lines here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from ipaddress import IPv4Network
from typing import Any

from pulumi import ResourceOptions

from components.catalogue import NodeArgs, catalogue_node
from components.cluster import (
    AksClusterArgs,
    ClusterSpec,
    EksClusterArgs,
    OnPremClusterArgs,
    Pool,
    Taint,
    cluster,
)
from components.core import Tags, cluster_facts
from components.namespace import NamespaceArgs, NamespaceSpec, namespace
from components.network import (
    AwsNetworkArgs,
    AzureNetworkArgs,
    NetworkSpec,
    OnPremNetworkArgs,
    network,
)
from components.object_store import BlobStoreArgs, CephStoreArgs, ObjectStoreSpec, S3StoreArgs, object_store
from components.site import AwsSiteArgs, AzureSiteArgs, OnPremSiteArgs, SiteSpec, site
from tests.support.clouds import CALLS, STATES
from tests.support.deploy import Graph, deploy

TAGS = Tags(
    platform="acme", environment="dev", owner="ml", contact="ml@acme.example", extra={"cost-centre": "cc-1"}
)
CIDR = IPv4Network("10.1.0.0/16")
POOLS = {
    "general": Pool(size="m7i.xlarge", fewest=2, most=4, disk_gib=100),
    "arm": Pool(
        size="m7g.xlarge",
        fewest=0,
        most=2,
        disk_gib=50,
        labels={"acme.example/arch": "arm"},
        taints=(Taint(key="arch", value="arm", effect="NoSchedule"),),
    ),
}

AKS_POOLS = {
    "system": Pool(
        size="Standard_D4s_v5", fewest=2, most=4, disk_gib=100, labels={"acme.example/for": "aks"}
    ),
    "arm": replace(POOLS["arm"], size="Standard_D4ps_v6"),
}

Build = Callable[[str, Any, ResourceOptions | None], object]


@dataclass(frozen=True, kw_only=True)
class Row:
    """A component with arguments that say everything they can say."""

    build: Build
    args: Any


ROWS: Mapping[str, Row] = {
    "site/aws": Row(
        build=site, args=AwsSiteArgs(spec=SiteSpec(tags=TAGS), region="eu-central-1", account="123456789012")
    ),
    "site/azure": Row(
        build=site,
        args=AzureSiteArgs(
            spec=SiteSpec(tags=TAGS),
            location="westeurope",
            subscription="11111111-1111-1111-1111-111111111111",
        ),
    ),
    "site/onprem": Row(
        build=site, args=OnPremSiteArgs(spec=SiteSpec(tags=TAGS), kind="openshift", country="DE")
    ),
    "catalogue/dataset": Row(
        build=partial(catalogue_node, "trunkline:catalogue:Dataset"),
        args=NodeArgs(
            properties={
                "license": "CC-BY-4.0",
                "inputs": [{"node": "source:feed", "edge": "derivedFrom", "position": "acme.yaml:7"}],
            },
            places=[{"role": "storedIn", "node": "store:raw", "site": "aws", "provider": "aws"}],
            identities=["arn:aws:iam::123456789012:role/clicks"],
        ),
    ),
    "network/aws": Row(
        build=network,
        args=AwsNetworkArgs(
            spec=NetworkSpec(tags=TAGS, cidr=CIDR),
            region="eu-central-1",
            zones=3,
            account="123456789012",
            partition="aws",
            logs_key="arn:aws:kms:eu-central-1:123456789012:key/logs",
        ),
    ),
    "network/azure": Row(
        build=network,
        args=AzureNetworkArgs(
            spec=NetworkSpec(tags=TAGS, cidr=CIDR),
            location="westeurope",
            subscription="subscription",
            resource_group="group",
            workspace="workspace",
        ),
    ),
    "network/onprem": Row(
        build=network,
        args=OnPremNetworkArgs(
            spec=NetworkSpec(tags=TAGS, cidr=CIDR),
            pods=IPv4Network("10.128.0.0/14"),
            services=IPv4Network("172.30.0.0/16"),
        ),
    ),
    "cluster/aws": Row(
        build=cluster,
        args=EksClusterArgs(
            spec=ClusterSpec(tags=TAGS),
            region="eu-central-1",
            cluster_name="acme-dev-aws",
            version="1.35",
            services=IPv4Network("172.20.0.0/16"),
            admins=("arn:aws:iam::123456789012:role/admin",),
            deployer="arn:aws:iam::123456789012:role/deployer",
            api_from=(IPv4Network("203.0.113.0/24"),),
            pools=POOLS,
            account="123456789012",
            partition="aws",
            subnet_ids=["subnet-1", "subnet-2"],
            logs_key="arn:aws:kms:eu-central-1:123456789012:key/logs",
        ),
    ),
    "cluster/azure": Row(
        build=cluster,
        args=AksClusterArgs(
            spec=ClusterSpec(tags=TAGS),
            location="westeurope",
            version="1.35",
            zones=3,
            pods=IPv4Network("10.244.0.0/16"),
            services=IPv4Network("172.29.0.0/16"),
            admins=(),
            deployer="66666666-6666-6666-6666-666666666666",
            deployer_type="ServicePrincipal",
            pools=AKS_POOLS,
            subscription="subscription",
            tenant="tenant",
            resource_group="group",
            workspace="workspace",
            node_subnet="nodes",
            api_server_subnet="api",
            endpoint_subnet="endpoints",
            vault_dns_zone="vault-zone",
        ),
    ),
    "cluster/onprem": Row(
        build=cluster,
        args=OnPremClusterArgs(
            spec=ClusterSpec(tags=TAGS),
            kind="openshift",
            context="dc1",
            kubeconfig="../kubeconfig",
            identifier="acme-dev-dc1",
            storage_class="fast",
            bucket_class="ceph-buckets",
            ingress_class="internal",
        ),
    ),
    "namespace": Row(
        build=namespace,
        args=NamespaceArgs(
            spec=NamespaceSpec(tags=TAGS, namespace="acme"),
            facts=cluster_facts("kubernetes", issuer="issuer"),
        ),
    ),
    "object_store/aws": Row(
        build=object_store,
        args=S3StoreArgs(
            spec=ObjectStoreSpec(tags=TAGS, noncurrent_after=30, expire_after=400),
            account="123456789012",
            partition="aws",
            log_target="logs-bucket",
        ),
    ),
    "object_store/azure": Row(
        build=object_store,
        args=BlobStoreArgs(
            spec=ObjectStoreSpec(tags=TAGS, noncurrent_after=30, expire_after=400),
            location="westeurope",
            subscription="subscription",
            tenant="tenant",
            resource_group="group",
            workspace="workspace",
            endpoint_subnet="endpoints",
            blob_dns_zone="blob-zone",
            log_target="logs-account",
        ),
    ),
    "object_store/onprem": Row(
        build=object_store,
        args=CephStoreArgs(
            spec=ObjectStoreSpec(tags=TAGS, noncurrent_after=30, expire_after=400),
            facts=cluster_facts("openshift", issuer="issuer"),
            namespace="acme",
            bucket_name="acme-dev-clicks",
            log_target="logs-bucket",
        ),
    ),
}


def built(which: str, args: object | None = None) -> Graph:
    """What a row's component registers, with its own arguments or others."""
    return _as_it_stands(which) if args is None else _run(which, args)


def previewed(which: str) -> Graph:
    """What a first preview of a row's component registers."""
    return _run(which, ROWS[which].args, preview=True)


@cache
def _as_it_stands(which: str) -> Graph:
    return _run(which, ROWS[which].args)


def _run(which: str, args: object, *, preview: bool = False) -> Graph:
    build = ROWS[which].build
    return deploy(lambda: build("unit", args, None), calls=CALLS, states=STATES, preview=preview)


def labels(graph: Graph, urn: str) -> Mapping[str, Any]:
    """What a resource says about its owner: tags, or labels and annotations."""
    resource = graph.by_urn()[urn]
    metadata: Mapping[str, Any] = resource.inputs.get("metadata") or {}
    return resource.inputs.get("tags") or {**metadata.get("labels", {}), **metadata.get("annotations", {})}


__all__ = ["AKS_POOLS", "CIDR", "POOLS", "ROWS", "TAGS", "Row", "built", "labels", "previewed"]
