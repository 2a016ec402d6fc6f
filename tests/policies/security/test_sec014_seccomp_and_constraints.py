from typing import Any

from policies.engine import Resource
from policies.security.sec014_seccomp_and_constraints import RULE
from tests.policies.cases import LATER, Cases, resource
from tests.policies.security.workloads import container, deployment, inference, pod

SCC = "kubernetes:security.openshift.io/v1:SecurityContextConstraints"
SAFE = {"seccompProfile": {"type": "RuntimeDefault"}}
OPEN = "container 'train' may make every system call: its seccompProfile is not RuntimeDefault"
FIELD = "job.spec.containers[0].securityContext.seccompProfile.type"


def constraints(**changes: Any) -> Resource:
    """Return what restricted-v2 allows, with changes."""
    return resource(
        SCC,
        "ml",
        {
            "metadata": {"name": "ml"},
            "allowHostDirVolumePlugin": False,
            "allowHostIPC": False,
            "allowHostNetwork": False,
            "allowHostPID": False,
            "allowHostPorts": False,
            "allowPrivilegeEscalation": False,
            "allowPrivilegedContainer": False,
            "allowedCapabilities": ["NET_BIND_SERVICE"],
            "requiredDropCapabilities": ["ALL"],
            "runAsUser": {"type": "MustRunAsRange"},
            "seLinuxContext": {"type": "MustRunAs"},
            "seccompProfiles": ["runtime/default"],
            **changes,
        },
    )


CASES = Cases(
    rule=RULE,
    good={
        "a pod": [pod(container(), context=SAFE)],
        "a container": [pod(container(context=SAFE))],
        "a profile of the node": [
            pod(container(), context={"seccompProfile": {"type": "Localhost", "localhostProfile": "ml.json"}})
        ],
        "a deployment": [deployment({"securityContext": SAFE, "containers": [container()]})],
        "a model server": [inference(securityContext=SAFE, model={"modelFormat": {"name": "onnx"}})],
        "a pod of Windows": [pod(container(), os={"name": "windows"})],
        "what restricted-v2 allows": [constraints()],
    },
    bad={
        "a pod that says nothing": ([pod(container())], [f"{FIELD}: {OPEN}"]),
        "a container that takes it back": (
            [pod(container(context={"seccompProfile": {"type": "Unconfined"}}), context=SAFE)],
            [f"{FIELD}: {OPEN}"],
        ),
        "a container without AppArmor": (
            [pod(container(context={"appArmorProfile": {"type": "Unconfined"}}), context=SAFE)],
            [
                (
                    "job.spec.containers[0].securityContext.appArmorProfile.type: container 'train' "
                    "turns AppArmor off"
                )
            ],
        ),
        "a constraint of a privileged kind": (
            [
                constraints(
                    allowPrivilegedContainer=True,
                    allowHostDirVolumePlugin=True,
                    allowPrivilegeEscalation=None,
                    allowedCapabilities=["*"],
                    requiredDropCapabilities=None,
                    runAsUser={"type": "RunAsAny"},
                    seLinuxContext=None,
                    seccompProfiles=["*"],
                )
            ],
            [
                "ml.allowHostDirVolumePlugin: pods that may use the constraint get allowHostDirVolumePlugin",
                (
                    "ml.allowPrivilegeEscalation: processes may gain privileges: "
                    "allowPrivilegeEscalation is not set"
                ),
                "ml.allowPrivilegedContainer: pods that may use the constraint get allowPrivilegedContainer",
                "ml.allowedCapabilities[0]: allowedCapabilities allows '*'",
                (
                    "ml.requiredDropCapabilities: containers keep capabilities: "
                    "requiredDropCapabilities does not name ALL"
                ),
                (
                    "ml.runAsUser.type: pods that may use the constraint choose for themselves: "
                    "runAsUser.type is 'RunAsAny'"
                ),
                (
                    "ml.seLinuxContext.type: pods that may use the constraint choose for themselves: "
                    "seLinuxContext.type is not set"
                ),
                "ml.seccompProfiles[0]: seccompProfiles allows '*'",
            ],
        ),
        "a constraint without a profile": (
            [constraints(seccompProfiles=None)],
            ["ml.seccompProfiles: no seccomp profile is asked for: seccompProfiles is empty"],
        ),
    },
    unknown={
        "a profile from elsewhere": (
            [pod(container(context={"seccompProfile": LATER}))],
            [FIELD],
        ),
        "a flag of a constraint from elsewhere": ([constraints(allowHostPID=LATER)], ["ml.allowHostPID"]),
    },
    waived={"a tracer": [pod(container())], "an agent's constraint": [constraints(allowHostPID=True)]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
