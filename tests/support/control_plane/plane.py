"""One running control plane: starting, asking, extending and stopping it."""

import atexit
import json
import socket
import subprocess
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from stacks.sandbox.cluster.connection import APPLY, Connection
from stacks.sandbox.kubernetes_backend import ClusterRejected
from tests.support.control_plane import kubeconfig, manifests, processes, programs
from tests.support.control_plane.certificates import Authority
from tests.support.control_plane.commands import HERE, SERVICES_FIRST, Layout
from tests.support.control_plane.errors import ControlPlaneError, Report
from tests.support.control_plane.folders import RunFolder
from tests.support.control_plane.nodes import NodeShape

SECONDS_TO_BE_READY = 90  # It takes three; a machine that is busy building something takes longer.
SECONDS_BETWEEN_QUESTIONS = 0.05
_ATTEMPTS = 3
_AT_ONCE = 8
_TAKEN = "address already in use"

Manifest = dict[str, Any]

CONTEXT = "trunkline-test"
"""The name of the one context in the kubeconfig of a control plane."""

ADMINISTRATORS = "system:masters"
"""The group that RBAC lets do everything."""


@dataclass(frozen=True, slots=True)
class _Running:
    name: str
    process: subprocess.Popen[bytes]
    log: Path


class ControlPlane:
    """A control plane with its own ports, data and certificates.

    ``stop`` ends it; so does the end of the process that started it.
    """

    def __init__(self, executables: Mapping[str, Path], report: Report) -> None:
        """Prepare the files of a control plane; :func:`start` is what callers want."""
        self._report = report
        self._folder = RunFolder()
        self._running: list[_Running] = []
        etcd_port, peer_port, api_port = _free_ports(3)
        authority = Authority(self.folder)
        self._layout = Layout(
            programs=executables,
            folder=self.folder,
            authority=authority,
            servers=authority.issue("servers", "control-plane", addresses=[HERE, SERVICES_FIRST]),
            etcd_port=etcd_port,
            peer_port=peer_port,
            api_port=api_port,
        )
        self.server = f"https://{HERE}:{api_port}"
        self.kubeconfig = self.kubeconfig_for("administrator", groups=[ADMINISTRATORS])
        self._connection = Connection(self.kubeconfig)
        atexit.register(self.stop)

    @property
    def folder(self) -> Path:
        """Where this control plane keeps its files; gone once it is stopped."""
        return self._folder.path

    def kubeconfig_for(
        self, user: str, *, groups: Sequence[str] = (), context: str = CONTEXT, namespace: str = "default"
    ) -> Path:
        """Write a kubeconfig for another identity, or for the same one under another context name."""
        name = f"{user}-{context}-{namespace}".replace(":", "-")
        return kubeconfig.write(
            self.folder / f"{name}.kubeconfig",
            server=self.server,
            authority=self._layout.authority.identity.certificate,
            identity=self._layout.authority.issue(name, user, groups=groups),
            context=context,
            namespace=namespace,
        )

    def run(self) -> None:
        """Start the programs, and return when the API answers and the first service account is there.

        Raises:
            ControlPlaneError: a program ended, or the API was not ready in time.
        """
        self._spawn("etcd", self._layout.etcd())
        self._spawn("kube-apiserver", self._layout.api_server())
        self.wait_until("the API server to be ready", lambda: self._found("/readyz"))
        controllers = self.kubeconfig_for("system:kube-controller-manager", context="controller-manager")
        self._spawn("kube-controller-manager", self._layout.controller_manager(controllers))
        self._spawn("kube-scheduler", self._layout.scheduler(self.kubeconfig_for("system:kube-scheduler")))
        # Until then no pod can be made in that namespace.
        account = "/api/v1/namespaces/default/serviceaccounts/default"
        self.wait_until("the controllers to be ready", lambda: self._found(account))

    def call(
        self, method: str, path: str, body: Manifest | None = None, *, query: Mapping[str, str] | None = None
    ) -> Manifest:
        """Send one request as administrator and return the object that the server answers with.

        Raises:
            ControlPlaneError: the server refused; the text is its own message.
        """
        content_type = APPLY if method == "PATCH" else "application/json"
        answer = self._connection.call(method, path, query=query, body=body, content_type=content_type)
        if not answer.succeeded:
            raise ControlPlaneError(f"{method} {path}: {answer.status} {answer.body.get('message', '')}")
        return answer.body

    def install_custom_resources(self, *names: str) -> None:
        """Install sets of CustomResourceDefinitions (all of them by default) and wait until they are served.

        Sets are named in ``manifests.yaml``. One that is there already is left as it is.
        """
        wanted = manifests.custom_resources(names or manifests.custom_resource_sets(), self._report)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(self._define, wanted))
        for definition in wanted:
            name = definition["metadata"]["name"]
            self.wait_until(f"{name} to be served", partial(self._served, definition))

    def add_nodes(self, count: int, *, prefix: str = "node", shape: NodeShape | None = None) -> list[str]:
        """Add simulated nodes, wait until they are ready, and return their names.

        kwok starts with the first of them. Pods bound to them run and end as their spec says; nothing runs.
        """
        if not any(each.name == "kwok" for each in self._running):
            stages = self.folder / "stages.yaml"
            stages.write_text("\n---\n".join(map(json.dumps, manifests.stages(self._report))))
            player = self.kubeconfig_for("kwok", groups=[ADMINISTRATORS])
            self._spawn("kwok", self._layout.kwok(player, stages))
        names = [f"{prefix}-{number}" for number in range(count)]
        shape = shape or NodeShape()
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(partial(self.call, "POST", "/api/v1/nodes"), map(shape.manifest, names)))
        for name in names:
            self.wait_until(f"node {name} to be ready", partial(self._ready, name))
        return names

    def wait_until(
        self, what: str, done: Callable[[], bool], *, seconds: float = SECONDS_TO_BE_READY
    ) -> None:
        """Ask again and again until ``done`` says yes.

        Raises:
            ControlPlaneError: it did not in time, or a program of the control plane ended meanwhile.
        """
        deadline = time.monotonic() + seconds
        while not done():
            self._check_alive()
            if time.monotonic() > deadline:
                raise ControlPlaneError(f"Waited {seconds:.0f} s for {what}, in vain.\n{self._logs()}")
            time.sleep(SECONDS_BETWEEN_QUESTIONS)

    def stop(self) -> None:
        """End every program and remove the files. The data is worthless: nothing is asked to end politely."""
        atexit.unregister(self.stop)
        self._connection.close()
        while self._running:
            processes.stop(self._running.pop().process)
        self._folder.remove()

    def _spawn(self, name: str, command: Sequence[str]) -> None:
        log = self.folder / f"{name}.log"
        # A folder of its own: the API server writes files into the one it is started in.
        process = processes.spawn(command, log=log, directory=self.folder)
        self._running.append(_Running(name, process, log))

    def _check_alive(self) -> None:
        for each in self._running:
            if each.process.poll() is not None:
                said = processes.tail(each.log)
                raise ControlPlaneError(f"{each.name} ended with {each.process.returncode}.\n{said}")

    def _logs(self) -> str:
        return "\n".join(f"{each.name}:\n{processes.tail(each.log, 5)}" for each in self._running)

    def _found(self, path: str) -> bool:
        try:
            return self._connection.call("GET", path).succeeded
        except ClusterRejected:
            return False  # Nobody listens yet.

    def _define(self, definition: Manifest) -> None:
        path = f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{definition['metadata']['name']}"
        if not self._found(path):
            self.call("PATCH", path, definition, query={"fieldManager": "trunkline-test", "force": "true"})

    def _served(self, definition: Manifest) -> bool:
        spec = definition["spec"]
        paths = [
            f"/apis/{spec['group']}/{v['name']}/{spec['names']['plural']}"
            for v in spec["versions"]
            if v["served"]
        ]
        return all(self._found(f"{path}?limit=1") for path in paths)

    def _ready(self, name: str) -> bool:
        conditions = self.call("GET", f"/api/v1/nodes/{name}").get("status", {}).get("conditions", ())
        return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)


def launch(report: Report) -> ControlPlane:
    """Start a control plane that the caller stops; builds its programs first where the cache lacks them.

    Raises:
        ControlPlaneError: it cannot be built or does not start.
    """
    executables = programs.built(report)
    for attempt in range(1, _ATTEMPTS + 1):
        plane = ControlPlane(executables, report)
        try:
            plane.run()
        except BaseException as error:
            plane.stop()
            # A free port is only free until somebody else takes it.
            if attempt == _ATTEMPTS or _TAKEN not in str(error):
                raise
        else:
            return plane
    raise AssertionError


@contextmanager
def start(report: Report = print) -> Generator[ControlPlane]:
    """Run a control plane for the length of a ``with`` block.

    Raises:
        ControlPlaneError: it cannot be built or does not start.
    """
    plane = launch(report)
    try:
        yield plane
    finally:
        plane.stop()


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server((HERE, 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports
