"""Programs against a real control plane, through the real engine and the sandbox's kubernetes provider."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from stacks.sandbox import Sandbox
from tests.support.control_plane import ControlPlane
from tests.support.control_plane.plane import CONTEXT
from tests.support.engine import Project, ProjectFactory

pytestmark = [pytest.mark.engine, pytest.mark.control_plane]

HEADER = f"""
import pulumi
import pulumi_kubernetes as k8s

provider = k8s.Provider("dc1", context={CONTEXT!r}, cluster_identifier="dc1", namespace=NAMESPACE)
here = pulumi.ResourceOptions(provider=provider)
"""


@dataclass(frozen=True, slots=True)
class Program:
    """A program whose text can be changed between two runs."""

    project: Project
    namespace: str

    def write(self, text: str) -> None:
        header = HEADER.replace("NAMESPACE", repr(self.namespace))
        (self.project.folder / "__main__.py").write_text(header + dedent(text))

    def up(self, text: str) -> str:
        self.write(text)
        return self.project.pulumi("up", "--yes", "--skip-preview").stdout

    def refused(self, command: str, text: str, *options: str) -> str:
        self.write(text)
        done = self.project.pulumi(command, *options, check=False)
        assert done.returncode != 0, done.stdout
        assert "Traceback" not in done.stdout + done.stderr
        return done.stdout


@pytest.fixture
def program(
    project: ProjectFactory, control_plane: ControlPlane, namespace: str, tmp_path: Path
) -> Iterator[Program]:
    with Sandbox(tmp_path / "sandbox").start(clusters={CONTEXT: control_plane.kubeconfig}) as sandbox:
        yield Program(project("", **sandbox.environment), namespace)


@pytest.fixture
def get(control_plane: ControlPlane, namespace: str) -> Callable[[str], dict[str, Any]]:
    """Read an object of the test's namespace from the cluster itself."""

    def read(path: str) -> dict[str, Any]:
        group = "/api/v1" if path.startswith(("configmaps", "secrets")) else "/apis/apps/v1"
        return control_plane.call("GET", f"{group}/namespaces/{namespace}/{path}")

    return read


def settings(**data: str) -> str:
    return f"""
    k8s.core.v1.ConfigMap("settings", metadata={{"name": "settings"}}, data={data!r}, opts=here)
    """


WEB = """
k8s.apps.v1.Deployment(
    "web",
    metadata={{"name": "web"}},
    spec={{
        "replicas": {replicas},
        "selector": {{"match_labels": {{"app": "web"}}}},
        "template": {{
            "metadata": {{"labels": {{"app": "web"}}}},
            "spec": {{"containers": [{{"name": "web", "image": "example.com/web:1"}}]}},
        }},
    }},
    opts=here,
)
"""


def web(replicas: Any) -> str:
    return WEB.format(replicas=replicas)


def scale(control_plane: ControlPlane, namespace: str, replicas: int) -> None:
    """Do what an autoscaler does: own the number of replicas."""
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments/web"
    manifest: dict[str, Any] = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}}
    manifest["spec"] = {"replicas": replicas}
    control_plane.call("PATCH", path, manifest, query={"fieldManager": "autoscaler", "force": "true"})


def test_what_a_program_declares_is_in_the_cluster_and_a_second_run_changes_nothing(
    program: Program, get: Callable[[str], dict[str, Any]]
) -> None:
    auto = '\nk8s.core.v1.ConfigMap("auto", data={"a": "1"}, opts=here)\n'
    program.up(web(2) + auto)
    assert get("deployments/web")["spec"]["replicas"] == 2
    named = [
        name for each in get("configmaps")["items"] if (name := each["metadata"]["name"]).startswith("auto-")
    ]
    assert len(named) == 1
    program.project.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes")
    program.project.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes")
    program.up(web(3) + auto)
    assert get("deployments/web")["spec"]["replicas"] == 3
    assert get(f"configmaps/{named[0]}")["data"] == {"a": "1"}
    program.project.pulumi("destroy", "--yes", "--skip-preview")
    assert get("deployments")["items"] == []


