import pytest

from policies.engine import Resource
from policies.security.sec009_no_privileged_containers import RULE
from tests.policies.cases import LATER, Cases, findings, resource, told

POD = "kubernetes:core/v1:Pod"
ROOT = {"name": "root", "securityContext": {"privileged": True}}
PLAIN = {"name": "plain", "securityContext": {"runAsNonRoot": True}}


def pod(**spec: object) -> Resource:
    return resource(POD, "job", {"metadata": {"name": "job"}, "spec": spec})


CASES = Cases(
    rule=RULE,
    good={
        "a plain pod": [pod(containers=[PLAIN])],
        "a pod that says no": [pod(containers=[{"name": "a", "securityContext": {"privileged": False}}])],
        "a deployment": [
            resource(
                "kubernetes:apps/v1:Deployment",
                "web",
                {"spec": {"template": {"spec": {"containers": [PLAIN]}}}},
            )
        ],
    },
    bad={
        "a container": (
            [pod(containers=[PLAIN, ROOT])],
            ["job.spec.containers[1].securityContext.privileged: container 'root' is privileged"],
        ),
        "one that only prepares": (
            [pod(containers=[PLAIN], initContainers=[ROOT])],
            ["job.spec.initContainers[0].securityContext.privileged: container 'root' is privileged"],
        ),
        "one for debugging": (
            [pod(containers=[PLAIN], ephemeralContainers=[ROOT])],
            ["job.spec.ephemeralContainers[0].securityContext.privileged: container 'root' is privileged"],
        ),
        "a Windows host process": (
            [pod(containers=[PLAIN], securityContext={"windowsOptions": {"hostProcess": True}})],
            ["job.spec.securityContext.windowsOptions.hostProcess: the pod is a host process"],
        ),
        "a list of pods": (
            [
                resource(
                    "kubernetes:core/v1:PodList",
                    "jobs",
                    {"items": [{"spec": {"containers": [PLAIN]}}, {"spec": {"containers": [ROOT]}}]},
                )
            ],
            ["jobs.items[1].spec.containers[0].securityContext.privileged: container 'root' is privileged"],
        ),
    },
    unknown={
        "a flag from elsewhere": (
            [pod(containers=[{"name": "a", "securityContext": {"privileged": LATER}}])],
            ["job.spec.containers[0].securityContext.privileged"],
        ),
        "containers from elsewhere": (
            [pod(containers=LATER)],
            [
                "job.spec.containers[*].securityContext.privileged",
                "job.spec.containers[*].securityContext.windowsOptions.hostProcess",
            ],
        ),
    },
    waived={"a node agent": [pod(containers=[ROOT])]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()


TEMPLATE = {"spec": {"containers": [ROOT]}}
JOBS = [{"name": "w", "template": {"spec": {"template": TEMPLATE}}}]


@pytest.mark.parametrize(
    ("token", "inputs", "path"),
    [
        ("core/v1:PodTemplate", {"template": TEMPLATE}, "template.spec.containers[0]"),
        (
            "core/v1:ReplicationController",
            {"spec": {"template": TEMPLATE}},
            "spec.template.spec.containers[0]",
        ),
        ("apps/v1:Deployment", {"spec": {"template": TEMPLATE}}, "spec.template.spec.containers[0]"),
        ("apps/v1:DeploymentPatch", {"spec": {"template": TEMPLATE}}, "spec.template.spec.containers[0]"),
        (
            "extensions/v1beta1:DaemonSet",
            {"spec": {"template": TEMPLATE}},
            "spec.template.spec.containers[0]",
        ),
        ("apps/v1:DaemonSet", {"spec": {"template": TEMPLATE}}, "spec.template.spec.containers[0]"),
        ("apps/v1:ReplicaSet", {"spec": {"template": TEMPLATE}}, "spec.template.spec.containers[0]"),
        ("apps/v1:StatefulSet", {"spec": {"template": TEMPLATE}}, "spec.template.spec.containers[0]"),
        ("batch/v1:Job", {"spec": {"template": TEMPLATE}}, "spec.template.spec.containers[0]"),
        (
            "batch/v1:CronJob",
            {"spec": {"jobTemplate": {"spec": {"template": TEMPLATE}}}},
            "spec.jobTemplate.spec.template.spec.containers[0]",
        ),
        (
            "apps/v1:DeploymentList",
            {"items": [{"spec": {"template": TEMPLATE}}]},
            "items[0].spec.template.spec.containers[0]",
        ),
        (
            "jobset.x-k8s.io/v1alpha2:JobSet",
            {"spec": {"replicatedJobs": JOBS}},
            "spec.replicatedJobs[0].template.spec.template.spec.containers[0]",
        ),
        (
            "kubeflow.org/v1:PyTorchJob",
            {"spec": {"pytorchReplicaSpecs": {"Worker": {"template": TEMPLATE}}}},
            "spec.pytorchReplicaSpecs.Worker.template.spec.containers[0]",
        ),
        (
            "ray.io/v1:RayCluster",
            {"spec": {"workerGroupSpecs": [{"template": TEMPLATE}]}},
            "spec.workerGroupSpecs[0].template.spec.containers[0]",
        ),
        (
            "serving.kserve.io/v1beta1:InferenceService",
            {"spec": {"predictor": {"model": ROOT}}},
            "spec.predictor.model",
        ),
        (
            "argoproj.io/v1alpha1:WorkflowTemplate",
            {"spec": {"templates": [{"name": "train", "container": ROOT}]}},
            "spec.templates[0].container",
        ),
    ],
)
def test_every_kind_that_holds_pods(token: str, inputs: dict[str, object], path: str) -> None:
    workload = resource(f"kubernetes:{token}", "job", inputs)
    assert told(findings(RULE, [workload])) == [
        f"job.{path}.securityContext.privileged: container 'root' is privileged"
    ]
