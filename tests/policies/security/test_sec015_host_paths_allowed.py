from typing import Any

import pytest

from policies.engine import Resource
from policies.security.sec015_host_paths_allowed import RULE
from tests.policies.cases import LATER, Cases, findings, resource, settings, told
from tests.policies.security.workloads import container, pod

PLUGINS = "/var/lib/kubelet/device-plugins"


def volume(path: object) -> dict[str, Any]:
    return {"name": "host", "hostPath": {"path": path}}


def daemons(name: object, path: object, namespace: str = "gpu") -> Resource:
    return resource(
        "kubernetes:apps/v1:DaemonSet",
        "plugin",
        {
            "metadata": {"name": name, "namespace": namespace},
            "spec": {"template": {"spec": {"containers": [container()], "volumes": [volume(path)]}}},
        },
    )


def wrong(path: str) -> str:
    return (
        f"volume 'host' is the directory '{path}' of the node, which the rule does not list for this workload"
    )


AT = "plugin.spec.template.spec.volumes[0].hostPath.path"

CASES = Cases(
    rule=RULE,
    good={
        "other volumes": [pod(container(), volumes=[{"name": "tmp", "emptyDir": {}}])],
        "a device plugin": [daemons("nvidia-device-plugin-daemonset", PLUGINS)],
        "a directory of it": [daemons("nvidia-device-plugin", f"{PLUGINS}/nvidia")],
        "a volume from a driver": [
            resource(
                "kubernetes:core/v1:PersistentVolume",
                "data",
                {"spec": {"csi": {"driver": "efs.csi.aws.com"}}},
            )
        ],
    },
    bad={
        "a pod": (
            [pod(container(), volumes=[volume("/")])],
            [f"job.spec.volumes[0].hostPath.path: {wrong('/')}"],
        ),
        "a pod that is called like a device plugin": (
            [
                resource(
                    "kubernetes:core/v1:Pod",
                    "job",
                    {
                        "metadata": {"name": "nvidia-device-plugin", "namespace": "gpu"},
                        "spec": {"containers": [container()], "volumes": [volume(PLUGINS)]},
                    },
                )
            ],
            [f"job.spec.volumes[0].hostPath.path: {wrong(PLUGINS)}"],
        ),
        "another directory": (
            [daemons("nvidia-device-plugin", "/var/lib/kubelet")],
            [f"{AT}: {wrong('/var/lib/kubelet')}"],
        ),
        "a way out of the directory": (
            [daemons("nvidia-device-plugin", f"{PLUGINS}/../pods")],
            [f"{AT}: {wrong(f'{PLUGINS}/../pods')}"],
        ),
        "another daemon": ([daemons("agent", PLUGINS)], [f"{AT}: {wrong(PLUGINS)}"]),
        "a volume of its own": (
            [
                resource(
                    "kubernetes:core/v1:PersistentVolume", "data", {"spec": {"hostPath": {"path": "/data"}}}
                )
            ],
            ["data.spec.hostPath: the volume is the directory '/data' of whichever node a pod is on"],
        ),
    },
    unknown={
        "a directory from elsewhere": ([daemons("nvidia-device-plugin", LATER)], [AT]),
        "a name from elsewhere": ([daemons(LATER, PLUGINS)], ["plugin.metadata.name"]),
        "volumes from elsewhere": (
            [pod(container(), volumes=LATER)],
            ["job.spec.volumes[*].hostPath"],
        ),
    },
    waived={"a log agent": [pod(container(), volumes=[volume("/var/log")])]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()


@pytest.mark.parametrize(
    ("name", "path", "clean"),
    [("logs", "/var/log/pods", True), ("logs", "/var/logs", False), ("logs-2", "/var/log", False)],
)
def test_a_team_lists_its_own_daemons(name: str, path: str, clean: bool) -> None:  # noqa: FBT001
    found = findings(
        RULE,
        [daemons(name, path, namespace="monitoring")],
        by=settings(RULE, allowed=["monitoring/logs:/var/log"]),
    )
    assert told(found) == ([] if clean else [f"{AT}: {wrong(path)}"])