def test_a_preview_refuses_invalid_objects_and_stores_nothing(
    program: Program, get: Callable[[str], dict[str, Any]]
) -> None:
    said = program.refused("preview", web(-1))
    refusal = "refused by the cluster: spec.replicas: Invalid value: -1"
    assert f"Deployment {program.namespace}/web: {refusal}" in said
    program.write(web(2))
    program.project.pulumi("preview")
    assert get("deployments")["items"] == []


def test_what_another_manager_owns_is_named_and_can_be_taken_over(
    program: Program, control_plane: ControlPlane, get: Callable[[str], dict[str, Any]]
) -> None:
    program.up(web(2))
    scale(control_plane, program.namespace, 7)
    said = program.refused("preview", web(3))
    assert '"autoscaler" owns spec.replicas' in said
    assert get("deployments/web")["spec"]["replicas"] == 7
    forced = web(3).replace(
        '"name": "web"}', '"name": "web", "annotations": {"pulumi.com/patchForce": "true"}}', 1
    )
    program.up(forced)
    assert get("deployments/web")["spec"]["replicas"] == 3


def test_refresh_finds_what_others_did_and_the_next_run_puts_it_right(
    program: Program, control_plane: ControlPlane, get: Callable[[str], dict[str, Any]]
) -> None:
    program.up(web(2))
    scale(control_plane, program.namespace, 7)
    assert "replicas" in program.project.pulumi("refresh", "--yes", "--skip-preview", "--diff").stdout
    # The autoscaler owns the field: the preview shows the change and says why it will not do.
    said = program.project.pulumi("preview", "--diff", check=False).stdout
    assert "7 => 2" in said
    control_plane.call("DELETE", f"/apis/apps/v1/namespaces/{program.namespace}/deployments/web")
    program.project.pulumi("up", "--refresh", "--yes", "--skip-preview")
    assert get("deployments/web")["spec"]["replicas"] == 2


WORLD = """
spec = {"type": "object", "properties": {"size": {"type": "integer"}}}
schema = {"open_apiv3_schema": {"type": "object", "properties": {"spec": spec}}}
k8s.apiextensions.v1.CustomResourceDefinition(
    "parts",
    metadata={"name": "parts.engine.example.com"},
    spec={
        "group": "engine.example.com",
        "scope": "Namespaced",
        "names": {"kind": "Part", "plural": "parts"},
        "versions": [{"name": "v1", "served": True, "storage": True, "schema": schema}],
    },
    opts=here,
)
k8s.apiextensions.CustomResource(
    "one",
    api_version="engine.example.com/v1",
    kind="Part",
    metadata={"name": "one"},
    spec={"size": SIZE},
    opts=here,
)

namespace = k8s.core.v1.Namespace("team", metadata={"name": "TEAM"}, opts=here)
k8s.core.v1.ConfigMap(
    "settings",
    metadata={"name": "settings", "namespace": namespace.metadata.name},
    data={"a": "1"},
    opts=here,
)
"""


def test_namespaces_and_definitions_come_and_go_with_what_needs_them(
    program: Program, control_plane: ControlPlane
) -> None:
    team = f"{program.namespace}-b"
    world = WORLD.replace("TEAM", team)
    program.write(world.replace("SIZE", "1"))
    said = program.project.pulumi("preview").stdout
    assert f"namespace {team} does not exist yet" in said
    assert "the cluster serves no Part of engine.example.com/v1 yet" in said
    program.up(world.replace("SIZE", "1"))
    path = f"/apis/engine.example.com/v1/namespaces/{program.namespace}/parts/one"
    assert control_plane.call("GET", path)["spec"] == {"size": 1}
    assert control_plane.call("GET", f"/api/v1/namespaces/{team}/configmaps/settings")["data"] == {"a": "1"}
    assert "spec.size" in program.refused("preview", world.replace("SIZE", "'big'"))
    program.project.pulumi("destroy", "--yes", "--skip-preview")
    names = [each["metadata"]["name"] for each in control_plane.call("GET", "/api/v1/namespaces")["items"]]
    assert team not in names


