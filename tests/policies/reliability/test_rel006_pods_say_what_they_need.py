from typing import Any

from policies.engine import Resource
from policies.reliability.rel006_pods_say_what_they_need import RULE
from tests.policies.cases import LATER, Cases, resource, urn_of

JOB = "kubernetes:batch/v1:Job"
NAMESPACE = "kubernetes:core/v1:Namespace"
QUOTA = "kubernetes:core/v1:ResourceQuota"
LIMITS = "kubernetes:core/v1:LimitRange"
SERVICE = "kubernetes:serving.kserve.io/v1beta1:InferenceService"
BOTH = {"cpu": "1", "memory": "2Gi"}
ENOUGH = {"requests": BOTH, "limits": BOTH}
WHOLE = "and its limit is not the same: such a resource is given whole or not at all"
AT = "train.spec.template.spec.containers[0].resources"


def job(resources: object, namespace: object = "ml", **pod: object) -> Resource:
    spec = {"containers": [{"name": "main", "image": "train:1", "resources": resources}], **pod}
    return resource(
        JOB,
        "train",
        {"metadata": {"name": "train", "namespace": namespace}, "spec": {"template": {"spec": spec}}},
    )


def home(name: object = "ml") -> Resource:
    return resource(NAMESPACE, "home", {"metadata": {"name": name}})


def inside(token: str, name: str, spec: dict[str, Any], namespace: object = "ml") -> Resource:
    made_from = {"metadata": [urn_of(NAMESPACE, "home")]} if namespace == LATER else None
    metadata = {"name": name, "namespace": namespace}
    return resource(token, name, {"metadata": metadata, "spec": spec}, made_from=made_from)


def quota(namespace: object = "ml", **hard: object) -> Resource:
    return inside(QUOTA, "quota", {"hard": hard or {"requests.cpu": "64"}}, namespace)


def limits(namespace: object = "ml", **row: object) -> Resource:
    row = {"type": "Container", "default": BOTH, "defaultRequest": BOTH, **row}
    return inside(LIMITS, "limits", {"limits": [row]}, namespace)


CASES = Cases(
    rule=RULE,
    good={
        "requests and limits": [job(ENOUGH)],
        "limits stand for requests": [job({"limits": BOTH})],
        "what the namespace gives": [job(None), limits()],
        "a GPU": [job({"limits": {**BOTH, "nvidia.com/gpu": "1"}})],
        "a GPU in both": [
            job({"requests": {**BOTH, "nvidia.com/gpu": "1"}, "limits": {**BOTH, "nvidia.com/gpu": "1"}})
        ],
        "a container for debugging": [job(ENOUGH, ephemeralContainers=[{"name": "shell"}])],
        "a model gets what its runtime has": [
            resource(SERVICE, "ranker", {"spec": {"predictor": {"model": {"modelFormat": {"name": "onnx"}}}}})
        ],
        "a bounded namespace": [home(), quota(), limits()],
        "the same before it exists": [
            resource(NAMESPACE, "home", {}),
            quota(LATER),
            limits(LATER),
        ],
        "a namespace of the cluster": [home("kube-system")],
    },
    bad={
        "nothing said": (
            [job(None)],
            [
                f"{AT}.limits.cpu: container 'main' has no limit for cpu",
                f"{AT}.limits.memory: container 'main' has no limit for memory",
                f"{AT}.requests.cpu: container 'main' requests no cpu",
                f"{AT}.requests.memory: container 'main' requests no memory",
            ],
        ),
        "requests only": (
            [job({"requests": BOTH})],
            [
                f"{AT}.limits.cpu: container 'main' has no limit for cpu",
                f"{AT}.limits.memory: container 'main' has no limit for memory",
            ],
        ),
        "one that only prepares": (
            [job(ENOUGH, initContainers=[{"name": "fetch", "resources": {"limits": {"memory": "1Gi"}}}])],
            [
                (
                    "train.spec.template.spec.initContainers[0].resources.limits.cpu: "
                    "container 'fetch' has no limit for cpu"
                ),
                (
                    "train.spec.template.spec.initContainers[0].resources.requests.cpu: "
                    "container 'fetch' requests no cpu"
                ),
            ],
        ),
        "what another namespace gives": (
            [job({"limits": {"cpu": "1"}}), limits("other")],
            [
                f"{AT}.limits.memory: container 'main' has no limit for memory",
                f"{AT}.requests.memory: container 'main' requests no memory",
            ],
        ),
        "what the namespace gives to pods": (
            [job({"limits": {"cpu": "1"}}), limits(type="Pod")],
            [
                f"{AT}.limits.memory: container 'main' has no limit for memory",
                f"{AT}.requests.memory: container 'main' requests no memory",
            ],
        ),
        "a GPU requested without a limit": (
            [job({"requests": {**BOTH, "nvidia.com/gpu": "1"}, "limits": BOTH})],
            [f"{AT}.limits.nvidia.com/gpu: container 'main' requests nvidia.com/gpu, {WHOLE}"],
        ),
        "a namespace without bounds": (
            [home()],
            [
                (
                    "home: the namespace has no LimitRange for containers: a pod that says nothing is not "
                    "bounded"
                ),
                "home: the namespace has no ResourceQuota: it may take everything",
            ],
        ),
        "limits for pods only": (
            [home(), quota(), limits(type="Pod")],
            ["home: the namespace has no LimitRange for containers: a pod that says nothing is not bounded"],
        ),
        "a quota of another namespace": (
            [home(), quota("other"), limits()],
            ["home: the namespace has no ResourceQuota: it may take everything"],
        ),
    },
    unknown={
        "a namespace from elsewhere": (
            [job({"limits": {"cpu": "1"}}, LATER), limits()],
            ["train.metadata.namespace", "train.metadata.namespace"],
        ),
        "requests from elsewhere": (
            [job({"requests": LATER, "limits": BOTH})],
            ["train.spec.template.spec.containers[0].resources.requests.*"],
        ),
        "a quota of some namespace": (
            [
                home(),
                resource(QUOTA, "quota", {"metadata": {"namespace": LATER}, "spec": {"hard": {"pods": "9"}}}),
                limits(),
            ],
            ["home.quota.metadata.namespace"],
        ),
    },
    waived={"a job of the past": [job({"requests": BOTH})]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
