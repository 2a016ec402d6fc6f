"""What guards a namespace."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from components.core import Kind, cluster_facts
from components.namespace import NamespaceArgs
from tests.components.builds import ROWS, built

ARGS: NamespaceArgs = ROWS["namespace"].args


def test_a_namespace_is_made_of() -> None:
    assert Counter(kind for kind, _ in built("namespace").table()) == {
        "kubernetes:core/v1:LimitRange": 1,
        "kubernetes:core/v1:Namespace": 1,
        "kubernetes:core/v1:ResourceQuota": 1,
        "kubernetes:networking.k8s.io/v1:NetworkPolicy": 2,
    }


def test_unsafe_pods_are_refused() -> None:
    labels = built("namespace").named("unit-namespace").inputs["metadata"]["labels"]
    for mode in ("enforce", "audit", "warn"):
        assert labels[f"pod-security.kubernetes.io/{mode}"] == "restricted"


def test_nothing_is_reached_and_nothing_reaches_out() -> None:
    spec = built("namespace").named("unit-deny-all").inputs["spec"]
    assert spec == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


@pytest.mark.parametrize(
    ("kind", "namespace", "label", "port"),
    [
        ("kubernetes", "kube-system", {"k8s-app": "kube-dns"}, 53),
        ("eks", "kube-system", {"k8s-app": "kube-dns"}, 53),
        ("aks", "kube-system", {"k8s-app": "kube-dns"}, 53),
        ("openshift", "openshift-dns", {"dns.operator.openshift.io/daemonset-dns": "default"}, 5353),
    ],
)
def test_names_can_be_looked_up(kind: Kind, namespace: str, label: dict[str, str], port: int) -> None:
    graph = built("namespace", replace(ARGS, facts=cluster_facts(kind)))
    (rule,) = graph.named("unit-allow-dns").inputs["spec"]["egress"]
    (peer,) = rule["to"]
    assert peer["namespaceSelector"] == {"matchLabels": {"kubernetes.io/metadata.name": namespace}}
    assert peer["podSelector"] == {"matchLabels": label}
    assert rule["ports"] == [{"protocol": protocol, "port": port} for protocol in ("UDP", "TCP")]


def test_a_forgotten_pod_harms_nobody_and_is_not_published() -> None:
    graph = built("namespace")
    limits: Any = graph.named("unit-limits").inputs["spec"]["limits"][0]
    assert set(limits["default"]) == set(limits["defaultRequest"]) == {"cpu", "memory"}
    assert graph.named("unit-quota").inputs["spec"]["hard"] == {
        "services.loadbalancers": "0",
        "services.nodeports": "0",
    }


def test_guards_are_inside_the_namespace_they_guard() -> None:
    graph = built("namespace")
    for guard in ("unit-deny-all", "unit-allow-dns", "unit-limits", "unit-quota"):
        assert graph.named(guard).inputs["metadata"]["namespace"] == "acme"
        assert graph.named("unit-namespace").urn in graph.named(guard).dependencies
