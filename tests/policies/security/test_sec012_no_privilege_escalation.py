from policies.security.sec012_no_privilege_escalation import RULE
from tests.policies.cases import LATER, Cases
from tests.policies.security.workloads import container, deployment, inference, pod, workflow

SAFE = {"allowPrivilegeEscalation": False}
WRONG = "container 'train' lets processes gain privileges: allowPrivilegeEscalation is {}, not false"
FIELD = "securityContext.allowPrivilegeEscalation"

CASES = Cases(
    rule=RULE,
    good={
        "a container": [pod(container(context=SAFE))],
        "a deployment": [deployment({"containers": [container(context=SAFE)]})],
        "a container of Windows, which has no such thing": [pod(container(), os={"name": "windows"})],
        "a pod without containers of its own": [workflow({}, dag={"tasks": []})],
    },
    bad={
        "a container that says nothing": (
            [pod(container())],
            [f"job.spec.containers[0].{FIELD}: {WRONG.format('not set')}"],
        ),
        "a container that allows it": (
            [pod(container(context=SAFE), container(context={"allowPrivilegeEscalation": True}))],
            [f"job.spec.containers[1].{FIELD}: {WRONG.format('true')}"],
        ),
        "a template of a workflow": (
            [workflow({}, script=container())],
            [f"flow.spec.templates[0].script.{FIELD}: {WRONG.format('not set')}"],
        ),
        "a model server": (
            [inference(model={"modelFormat": {"name": "onnx"}})],
            [
                (
                    f"rank.spec.predictor.model.{FIELD}: "
                    f"{WRONG.format('not set').replace('container ' + repr('train'), 'the container')}"
                )
            ],
        ),
    },
    unknown={
        "a flag from elsewhere": (
            [pod(container(context={"allowPrivilegeEscalation": LATER}))],
            [f"job.spec.containers[0].{FIELD}"],
        ),
        "a system from elsewhere": ([pod(container(), os=LATER)], ["job.spec.os.name"]),
    },
    waived={"a driver": [pod(container())]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
