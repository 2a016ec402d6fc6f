"""The vocabulary of a platform file, as types.

Everything here is plain data: no provider SDK, no Pulumi, no input or output. The loader reads a file into
these types once; ``stacks.compose`` turns them into components. Keys are camelCase in the file and
snake_case here. Checks that look at more than one entry (overlap, references) live in ``stacks.spec.rules``.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from stacks.spec.entry import Entry
from stacks.spec.lineage import Dataset, Endpoint, FeatureView, Model, Source
from stacks.spec.scalars import (
    AnyCidr,
    AwsAccount,
    AwsRegion,
    AzureLocation,
    AzureSubscription,
    Cidr,
    Contact,
    Country,
    Duration,
    EntraObjectId,
    IamPrincipalArn,
    KubernetesVersion,
    LabelKey,
    LabelValue,
    Name,
    NodeRange,
    RelativePath,
    ResourceName,
    TagKey,
    TagValue,
    Text,
)


class Owner(Entry):
    """Who answers for the platform; written to every resource as a tag or label."""

    team: Name
    """The team that runs the platform."""
    contact: Contact
    """An email address that a person reads."""


class Taint(Entry):
    """A Kubernetes taint; pods stay away unless they tolerate it."""

    key: LabelKey
    """What the taint is called."""
    value: LabelValue = ""
    """What a toleration has to name, if anything."""
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] = "NoSchedule"
    """What happens to pods that do not tolerate it."""


class NodePool(Entry):
    """General-purpose nodes of a cluster, spread over the zones of its site."""

    size: Text = Field(examples=["m7i.xlarge", "Standard_D4s_v5"])
    """The provider's own instance type or VM size, for example `m7i.xlarge` or `Standard_D4s_v5`."""
    nodes: NodeRange
    """Fewest and most nodes, for example `2..4`, or one number for a pool that does not change."""
    disk: int = Field(default=100, ge=30, le=16384)
    """Root disk in GiB."""
    labels: Mapping[LabelKey, LabelValue] = {}
    """Kubernetes labels of the nodes."""
    taints: Sequence[Taint] = ()
    """Kubernetes taints of the nodes."""


class OnPremSite(Entry):
    """A cluster that exists already and that Trunkline attaches to."""

    kind: Literal["openshift", "kubernetes"]
    """`openshift`, or `kubernetes` for any other distribution."""
    context: Text
    """The context in the kubeconfig that reaches this cluster."""
    kubeconfig: RelativePath | None = None
    """A kubeconfig below the folder of the platform file; without it the engine's own environment decides."""
    country: Country
    """Where the machines stand, as an ISO 3166-1 code."""
    cidr: Cidr
    """Range of the nodes."""
    pods: Cidr | None = None
    """Range of the pods. OpenShift: `10.128.0.0/14`; elsewhere it has to be given."""
    services: Cidr | None = None
    """Range of the services. OpenShift: `172.30.0.0/16`; elsewhere kubeadm's `10.96.0.0/12`."""
    storage_class: ResourceName | None = None
    """Storage class for volumes; without it the cluster's default."""
    bucket_class: ResourceName | None = Field(default=None, examples=["rook-ceph-bucket"])
    """Storage class that answers ObjectBucketClaims."""
    ingress_class: ResourceName | None = Field(default=None, examples=["nginx-internal"])
    """Ingress class; without it the cluster's default."""
    pod_security: Literal["restricted", "baseline"] = "restricted"
    """Pod Security Standard that every pod in the platform's namespace has to meet."""


