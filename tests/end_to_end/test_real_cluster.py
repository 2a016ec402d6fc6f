"""An on-prem site on a real Kubernetes control plane, with strict validation, through the real engine."""

import os
from collections.abc import Iterator

import pytest

from tests.end_to_end.project import Project, custom
from tests.support.control_plane.plane import ControlPlane

pytestmark = [pytest.mark.engine, pytest.mark.control_plane]

PLATFORM = """\
platform: real-onprem
owner: {team: platform, contact: platform@real.example}
tags: {cost-centre: cc-1, data-product: trial}
sites:
  dc1: {kind: kubernetes, context: dc1, cidr: 10.0.0.0/16, pods: 10.244.0.0/16, country: DE}
objectStores:
  raw: {site: dc1, noncurrentAfter: 90d, accessLogs: logs}
  logs: {site: dc1, expireAfter: 400d}
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, control_plane: ControlPlane) -> Iterator[Project]:
    control_plane.install_custom_resources("rook")
    kubeconfig = control_plane.kubeconfig_for("administrator", groups=["system:masters"], context="dc1")
    project = Project.make(tmp_path_factory.mktemp("real"), platform=PLATFORM)
    project.trunkline("sandbox", "up", "--cluster", f"dc1={kubeconfig}", "--parent", str(os.getpid()))
    yield project
    project.trunkline("sandbox", "down")


def test_everything_the_site_emits_is_accepted(project: Project, control_plane: ControlPlane) -> None:
    project.run("preview")
    project.up()

    held = control_plane.call("GET", "/api/v1/namespaces/real-onprem")
    assert held["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    claims = control_plane.call(
        "GET", "/apis/objectbucket.io/v1alpha1/namespaces/real-onprem/objectbucketclaims"
    )
    assert len(claims["items"]) == 2
    policies = control_plane.call("GET", "/apis/networking.k8s.io/v1/namespaces/real-onprem/networkpolicies")
    assert any(item["spec"]["podSelector"] == {} for item in policies["items"])


def test_a_second_update_changes_nothing(project: Project) -> None:
    project.run("preview", "--refresh", "--expect-no-changes")


def test_a_field_that_somebody_else_took_over_is_refused_at_preview(
    project: Project, control_plane: ControlPlane
) -> None:
    quota = next(r for r in custom(project.state()) if r["type"] == "kubernetes:core/v1:ResourceQuota")
    path = f"/api/v1/namespaces/real-onprem/resourcequotas/{quota['outputs']['metadata']['name']}"
    key = min(control_plane.call("GET", path)["spec"]["hard"])
    control_plane.call(
        "PATCH",
        path,
        {"apiVersion": "v1", "kind": "ResourceQuota", "spec": {"hard": {key: "1"}}},
        query={"fieldManager": "somebody", "force": "true"},
    )

    refused = project.run("preview", "--refresh", expect=None)

    assert refused.returncode != 0
    assert f'"somebody" owns spec.hard.{key}' in refused.stdout


def test_destroy_removes_it_from_the_cluster(project: Project, control_plane: ControlPlane) -> None:
    project.run("destroy", "--yes", "--skip-preview")

    names = [n["metadata"]["name"] for n in control_plane.call("GET", "/api/v1/namespaces")["items"]]
    assert "real-onprem" not in names
    assert project.state() == []
