"""A cluster that exists already, reached by a context of a kubeconfig."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from pulumi import Output, ResourceOptions
from pulumi_kubernetes import Provider

from components.cluster.base import Cluster
from components.core import cluster_facts

if TYPE_CHECKING:
    from components.cluster.spec import ClusterSpec


@dataclass(frozen=True, kw_only=True, slots=True)
class OnPremClusterArgs:
    """Arguments of :class:`OnPremCluster`."""

    spec: ClusterSpec
    kind: Literal["openshift", "kubernetes"]
    context: str
    kubeconfig: str | None
    """Path of a kubeconfig, relative to where the engine runs; without it, the engine's environment decides
    which one is used."""
    identifier: str
    """What tells this cluster from every other one, and stays when its address or context name changes."""
    storage_class: str | None = None
    bucket_class: str | None = None
    ingress_class: str | None = None


class OnPremCluster(Cluster):
    """An attachment: it creates no cluster, and refuses any context but the one that is named."""

    TYPE: ClassVar[str] = "trunkline:cluster:OnPremCluster"

    def __init__(self, name: str, args: OnPremClusterArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self.identifier = Output.from_input(args.identifier)
        self.kubeconfig = None
        self.provider = Provider(
            f"{name}-kubernetes",
            context=args.context,
            # The path and not the content: credentials of the people who work here stay out of the state.
            kubeconfig=args.kubeconfig,
            cluster_identifier=args.identifier,
            opts=self.child(),
        )
        self.facts = cluster_facts(
            args.kind,
            storage_class=args.storage_class,
            bucket_class=args.bucket_class,
            ingress_class=args.ingress_class,
        )
        self.publish(
            kind=args.kind,
            context=args.context,
            identifier=self.identifier,
            storage_class=self.facts.storage_class,
            bucket_class=self.facts.bucket_class,
            ingress_class=self.facts.ingress_class,
            tags=args.spec.tags.as_cloud_tags(),
        )