class EksSite(Entry):
    """An Amazon EKS cluster in a network of its own."""

    kind: Literal["eks"]
    """Amazon EKS."""
    region: AwsRegion
    """An AWS region that offers EKS."""
    account: AwsAccount | None = None
    """Refuse to work in any other account."""
    cidr: Cidr
    """Range of the VPC; nodes and pods take their addresses from it."""
    services: Cidr | None = None
    """Range of the services; `172.20.0.0/16` where nothing is said."""
    zones: int = Field(default=3, ge=2, le=4)
    """Availability Zones that the network and the nodes are spread over."""
    version: KubernetesVersion | None = None
    """Kubernetes minor version, in quotes."""
    admins: Sequence[IamPrincipalArn] = ()
    """IAM principals that may administer the cluster, besides whoever runs `up`."""
    api_from: Sequence[AnyCidr] = Field(default=(), max_length=40)
    """Ranges that may reach the API from outside the VPC; empty means private only."""
    node_pools: Mapping[Name, NodePool] | None = Field(default=None, min_length=1)
    """Node pools by name; at least one without taints, for the cluster's own add-ons."""
    pod_security: Literal["restricted", "baseline"] = "restricted"
    """Pod Security Standard that every pod in the platform's namespace has to meet."""


class AksSite(Entry):
    """An Azure Kubernetes Service cluster in a network of its own."""

    kind: Literal["aks"]
    """Azure Kubernetes Service."""
    region: AzureLocation
    """An Azure location with availability zones."""
    subscription: AzureSubscription | None = None
    """Refuse to work in any other subscription."""
    cidr: Cidr
    """Range of the virtual network; nodes take their addresses from it."""
    pods: Cidr | None = None
    """Range of the pods; `10.244.0.0/16` where nothing is said."""
    services: Cidr | None = None
    """Range of the services; `172.29.0.0/16` where nothing is said."""
    zones: int = Field(default=3, ge=1, le=3)
    """Availability zones that the nodes are spread over."""
    version: KubernetesVersion | None = None
    """Kubernetes minor version, in quotes."""
    admins: Sequence[EntraObjectId] = ()
    """Microsoft Entra groups that may administer the cluster; without any, whoever runs `up` may."""
    defender: bool = False
    """Watch the cluster with Microsoft Defender for Containers, which costs extra."""
    node_pools: Mapping[Name, NodePool] | None = Field(default=None, min_length=1)
    """Node pools by name; the one called `system` holds the pods of AKS itself."""
    pod_security: Literal["restricted", "baseline"] = "restricted"
    """Pod Security Standard that every pod in the platform's namespace has to meet."""


Site = Annotated[OnPremSite | EksSite | AksSite, Field(discriminator="kind")]


class ObjectStore(Entry):
    """Versioned, encrypted, private object storage at one site."""

    site: Name = Field(examples=["aws"])
    """The site that holds the store."""
    expire_after: Duration | None = None
    """Objects are deleted this long after they were written; without it they are kept."""
    noncurrent_after: Duration = timedelta(days=30)
    """Replaced and deleted versions are kept this long."""
    access_logs: Name | None = Field(default=None, examples=["aws-access"])
    """The store, at the same site, that receives this store's access logs."""


class Platform(Entry):
    """A whole platform file."""

    platform: Name
    """What the platform is called; part of every name that it gives."""
    environment: Literal["dev", "staging", "prod"] = "prod"
    """What the platform is for."""
    owner: Owner
    """Who answers for it."""
    tags: Mapping[TagKey, TagValue] = Field(default={}, max_length=40)
    """Extra tags on everything that can carry them."""
    sites: Mapping[Name, Site] = Field(min_length=1)
    """Places that run clusters, by name."""
    object_stores: Mapping[Name, ObjectStore] = {}
    """Object stores by name."""
    sources: Mapping[Name, Source] = {}
    """Data that comes from outside, by name."""
    datasets: Mapping[Name, Dataset] = {}
    """Data in the platform's stores, by name."""
    features: Mapping[Name, FeatureView] = {}
    """Feature views by name."""
    models: Mapping[Name, Model] = {}
    """Models by name."""
    endpoints: Mapping[Name, Endpoint] = {}
    """Services that answer with a model, by name."""
