from policies.security.sec011_run_as_non_root import RULE
from tests.policies.cases import LATER, Cases
from tests.policies.security.workloads import container, deployment, inference, pod, workflow

SAFE = {"runAsNonRoot": True}
NOTHING = "{} may run as root: neither runAsNonRoot nor a runAsUser other than 0 is set for it"
TRAIN, FETCH = NOTHING.format("container 'train'"), NOTHING.format("container 'fetch'")


CASES = Cases(
    rule=RULE,
    good={
        "a container that says so": [pod(container(context=SAFE))],
        "a pod that says so for all": [pod(container(), container("side"), context=SAFE)],
        "a named user": [pod(container(context={"runAsUser": 1000}))],
        "a deployment": [deployment({"securityContext": SAFE, "containers": [container()]})],
        "a workflow that says so around its templates": [
            workflow({"securityContext": SAFE}, container=container())
        ],
        "a model server": [inference(securityContext=SAFE, model={"modelFormat": {"name": "onnx"}})],
    },
    bad={
        "a container that says nothing": (
            [pod(container())],
            [f"job.spec.containers[0].securityContext.runAsNonRoot: {TRAIN}"],
        ),
        "a container that takes back what its pod says": (
            [pod(container(context={"runAsNonRoot": False}), context=SAFE)],
            [f"job.spec.containers[0].securityContext.runAsNonRoot: {TRAIN}"],
        ),
        "one that only prepares": (
            [pod(container(context=SAFE), initContainers=[container("fetch")])],
            [f"job.spec.initContainers[0].securityContext.runAsNonRoot: {FETCH}"],
        ),
        "root by number": (
            [pod(container(context={"runAsUser": 0}), context=SAFE)],
            [
                (
                    "job.spec.containers[0].securityContext.runAsUser: container 'train' runs as user 0, "
                    "which is root"
                )
            ],
        ),
        "an administrator of Windows": (
            [
                pod(
                    container(
                        context={**SAFE, "windowsOptions": {"runAsUserName": "ContainerAdministrator"}}
                    ),
                    os={"name": "windows"},
                )
            ],
            [
                (
                    "job.spec.containers[0].securityContext.windowsOptions.runAsUserName: container "
                    "'train' runs as administrator: 'ContainerAdministrator'"
                )
            ],
        ),
        "a template of a workflow": (
            [workflow({}, container=container())],
            [f"flow.spec.templates[0].container.securityContext.runAsNonRoot: {TRAIN}"],
        ),
        "a model server": (
            [inference(model={"modelFormat": {"name": "onnx"}})],
            [f"rank.spec.predictor.model.securityContext.runAsNonRoot: {NOTHING.format('the container')}"],
        ),
    },
    unknown={
        "a flag from elsewhere": (
            [pod(container(context={"runAsNonRoot": LATER}))],
            ["job.spec.containers[0].securityContext.runAsNonRoot"],
        ),
        "a user from elsewhere": (
            [pod(container(context={"runAsUser": LATER, **SAFE}))],
            ["job.spec.containers[0].securityContext.runAsUser"],
        ),
    },
    waived={"a driver": [pod(container(context={"runAsUser": 0}))]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
