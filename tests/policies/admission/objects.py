"""Fixtures of rules as whole objects that an API server accepts, but for what the rules say about them."""

import copy
from collections.abc import Mapping
from typing import Any

from policies.engine import Resource
from policies.engine.values import Opaque, Secret, Unknown, Value

PLURALS = {
    "kubernetes:core:Pod": ("v1", "Pod", "/api/v1/namespaces/{}/pods"),
    "kubernetes:core:PodTemplate": ("v1", "PodTemplate", "/api/v1/namespaces/{}/podtemplates"),
    "kubernetes:core:ReplicationController": (
        "v1",
        "ReplicationController",
        "/api/v1/namespaces/{}/replicationcontrollers",
    ),
    "kubernetes:apps:Deployment": ("apps/v1", "Deployment", "/apis/apps/v1/namespaces/{}/deployments"),
    "kubernetes:apps:DaemonSet": ("apps/v1", "DaemonSet", "/apis/apps/v1/namespaces/{}/daemonsets"),
    "kubernetes:apps:ReplicaSet": ("apps/v1", "ReplicaSet", "/apis/apps/v1/namespaces/{}/replicasets"),
    "kubernetes:apps:StatefulSet": ("apps/v1", "StatefulSet", "/apis/apps/v1/namespaces/{}/statefulsets"),
    "kubernetes:batch:Job": ("batch/v1", "Job", "/apis/batch/v1/namespaces/{}/jobs"),
    "kubernetes:batch:CronJob": ("batch/v1", "CronJob", "/apis/batch/v1/namespaces/{}/cronjobs"),
    "kubernetes:rbac.authorization.k8s.io:Role": (
        "rbac.authorization.k8s.io/v1",
        "Role",
        "/apis/rbac.authorization.k8s.io/v1/namespaces/{}/roles",
    ),
    "kubernetes:rbac.authorization.k8s.io:ClusterRole": (
        "rbac.authorization.k8s.io/v1",
        "ClusterRole",
        "/apis/rbac.authorization.k8s.io/v1/clusterroles",
    ),
    "kubernetes:rbac.authorization.k8s.io:RoleBinding": (
        "rbac.authorization.k8s.io/v1",
        "RoleBinding",
        "/apis/rbac.authorization.k8s.io/v1/namespaces/{}/rolebindings",
    ),
    "kubernetes:rbac.authorization.k8s.io:ClusterRoleBinding": (
        "rbac.authorization.k8s.io/v1",
        "ClusterRoleBinding",
        "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
    ),
}
"""Kind of resource to API version, kind and path."""

IMAGE = "registry.k8s.io/pause:3.10@sha256:" + "0" * 64
"""An image that no rule objects to; nothing ever runs it."""


def whole(resource: Resource, namespace: str) -> dict[str, Any] | None:
    """Return the object of ``resource`` with everything filled in that an API server insists on.

    Nothing where a part of it is unknown, or where the kind is not one of :data:`PLURALS`.
    """
    if resource.kind not in PLURALS or resource.inputs is None:
        return None
    plain = _plain(resource.inputs)
    if plain is None:
        return None
    version, kind, path = PLURALS[resource.kind]
    body: dict[str, Any] = {**copy.deepcopy(plain), "apiVersion": version, "kind": kind}
    metadata = body["metadata"] = {**(body.get("metadata") or {})}
    metadata.pop("generateName", None)
    metadata.setdefault("name", "fixture")
    metadata["namespace"] = namespace
    if "{}" not in path:
        metadata.pop("namespace")
    _fill(body)
    return body


def _plain(value: Value) -> Any:
    """Return plain JSON, or nothing where something is not known."""
    match value:
        case Unknown() | Opaque() | Secret():
            return None
        case Mapping():
            found = {key: _plain(item) for key, item in value.items() if item is not None}
            return None if any(item is None for item in found.values()) else found
        case list() | tuple():
            items = [_plain(item) for item in value]
            return None if any(item is None for item in items) else items
        case _:
            return value


def _fill(body: dict[str, Any]) -> None:
    match body["kind"]:
        case "Pod":
            _pod(body.setdefault("spec", {}))
        case "PodTemplate":
            _pod(body.setdefault("template", {}).setdefault("spec", {}))
        case "CronJob":
            spec = body.setdefault("spec", {})
            spec.setdefault("schedule", "0 3 * * *")
            job = spec.setdefault("jobTemplate", {}).setdefault("spec", {})
            _pod(job.setdefault("template", {}).setdefault("spec", {}), restarts="Never")
        case "Job":
            template = body.setdefault("spec", {}).setdefault("template", {})
            _pod(template.setdefault("spec", {}), restarts="Never")
        case "RoleBinding" | "ClusterRoleBinding":
            _binding(body)
        case "Role" | "ClusterRole":
            _role(body)
        case kind:
            _workload(kind, body.setdefault("spec", {}))


def _workload(kind: str, spec: dict[str, Any]) -> None:
    labels = {"app": "fixture"}
    spec["selector"] = labels if kind == "ReplicationController" else {"matchLabels": labels}
    template = spec.setdefault("template", {})
    template["metadata"] = {**(template.get("metadata") or {}), "labels": labels}
    _pod(template.setdefault("spec", {}))


def _binding(body: dict[str, Any]) -> None:
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"}
    body["roleRef"] = {**role, **(body.get("roleRef") or {})}
    for subject in body.get("subjects", []):
        account = subject.setdefault("kind", "User") == "ServiceAccount"
        subject["apiGroup"] = "" if account else "rbac.authorization.k8s.io"
        if account:
            subject.setdefault("namespace", "default")


def _role(body: dict[str, Any]) -> None:
    for rule in body.setdefault("rules", []):
        rule.setdefault("verbs", ["get"])
        if "nonResourceURLs" not in rule:
            rule.setdefault("apiGroups", [""])
            rule.setdefault("resources", ["pods"])


def _pod(spec: dict[str, Any], restarts: str | None = None) -> None:
    if restarts is not None:
        spec["restartPolicy"] = restarts
    for key in ("containers", "initContainers"):
        for index, container in enumerate(spec.get(key, [])):
            container.setdefault("name", f"{key.lower()}-{index}")
            container.setdefault("image", IMAGE)
    if not spec.get("containers"):
        spec["containers"] = [{"name": "only", "image": IMAGE}]
    for index, volume in enumerate(spec.get("volumes", [])):
        volume.setdefault("name", f"volume-{index}")
