from policies.engine import Resource
from policies.reliability.rel005_serving_pods_are_probed import RULE
from tests.policies.cases import LATER, Cases, findings, resource, settings, told

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
SERVICE = "kubernetes:serving.kserve.io/v1beta1:InferenceService"
RUNTIME = "kubernetes:serving.kserve.io/v1alpha1:ServingRuntime"
CLUSTER_RUNTIME = "kubernetes:serving.kserve.io/v1alpha1:ClusterServingRuntime"
PROBES = {"readinessProbe": {"httpGet": {"path": "/v2/health/ready", "port": 8000}}, "livenessProbe": {}}
PROBED = {"name": "server", **PROBES}
NOT_READY = "has no readinessProbe: requests reach it before its model is loaded"
NOT_ALIVE = "has no livenessProbe: nobody restarts it when it hangs"


def deployment(labels: object, *containers: object) -> Resource:
    pod = {"metadata": {"labels": labels}, "spec": {"containers": list(containers)}}
    return resource(DEPLOYMENT, "ranker", {"metadata": {"name": "ranker"}, "spec": {"template": pod}})


def service(**predictor: object) -> Resource:
    return resource(
        SERVICE,
        "ranker",
        {"metadata": {"name": "ranker", "namespace": "ml"}, "spec": {"predictor": predictor}},
    )


def runtime(token: str, *containers: object, namespace: str | None = "ml") -> Resource:
    metadata = {"name": "triton", "namespace": namespace}
    return resource(token, "triton", {"metadata": metadata, "spec": {"containers": list(containers)}})


def vouch(name: str) -> str:
    return (
        f"nothing says that the pods of the runtime {name} have probes: it is not part of this stack; list "
        "it "
        "under probedRuntimes once someone has checked"
    )


SERVING = {"app.kubernetes.io/component": "model-server"}

CASES = Cases(
    rule=RULE,
    good={
        "a workload": [deployment(SERVING, PROBED)],
        "a workload that serves nothing": [deployment({}, {"name": "job"})],
        "a predictor of one's own": [service(containers=[PROBED])],
        "a model whose runtime is here": [
            service(model={"modelFormat": {"name": "onnx"}, "runtime": "triton"}),
            runtime(RUNTIME, PROBED),
        ],
        "a model whose runtime is the cluster's": [
            service(model={"modelFormat": {"name": "onnx"}, "runtime": "triton"}),
            runtime(CLUSTER_RUNTIME, PROBED, namespace=None),
        ],
        "a model that says so itself": [service(model={"modelFormat": {"name": "onnx"}, **PROBES})],
    },
    bad={
        "a workload": (
            [deployment(SERVING, {"name": "server"})],
            [
                f"ranker.spec.template.spec.containers[0].livenessProbe: container 'server' {NOT_ALIVE}",
                f"ranker.spec.template.spec.containers[0].readinessProbe: container 'server' {NOT_READY}",
            ],
        ),
        "one container of two": (
            [deployment(SERVING, PROBED, {"name": "proxy", "readinessProbe": {}})],
            [f"ranker.spec.template.spec.containers[1].livenessProbe: container 'proxy' {NOT_ALIVE}"],
        ),
        "a runtime": (
            [runtime(RUNTIME, {"name": "server", "livenessProbe": {}})],
            [f"triton.spec.containers[0].readinessProbe: container 'server' {NOT_READY}"],
        ),
        "a predictor of one's own": (
            [service(containers=[{"name": "server", "readinessProbe": {}}])],
            [f"ranker.spec.predictor.containers[0].livenessProbe: container 'server' {NOT_ALIVE}"],
        ),
        "a model whose runtime nobody sees": (
            [service(model={"modelFormat": {"name": "sklearn"}, "runtime": "kserve-sklearnserver"})],
            [f"ranker.spec.predictor.model.runtime: {vouch(chr(39) + 'kserve-sklearnserver' + chr(39))}"],
        ),
        "a model with one probe of two": (
            [service(model={"modelFormat": {"name": "onnx"}, "runtime": "x", "readinessProbe": {}})],
            [f"ranker.spec.predictor.model.runtime: {vouch(chr(39) + 'x' + chr(39))}"],
        ),
        "a model that leaves the choice": (
            [service(model={"modelFormat": {"name": "sklearn"}})],
            [f"ranker.spec.predictor.model.runtime: {vouch('not set')}"],
        ),
        "a runtime of another namespace": (
            [
                service(model={"modelFormat": {"name": "onnx"}, "runtime": "triton"}),
                runtime(RUNTIME, PROBED, namespace="other"),
            ],
            [f"ranker.spec.predictor.model.runtime: {vouch(chr(39) + 'triton' + chr(39))}"],
        ),
    },
    unknown={
        "a probe from elsewhere": (
            [deployment(SERVING, {**PROBED, "livenessProbe": LATER})],
            ["ranker.spec.template.spec.containers[0].livenessProbe"],
        ),
        "labels from elsewhere": (
            [deployment(LATER, {"name": "server", "readinessProbe": {}})],
            ["ranker.spec.template.metadata.labels.app.kubernetes.io/component"],
        ),
        "a runtime from elsewhere": (
            [
                service(model={"modelFormat": {"name": "onnx"}, "runtime": LATER}),
                runtime(RUNTIME, PROBED),
            ],
            ["ranker.spec.predictor.model.runtime"],
        ),
    },
    waived={"a demonstration": [deployment(SERVING, {"name": "server"})]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()


def test_a_runtime_that_somebody_checked_is_enough() -> None:
    checked = settings(RULE, probedRuntimes=["kserve-sklearnserver"])
    ranker = service(model={"modelFormat": {"name": "sklearn"}, "runtime": "kserve-sklearnserver"})
    assert told(findings(RULE, [ranker], by=checked)) == []
