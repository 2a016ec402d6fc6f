"""What differs between sites and clusters, as data, for code that must not care which it is on."""

from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from pulumi import Input

from components.core.data import load

Kind = Literal["eks", "aks", "openshift", "kubernetes"]


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteFacts:
    """Where a site is."""

    name: str
    kind: Kind
    country: str | None
    """ISO 3166-1 alpha-2 code of the country that holds the site's data; nothing for a region that is newer
    than our table, which residency rules then treat as unknown."""
    region: str | None
    """The provider's region; nothing on-prem."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ClusterFacts:
    """What code inside a cluster has to know about it. ``facts.toml`` holds the values and their sources."""

    kind: Kind
    storage_class: str
    """Storage class for a volume that asks for nothing special."""
    bucket_class: str | None
    """Storage class that answers ObjectBucketClaims; nothing where the cloud has its own object store."""
    ingress_class: str | None
    """Class of the ingress controller that is there already; nothing where none is."""
    gpu_resource: str
    """The extended resource that a pod requests to get a GPU."""
    gpu_taint: str
    """Taint key that keeps pods without a GPU request off GPU nodes."""
    driver_owner: Literal["image", "provider", "operator", "olm"]
    """Who installs the GPU driver: the node image, the cloud, our GPU operator, or OpenShift's lifecycle
    manager. Exactly one may."""
    identity: Literal["pod-identity", "workload-identity", "service-account"]
    """How a pod proves to other systems who it is."""
    issuer: Input[str] | None
    """OIDC issuer of the cluster's service-account tokens, where other systems can reach it."""
    assigns_uids: bool
    """The cluster gives each namespace its own user ids, so a pod must not ask for one."""
    dns_namespace: str
    dns_label: str
    """``key=value`` of the pods that answer DNS."""
    dns_port: int
    """The port those pods listen on, which is the one a network policy sees."""
    trusted_ca: str | None
    """ConfigMap in every namespace whose ``service-ca.crt`` signs services inside the cluster."""


def cluster_facts(kind: Kind, *, issuer: Input[str] | None = None, **known: str | None) -> ClusterFacts:
    """The facts of a ``kind`` of cluster; ``known`` replaces what the platform file says otherwise.

    A value of ``None`` in ``known`` keeps the kind's own.
    """
    table: dict[str, Any] = load("components.core", "facts")[kind]
    facts = ClusterFacts(
        kind=kind,
        issuer=issuer,
        **{f.name: table.get(f.name) for f in fields(ClusterFacts) if f.name not in {"kind", "issuer"}},  # type: ignore[arg-type]
    )
    return replace(facts, **{key: value for key, value in known.items() if value is not None})
