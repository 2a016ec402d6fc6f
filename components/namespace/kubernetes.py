"""A namespace in a cluster; the same Kubernetes objects wherever the cluster runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pulumi import Output, ResourceOptions
from pulumi_kubernetes import core, networking

from components.core import ClusterFacts, load
from components.namespace.base import Namespace

if TYPE_CHECKING:
    from pulumi_kubernetes.meta.v1 import ObjectMetaArgsDict

    from components.namespace.spec import NamespaceSpec


@dataclass(frozen=True, kw_only=True, slots=True)
class NamespaceArgs:
    """Arguments of :class:`KubernetesNamespace`; the provider comes with the options."""

    spec: NamespaceSpec
    facts: ClusterFacts


class KubernetesNamespace(Namespace):
    """A namespace that refuses unsafe pods and all traffic but DNS, until somebody allows more."""

    TYPE: ClassVar[str] = "trunkline:namespace:KubernetesNamespace"

    def __init__(self, name: str, args: NamespaceArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        spec = args.spec
        limits = load("components.namespace", "limits")

        self.resource = core.v1.Namespace(
            f"{name}-namespace",
            metadata={
                "name": spec.namespace,
                "labels": {
                    **spec.tags.as_labels(),
                    **{
                        f"pod-security.kubernetes.io/{mode}": spec.pod_security
                        for mode in ("enforce", "audit", "warn")
                    },
                },
                "annotations": spec.tags.as_annotations(),
            },
            opts=self.child(protect=spec.protect),
        )
        self.namespace = Output.from_input(self.resource.metadata).apply(
            lambda metadata: str(metadata["name"])
        )
        self._policy("deny-all", args, {"pod_selector": {}, "policy_types": ["Ingress", "Egress"]})
        self._policy("allow-dns", args, _dns(args.facts))
        core.v1.LimitRange(
            f"{name}-limits",
            metadata=self._metadata("limits", args),
            spec={
                "limits": [
                    {
                        "type": "Container",
                        "default": limits["limit"],
                        "default_request": limits["request"],
                    }
                ]
            },
            opts=self.child(),
        )
        core.v1.ResourceQuota(
            f"{name}-quota",
            metadata=self._metadata("quota", args),
            spec={"hard": limits["quota"]},
            opts=self.child(),
        )
        self.publish(namespace=self.namespace)

    def _policy(self, role: str, args: NamespaceArgs, spec: networking.v1.NetworkPolicySpecArgsDict) -> None:
        networking.v1.NetworkPolicy(
            f"{self.name}-{role}",
            metadata=self._metadata(role, args),
            spec=spec,
            opts=self.child(),
        )

    def _metadata(self, role: str, args: NamespaceArgs) -> ObjectMetaArgsDict:
        return {
            "name": role,
            "namespace": self.namespace,
            "labels": args.spec.tags.as_labels(),
            "annotations": args.spec.tags.as_annotations(),
        }


def _dns(facts: ClusterFacts) -> networking.v1.NetworkPolicySpecArgsDict:
    key, _, value = facts.dns_label.partition("=")
    return {
        "pod_selector": {},
        "policy_types": ["Egress"],
        "egress": [
            {
                "to": [
                    {
                        "namespace_selector": {
                            "match_labels": {"kubernetes.io/metadata.name": facts.dns_namespace}
                        },
                        "pod_selector": {"match_labels": {key: value}},
                    }
                ],
                "ports": [{"protocol": protocol, "port": facts.dns_port} for protocol in ("UDP", "TCP")],
            }
        ],
    }