def test_secrets_stay_secret(program: Program, get: Callable[[str], dict[str, Any]]) -> None:
    text = """
    password = {"password": "hunter2"}
    keys = k8s.core.v1.Secret("keys", metadata={"name": "keys"}, string_data=password, opts=here)
    pulumi.export("data", keys.data)
    """
    said = program.up(text)
    assert get("secrets/keys")["data"] == {"password": "aHVudGVyMg=="}
    state = program.project.pulumi("stack", "export").stdout
    for shown in (said, state):
        assert "hunter2" not in shown
        assert "aHVudGVyMg==" not in shown
    assert program.project.outputs() == {"data": {"password": "aHVudGVyMg=="}}
    program.project.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes")


def test_what_is_in_the_cluster_already_can_be_imported(
    program: Program, control_plane: ControlPlane
) -> None:
    path = f"/api/v1/namespaces/{program.namespace}/configmaps"
    control_plane.call("POST", path, {"metadata": {"name": "theirs"}, "data": {"a": "1"}})
    text = f"""
    k8s.core.v1.ConfigMap(
        "theirs",
        metadata={{"name": "theirs", "namespace": {program.namespace!r}}},
        data={{"a": "1"}},
        opts=here.merge(pulumi.ResourceOptions(import_="{program.namespace}/theirs")),
    )
    """
    assert "1 imported" in program.up(text)
    program.project.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes")


def test_a_patch_adds_fields_and_takes_them_away_again(
    program: Program, control_plane: ControlPlane, get: Callable[[str], dict[str, Any]]
) -> None:
    path = f"/api/v1/namespaces/{program.namespace}/configmaps"
    control_plane.call("POST", path, {"metadata": {"name": "theirs"}, "data": {"theirs": "1"}})
    text = """
    k8s.core.v1.ConfigMapPatch("ours", metadata={"name": "theirs"}, data={"ours": "2"}, opts=here)
    """
    program.up(text)
    assert get("configmaps/theirs")["data"] == {"theirs": "1", "ours": "2"}
    program.project.pulumi("destroy", "--yes", "--skip-preview")
    assert get("configmaps/theirs")["data"] == {"theirs": "1"}


def test_destroy_waits_for_finalizers_and_says_what_for(
    program: Program, control_plane: ControlPlane, get: Callable[[str], dict[str, Any]]
) -> None:
    held = """
    k8s.core.v1.ConfigMap(
        "held",
        metadata={"name": "held", "finalizers": ["example.com/hold"]},
        opts=here.merge(pulumi.ResourceOptions(custom_timeouts={"delete": "2s"})),
    )
    """
    program.up(held)
    done = program.project.pulumi("destroy", "--yes", "--skip-preview", check=False)
    assert done.returncode != 0
    assert "still there 2 s after it was deleted" in done.stdout
    assert "example.com/hold" in done.stdout
    path = f"/api/v1/namespaces/{program.namespace}/configmaps/held"
    live = get("configmaps/held")
    live["metadata"]["finalizers"] = []
    control_plane.call("PUT", path, live)
    program.project.pulumi("destroy", "--yes", "--skip-preview")


def test_a_cluster_that_is_gone_is_a_sentence(
    project: ProjectFactory, control_plane: ControlPlane, tmp_path: Path
) -> None:
    config = tmp_path / "gone"
    config.write_text(
        control_plane.kubeconfig.read_text().replace(control_plane.server, "https://127.0.0.1:1")
    )
    with Sandbox(tmp_path / "sandbox").start(clusters={CONTEXT: config}) as sandbox:
        program = Program(project("", **sandbox.environment), "default")
        said = program.refused("preview", settings(a="1"))
    assert "https://127.0.0.1:1 does not answer" in said
