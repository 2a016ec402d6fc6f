"""The real control plane: what tests rely on, and that it never outlives them."""

import os
import re
import signal
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.support.control_plane import ControlPlane, ControlPlaneError, NodeShape, plane, programs
from tests.support.control_plane.folders import RunFolder

pytestmark = pytest.mark.control_plane


@pytest.fixture
def namespace(control_plane: ControlPlane) -> str:
    name = f"test-{uuid.uuid4().hex[:8]}"
    control_plane.call("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
    return name


def pod(name: str, **spec: Any) -> dict[str, Any]:
    return {"metadata": {"name": name}, "spec": {"containers": [{"name": "only", "image": "x"}], **spec}}


def may(control_plane: ControlPlane, user: str, namespace: str) -> bool:
    question = {
        "spec": {
            "user": user,
            "resourceAttributes": {"namespace": namespace, "verb": "get", "resource": "pods"},
        }
    }
    path = "/apis/authorization.k8s.io/v1/subjectaccessreviews"
    return control_plane.call("POST", path, question)["status"]["allowed"]


def test_it_is_the_pinned_kubernetes(control_plane: ControlPlane) -> None:
    assert control_plane.call("GET", "/version")["gitVersion"] == "v1.36.3"


def test_roles_decide_who_may_do_what(control_plane: ControlPlane, namespace: str) -> None:
    assert not may(control_plane, "alice", namespace)
    binding = {
        "metadata": {"name": "alice-views"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"},
        "subjects": [{"kind": "User", "name": "alice", "apiGroup": "rbac.authorization.k8s.io"}],
    }
    path = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}/rolebindings"
    control_plane.call("POST", path, binding)
    control_plane.wait_until("the binding to hold", lambda: may(control_plane, "alice", namespace))


def test_custom_resources_are_served_and_checked(control_plane: ControlPlane, namespace: str) -> None:
    control_plane.install_custom_resources("rook")
    path = f"/apis/ceph.rook.io/v1/namespaces/{namespace}/cephobjectstores/main"

    def store(instances: object) -> dict[str, Any]:
        manifest: dict[str, Any] = {"apiVersion": "ceph.rook.io/v1", "kind": "CephObjectStore"}
        manifest |= {"metadata": {"name": "main"}, "spec": {"gateway": {"instances": instances, "port": 80}}}
        return control_plane.call("PATCH", path, manifest, query={"fieldManager": "test", "dryRun": "All"})

    with pytest.raises(ControlPlaneError, match=r"instances: expected"):
        store("two")
    assert store(2)["spec"]["gateway"]["instances"] == 2


def test_simulated_nodes_run_as_many_gpu_pods_as_they_have_gpus(
    control_plane: ControlPlane, namespace: str
) -> None:
    label = {"test": namespace}
    control_plane.add_nodes(
        2, prefix=namespace, shape=NodeShape(resources={"nvidia.com/gpu": 4}, labels=label)
    )
    limits = {"resources": {"limits": {"nvidia.com/gpu": "4"}}}
    spec = {"containers": [{"name": "only", "image": "x", **limits}], "nodeSelector": label}
    path = f"/api/v1/namespaces/{namespace}/pods"
    for number in range(3):
        control_plane.call("POST", path, pod(f"train-{number}", **spec))

    def phases() -> list[str]:
        return sorted(each["status"]["phase"] for each in control_plane.call("GET", path)["items"])

    control_plane.wait_until("two pods to run", lambda: phases() == ["Pending", "Running", "Running"])


def test_it_ends_when_its_process_is_killed() -> None:
    command = [sys.executable, "-u", "-m", "tests.support.control_plane", "--bare", "--nodes", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        said = ""
        while "Stop it with" not in said:
            line = process.stdout.readline()
            assert line, f"it ended before it was up:\n{said}"
            said += line
        kubeconfig = re.search(r"KUBECONFIG=(\S+)", said)
        assert kubeconfig is not None
        children = psutil.Process(process.pid).children(recursive=True)
        names = {child.name() for child in children}
        assert {"etcd", "kube-apiserver", "kube-scheduler"} <= names
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    assert psutil.wait_procs(children, timeout=30)[1] == []
    folder = Path(kubeconfig[1]).parent
    assert folder.is_dir()
    RunFolder().remove()  # Whoever comes next tidies up.
    assert not folder.exists()


def test_it_ends_on_ctrl_c_and_leaves_nothing() -> None:
    command = [sys.executable, "-u", "-m", "tests.support.control_plane", "--bare", "--nodes", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert process.stdout is not None
        said = ""
        while "Stop it with" not in said:
            line = process.stdout.readline()
            assert line, f"it ended before it was up:\n{said}"
            said += line
        children = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 0
    assert "Traceback" not in rest
    assert psutil.wait_procs(children, timeout=30)[1] == []
    folder = re.search(r"KUBECONFIG=(\S+)", said)
    assert folder is not None
    assert not Path(folder[1]).parent.exists()


def test_a_program_that_ends_by_itself_is_an_error_with_its_last_words(control_plane: ControlPlane) -> None:
    del control_plane  # Only so that the programs are built.
    broken = plane.ControlPlane(programs.built(print) | {"etcd": Path("/bin/false")}, print)
    try:
        with pytest.raises(ControlPlaneError, match=r"etcd ended with 1"):
            broken.run()
    finally:
        broken.stop()
