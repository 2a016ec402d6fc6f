"""Applying, reading and deleting in a real control plane."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from stacks.sandbox.cluster import connect
from stacks.sandbox.kubernetes_backend import ClusterClient, ClusterRejected, NotValidated
from tests.support.control_plane import ControlPlane

pytestmark = pytest.mark.control_plane

GROUP = "things.example.com"


def config_map(name: str, namespace: str | None = None, **data: str) -> dict[str, Any]:
    place = {"namespace": namespace} if namespace else {}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, **place}, "data": data}


def deployment(namespace: str, **spec: Any) -> dict[str, Any]:
    template = {
        "metadata": {"labels": {"app": "web"}},
        "spec": {"containers": [{"name": "web", "image": "example.com/web:1"}]},
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": namespace},
        "spec": {"selector": {"matchLabels": {"app": "web"}}, "template": template, **spec},
    }


def definition(kind: str) -> dict[str, Any]:
    plural = f"{kind.lower()}s"
    size = {"type": "integer", "minimum": 1}
    schema = {
        "type": "object",
        "properties": {"spec": {"type": "object", "properties": {"size": size}}},
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{GROUP}"},
        "spec": {
            "group": GROUP,
            "scope": "Namespaced",
            "names": {"kind": kind, "plural": plural},
            "versions": [
                {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
            ],
        },
    }


def thing(kind: str, namespace: str, size: Any = 1) -> dict[str, Any]:
    metadata = {"name": "one", "namespace": namespace}
    return {"apiVersion": f"{GROUP}/v1", "kind": kind, "metadata": metadata, "spec": {"size": size}}


def applied(
    cluster: ClusterClient,
    manifest: dict[str, Any],
    *,
    dry_run: bool = False,
    field_manager: str = "pulumi",
    force: bool = False,
) -> dict[str, Any]:
    return cluster.apply(manifest, dry_run=dry_run, field_manager=field_manager, force=force)


def rejection(cluster: ClusterClient, manifest: dict[str, Any], **options: Any) -> ClusterRejected:
    with pytest.raises(ClusterRejected) as refused:
        applied(cluster, manifest, **options)
    return refused.value


@pytest.fixture
def nothing_left(control_plane: ControlPlane) -> Iterator[None]:
    """Definitions belong to no namespace, so they are removed one by one."""
    yield
    path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    for each in control_plane.call("GET", path)["items"]:
        if each["spec"]["group"] == GROUP:
            control_plane.call("DELETE", f"{path}/{each['metadata']['name']}")


def test_what_is_applied_is_stored_with_the_servers_defaults(cluster: ClusterClient, namespace: str) -> None:
    live = applied(cluster, deployment(namespace))
    assert live["spec"]["replicas"] == 1
    assert live["metadata"]["uid"]
    assert "managedFields" not in live["metadata"]
    read = cluster.read("apps/v1", "Deployment", namespace, "web")
    assert read is not None
    assert read["metadata"]["uid"] == live["metadata"]["uid"]


def test_applying_the_same_again_changes_nothing(cluster: ClusterClient, namespace: str) -> None:
    first = applied(cluster, config_map("settings", namespace, a="1"))
    again = applied(cluster, config_map("settings", namespace, a="1"))
    assert again["metadata"]["resourceVersion"] == first["metadata"]["resourceVersion"]


def test_an_entry_that_is_left_out_later_is_removed(cluster: ClusterClient, namespace: str) -> None:
    applied(cluster, config_map("settings", namespace, a="1", b="2"))
    assert applied(cluster, config_map("settings", namespace, b="3"))["data"] == {"b": "3"}


def test_what_another_manager_owns_stays_until_it_is_taken_over(
    cluster: ClusterClient, namespace: str
) -> None:
    applied(cluster, deployment(namespace, replicas=1))
    applied(cluster, deployment(namespace, replicas=5), field_manager="autoscaler", force=True)
    refused = rejection(cluster, deployment(namespace, replicas=1))
    assert refused.sentence.startswith(f'Deployment {namespace}/web: "autoscaler" owns spec.replicas.')
    assert refused.field == "spec.replicas"
    assert applied(cluster, deployment(namespace))["spec"]["replicas"] == 5
    assert applied(cluster, deployment(namespace, replicas=1), force=True)["spec"]["replicas"] == 1


def test_a_dry_run_stores_nothing(cluster: ClusterClient, namespace: str) -> None:
    assert applied(cluster, deployment(namespace), dry_run=True)["spec"]["replicas"] == 1
    assert cluster.read("apps/v1", "Deployment", namespace, "web") is None


@pytest.mark.parametrize("dry_run", [True, False])
@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"replica": 1}, "spec.replica"),
        ({"replicas": "one"}, "spec.replicas"),
        ({"replicas": -1}, "spec.replicas"),
    ],
)
def test_an_invalid_object_is_refused_at_its_field(
    cluster: ClusterClient, namespace: str, *, dry_run: bool, spec: dict[str, Any], field: str
) -> None:
    assert rejection(cluster, deployment(namespace, **spec), dry_run=dry_run).field == field
    assert cluster.read("apps/v1", "Deployment", namespace, "web") is None


def test_objects_go_into_the_namespace_of_the_context(control_plane: ControlPlane, namespace: str) -> None:
    kubeconfig = control_plane.kubeconfig_for(
        "administrator", groups=["system:masters"], context="dc1", namespace=namespace
    )
    cluster = connect(kubeconfig, "dc1")
    assert applied(cluster, config_map("settings"))["metadata"]["namespace"] == namespace
    assert cluster.read("v1", "ConfigMap", None, "settings") is not None
    cluster.delete("v1", "ConfigMap", None, "settings", timeout=30, report=print)
    assert cluster.read("v1", "ConfigMap", namespace, "settings") is None


def test_a_namespace_to_come_is_checked_as_far_as_possible(cluster: ClusterClient) -> None:
    with pytest.raises(NotValidated, match=r"its fields are valid.*namespace to-come does not exist yet"):
        applied(cluster, deployment("to-come"), dry_run=True)
    assert rejection(cluster, deployment("to-come", replica=1), dry_run=True).field == "spec.replica"
    assert rejection(cluster, deployment("to-come", replicas=-1), dry_run=True).field == "spec.replicas"
    refused = rejection(cluster, deployment("to-come"))
    assert refused.field == "metadata.namespace"
    assert "depends_on" in refused.sentence


@pytest.mark.usefixtures("nothing_left")
def test_a_definition_and_its_objects_come_in_one_update(cluster: ClusterClient, namespace: str) -> None:
    with pytest.raises(NotValidated, match=r"serves no Widget of things\.example\.com/v1 yet"):
        applied(cluster, thing("Widget", namespace), dry_run=True)
    applied(cluster, definition("Widget"), dry_run=True)
    applied(cluster, definition("Widget"))
    assert applied(cluster, thing("Widget", namespace), dry_run=True)["spec"] == {"size": 1}
    assert applied(cluster, thing("Widget", namespace))["metadata"]["uid"]
    assert rejection(cluster, thing("Widget", namespace, size=0), dry_run=True).field == "spec.size"
    misspelt = thing("Widget", namespace)
    misspelt["metadata"]["lables"] = {"app": "web"}
    assert rejection(cluster, misspelt, dry_run=True).field == "metadata.lables"


@pytest.mark.usefixtures("nothing_left")
def test_an_object_waits_for_a_definition_that_is_applied_beside_it(
    cluster: ClusterClient, namespace: str
) -> None:
    found: list[dict[str, Any]] = []
    waiting = threading.Thread(target=lambda: found.append(applied(cluster, thing("Gadget", namespace))))
    waiting.start()
    applied(cluster, definition("Gadget"))
    waiting.join()
    assert [each["kind"] for each in found] == ["Gadget"]


def test_what_is_gone_counts_as_deleted(cluster: ClusterClient, namespace: str) -> None:
    cluster.delete("v1", "ConfigMap", namespace, "never", timeout=5, report=print)
    cluster.delete("never.example.com/v1", "Never", namespace, "never", timeout=5, report=print)


def test_deletion_takes_what_belongs_to_the_object_with_it(cluster: ClusterClient, namespace: str) -> None:
    applied(cluster, deployment(namespace, replicas=1))
    cluster.delete("apps/v1", "Deployment", namespace, "web", timeout=60, report=print)
    assert cluster.read("apps/v1", "Deployment", namespace, "web") is None


def test_deletion_waits_for_finalizers_and_says_so(cluster: ClusterClient, namespace: str) -> None:
    held = config_map("held", namespace)
    held["metadata"]["finalizers"] = ["example.com/hold"]
    applied(cluster, held)
    said: list[str] = []

    def report(line: str) -> None:
        said.append(line)
        applied(cluster, config_map("held", namespace))  # Its controller lets go.

    cluster.delete("v1", "ConfigMap", namespace, "held", timeout=60, report=report)
    held_by = "the finalizer example.com/hold, which its controller removes"
    assert said == [f"ConfigMap {namespace}/held: deleted, waiting for {held_by}."]
    assert cluster.read("v1", "ConfigMap", namespace, "held") is None


def test_deletion_that_takes_too_long_says_what_it_waits_for(cluster: ClusterClient, namespace: str) -> None:
    held = config_map("held", namespace)
    held["metadata"]["finalizers"] = ["example.com/hold"]
    applied(cluster, held)
    with pytest.raises(ClusterRejected, match=r"still there 0 s after.*the finalizer example\.com/hold"):
        cluster.delete("v1", "ConfigMap", namespace, "held", timeout=0, report=print)
    applied(cluster, config_map("held", namespace))


def test_who_may_not_is_told_what_is_missing(control_plane: ControlPlane, namespace: str) -> None:
    cluster = connect(control_plane.kubeconfig_for("bob"), None)
    refused = rejection(cluster, config_map("settings", namespace))
    assert 'User "bob" cannot patch resource "configmaps"' in refused.sentence
