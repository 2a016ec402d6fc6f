from typing import Any

from policies.engine import Resource
from policies.security.sec019_tokens_not_mounted import RULE
from tests.policies.cases import LATER, Cases, findings, resource, settings, told, urn_of
from tests.policies.security.workloads import container, deployment, inference, pod, workflow

ACCOUNT = "kubernetes:core/v1:ServiceAccount"
OWN: dict[str, Any] = {"serviceAccountName": "train", "automountServiceAccountToken": False}


def account(mounts: object = None, namespace: str = "ml") -> Resource:
    metadata = {"name": "train", "namespace": namespace}
    return resource(ACCOUNT, "train", {"metadata": metadata, "automountServiceAccountToken": mounts})


SHARED = "the pod uses the default service account, which every pod of the namespace shares"
MOUNTED = "the pod mounts a token of the API: automountServiceAccountToken is {}, not false"
EVERY = "every pod of the account gets a token of the API: automountServiceAccountToken is {}, not false"

CASES = Cases(
    rule=RULE,
    good={
        "a pod that refuses the token": [pod(container(), **OWN)],
        "a deployment": [deployment({**OWN, "containers": [container()]})],
        "an account that refuses it for its pods": [
            account(mounts=False),
            pod(container(), serviceAccountName="train"),
        ],
        "the same before the account has a name": [
            resource(
                ACCOUNT, "train", {"metadata": {"namespace": "ml"}, "automountServiceAccountToken": False}
            ),
            resource(
                "kubernetes:core/v1:Pod",
                "job",
                {
                    "metadata": {"namespace": "ml"},
                    "spec": {"containers": [container()], "serviceAccountName": LATER},
                },
                made_from={"spec": [urn_of(ACCOUNT, "train")]},
            ),
        ],
        "a workflow that says so around its templates": [workflow(OWN, container=container())],
        "a model server": [inference(**OWN, model={"modelFormat": {"name": "onnx"}})],
        "a runtime, which has no account": [
            resource(
                "kubernetes:serving.kserve.io/v1alpha1:ServingRuntime",
                "onnx",
                {"spec": {"containers": [container()]}},
            )
        ],
    },
    bad={
        "a pod that says nothing": (
            [pod(container())],
            [
                f"job.spec.automountServiceAccountToken: {MOUNTED.format('not set')}",
                f"job.spec.serviceAccountName: {SHARED}",
            ],
        ),
        "a pod that asks for the default account": (
            [pod(container(), serviceAccountName="default", automountServiceAccountToken=False)],
            [f"job.spec.serviceAccountName: {SHARED}"],
        ),
        "a pod that takes the token": (
            [
                account(mounts=False),
                pod(container(), serviceAccountName="train", automountServiceAccountToken=True),
            ],
            [f"job.spec.automountServiceAccountToken: {MOUNTED.format('true')}"],
        ),
        "an account of another namespace": (
            [account(mounts=False, namespace="web"), pod(container(), serviceAccountName="train")],
            [f"job.spec.automountServiceAccountToken: {MOUNTED.format('not set')}"],
        ),
        "an account that says nothing": (
            [account()],
            [f"train.automountServiceAccountToken: {EVERY.format('not set')}"],
        ),
        "an account that gives it": (
            [account(mounts=True)],
            [f"train.automountServiceAccountToken: {EVERY.format('true')}"],
        ),
        "a model server": (
            [inference(model={"modelFormat": {"name": "onnx"}})],
            [
                f"rank.spec.predictor.automountServiceAccountToken: {MOUNTED.format('not set')}",
                f"rank.spec.predictor.serviceAccountName: {SHARED}",
            ],
        ),
    },
    unknown={
        "a flag from elsewhere": (
            [pod(container(), serviceAccountName="train", automountServiceAccountToken=LATER)],
            ["job.spec.automountServiceAccountToken"],
        ),
        "one of the accounts of the namespace, perhaps": (
            [
                account(mounts=False),
                pod(container(), serviceAccountName=LATER, automountServiceAccountToken=False),
            ],
            ["job.spec.serviceAccountName"],
        ),
        "an account from elsewhere": (
            [pod(container(), serviceAccountName=LATER, automountServiceAccountToken=False)],
            ["job.spec.serviceAccountName"],
        ),
    },
    waived={"an operator": [account(mounts=True)]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()


def test_a_team_lists_who_needs_the_token() -> None:
    by = settings(RULE, tokenMounters=["ml/train"])
    mounting = pod(container(), serviceAccountName="train", automountServiceAccountToken=True)
    assert told(findings(RULE, [account(mounts=True), mounting], by=by)) == []
    other = pod(container(), serviceAccountName="other", automountServiceAccountToken=True)
    assert told(findings(RULE, [other], by=by)) == [
        f"job.spec.automountServiceAccountToken: {MOUNTED.format('true')}"
    ]
