from typing import Any

from policies.engine import Resource
from policies.reliability.rel004_production_survives_a_zone import RULE
from tests.policies.cases import LATER, Cases, findings, resource, settings, told, urn_of

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
SERVICE = "kubernetes:serving.kserve.io/v1beta1:InferenceService"
BUDGET = "kubernetes:policy/v1:PodDisruptionBudget"
HPA = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
KEDA = "kubernetes:keda.sh/v1alpha1:ScaledObject"
NAMESPACE = "kubernetes:core/v1:Namespace"
CONFIGURATION = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
ONLINE = "azure-native:machinelearningservices:OnlineDeployment"

PROD = {"trunkline.dev/environment": "prod"}
SERVING = {"app.kubernetes.io/component": "serving"}
ZONES = {"topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone"}]}
NO_BUDGET = "an upgrade of the nodes may take every pod at once: no PodDisruptionBudget selects them"
NO_ZONES = "nothing spreads the pods over zones"


def metadata(name: str = "ranker", labels: object = None, namespace: object = "ml") -> dict[str, Any]:
    return {"name": name, "namespace": namespace, "labels": {**PROD, **SERVING} if labels is None else labels}


def deployment(
    replicas: object = 2,
    *,
    labels: object = None,
    namespace: object = "ml",
    made_from: dict[str, list[str]] | None = None,
    **pod: object,
) -> Resource:
    spec = {"containers": [{"name": "server", "image": "triton:26.07"}], **ZONES, **pod}
    return resource(
        DEPLOYMENT,
        "ranker",
        {
            "metadata": metadata(labels=labels, namespace=namespace),
            "spec": {
                "replicas": replicas,
                "template": {"metadata": {"labels": {"app": "ranker", "tier": "web"}}, "spec": spec},
            },
        },
        made_from=made_from,
    )


def budget(labels: object = None, namespace: object = "ml", **selector: object) -> Resource:
    return resource(
        BUDGET,
        "ranker-budget",
        {
            "metadata": {"name": "ranker", "namespace": namespace},
            "spec": {
                "minAvailable": 1,
                "selector": {"matchLabels": {"app": "ranker"} if labels is None else labels, **selector},
            },
        },
    )


def hpa(fewest: object, kind: str = "Deployment") -> Resource:
    return resource(
        HPA,
        "ranker-scaler",
        {
            "metadata": {"name": "ranker", "namespace": "ml"},
            "spec": {
                "scaleTargetRef": {"kind": kind, "name": "ranker"},
                "minReplicas": fewest,
                "maxReplicas": 9,
            },
        },
    )


def keda(fewest: object, name: str = "ranker", namespace: str = "ml") -> Resource:
    return resource(
        KEDA,
        "ranker-scaler",
        {
            "metadata": {"name": "ranker", "namespace": namespace},
            "spec": {"scaleTargetRef": {"name": name}, "minReplicaCount": fewest, "triggers": []},
        },
    )


def service(fewest: object = 2, labels: object = PROD, **predictor: object) -> Resource:
    return resource(
        SERVICE,
        "ranker",
        {
            "metadata": metadata(labels=labels),
            "spec": {"predictor": {"minReplicas": fewest, **ZONES, **predictor}},
        },
    )


def configuration(*, environment: object = "prod", **variant: object) -> Resource:
    return resource(
        CONFIGURATION,
        "ranker",
        {
            "productionVariants": [{"modelName": "ranker", "instanceType": "ml.g5.xlarge", **variant}],
            "tags": {"environment": environment},
        },
    )


def online(capacity: object, environment: object = "prod", **scale: object) -> Resource:
    return resource(
        ONLINE,
        "blue",
        {
            "resourceGroupName": "ml",
            "workspaceName": "ml",
            "endpointName": "ranker",
            "sku": {"name": "Default", "capacity": capacity},
            "properties": {"endpointComputeType": "Managed", "scaleSettings": scale or None},
            "tags": {"environment": environment},
        },
    )


CASES = Cases(
    rule=RULE,
    good={
        "two replicas in two zones": [deployment(), budget()],
        "an autoscaler that keeps two": [deployment(None), hpa(2), budget()],
        "KEDA that keeps two": [deployment(None), keda(3), budget()],
        "pods that avoid each other's zone": [
            deployment(
                topologySpreadConstraints=None,
                affinity={
                    "podAntiAffinity": {
                        "preferredDuringSchedulingIgnoredDuringExecution": [
                            {
                                "weight": 1,
                                "podAffinityTerm": {"topologyKey": "topology.kubernetes.io/zone"},
                            }
                        ]
                    }
                },
            ),
            budget(),
        ],
        "the same before the namespace exists": [
            resource(NAMESPACE, "home", {}),
            deployment(namespace=LATER, made_from={"metadata": [urn_of(NAMESPACE, "home")]}),
            resource(
                BUDGET,
                "ranker-budget",
                {
                    "metadata": {"namespace": LATER},
                    "spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": "ranker"}}},
                },
                made_from={"metadata": [urn_of(NAMESPACE, "home")]},
            ),
        ],
        "development": [deployment(1, labels={"trunkline.dev/environment": "dev", **SERVING})],
        "what serves no model": [deployment(1, labels=PROD)],
        "an inference service": [
            service(),
            budget({"serving.kserve.io/inferenceservice": "ranker"}),
        ],
        "an inference service in development": [service(1, {"trunkline.dev/environment": "dev"})],
        "two instances": [configuration(initialInstanceCount=2)],
        "instances that scale": [
            configuration(
                initialInstanceCount=1,
                managedInstanceScaling={"status": "ENABLED", "minInstanceCount": 2, "maxInstanceCount": 4},
            )
        ],
        "no instances of one's own": [
            configuration(serverlessConfig={"maxConcurrency": 5, "memorySizeInMb": 2048})
        ],
        "a deployment of two": [online(2)],
        "a deployment that scales": [
            online(1, scaleType="TargetUtilization", minInstances=2, maxInstances=5)
        ],
    },
    bad={
        "everything left out": (
            [deployment(None, topologySpreadConstraints=None)],
            [
                f"ranker: {NO_BUDGET}",
                "ranker.spec.replicas: production rests on fewer than two replicas: replicas is not set",
                f"ranker.spec.template.spec.topologySpreadConstraints: {NO_ZONES}",
            ],
        ),
        "an autoscaler that goes down to one": (
            [deployment(2), hpa(1), budget()],
            ["ranker.spec.replicas: production rests on fewer than two replicas: replicas is 2"],
        ),
        "an autoscaler that says nothing": (
            [deployment(2), hpa(None), budget()],
            ["ranker.spec.replicas: production rests on fewer than two replicas: replicas is 2"],
        ),
        "KEDA that keeps something else": (
            [deployment(1), keda(3, "other"), budget()],
            ["ranker.spec.replicas: production rests on fewer than two replicas: replicas is 1"],
        ),
        "KEDA in another namespace": (
            [deployment(1), keda(3, namespace="other"), budget()],
            ["ranker.spec.replicas: production rests on fewer than two replicas: replicas is 1"],
        ),
        "an autoscaler of something else": (
            [deployment(None), hpa(2, "StatefulSet"), budget()],
            ["ranker.spec.replicas: production rests on fewer than two replicas: replicas is not set"],
        ),
        "spread over nodes only": (
            [
                deployment(topologySpreadConstraints=[{"topologyKey": "kubernetes.io/hostname"}]),
                budget(),
            ],
            [f"ranker.spec.template.spec.topologySpreadConstraints: {NO_ZONES}"],
        ),
        "a budget for other pods": (
            [deployment(), budget({"app": "other"})],
            [f"ranker: {NO_BUDGET}"],
        ),
        "a budget in another namespace": (
            [deployment(), budget(namespace="other")],
            [f"ranker: {NO_BUDGET}"],
        ),
        "production by its namespace": (
            [
                resource(NAMESPACE, "home", {"metadata": {"name": "ml", "labels": PROD}}),
                deployment(1, labels=SERVING),
                budget(),
            ],
            ["ranker.spec.replicas: production rests on fewer than two replicas: replicas is 1"],
        ),
        "an inference service": (
            [service(None)],
            [
                f"ranker: {NO_BUDGET}",
                (
                    "ranker.spec.predictor.minReplicas: production rests on fewer than two replicas: "
                    "minReplicas is "
                    "not set"
                ),
            ],
        ),
        "an instance": (
            [configuration(initialInstanceCount=1)],
            [
                (
                    "ranker.productionVariants[0].initialInstanceCount: production rests on fewer than two "
                    "instances: initialInstanceCount is 1"
                )
            ],
        ),
        "instances that scale down to one": (
            [
                configuration(
                    initialInstanceCount=2,
                    managedInstanceScaling={
                        "status": "ENABLED",
                        "minInstanceCount": 1,
                        "maxInstanceCount": 4,
                    },
                )
            ],
            [
                (
                    "ranker.productionVariants[0].initialInstanceCount: production rests on fewer than two "
                    "instances: initialInstanceCount is 2"
                )
            ],
        ),
        "a deployment of one": (
            [online(1)],
            ["blue.sku.capacity: production rests on fewer than two instances: sku.capacity is 1"],
        ),
        "a deployment that scales down to one": (
            [online(3, scaleType="TargetUtilization", minInstances=1, maxInstances=5)],
            ["blue.sku.capacity: production rests on fewer than two instances: sku.capacity is 3"],
        ),
    },
    unknown={
        "replicas from elsewhere": ([deployment(LATER), budget()], ["ranker.spec.replicas"]),
        "a selector from elsewhere": (
            [deployment(), budget(LATER)],
            ["ranker.ranker-budget.spec.selector.matchLabels.*"],
        ),
        "a selector of expressions": (
            [deployment(), budget(matchExpressions=[{"key": "app", "operator": "Exists"}])],
            ["ranker.ranker-budget.spec.selector.matchExpressions"],
        ),
        "a selector of expressions for a service": (
            [
                service(),
                budget(
                    {"serving.kserve.io/inferenceservice": "ranker"},
                    matchExpressions=[{"key": "app", "operator": "Exists"}],
                ),
            ],
            ["ranker.ranker-budget.spec.selector.matchExpressions"],
        ),
        "an environment from elsewhere": (
            [configuration(environment=LATER, initialInstanceCount=1)],
            ["ranker.tags.environment"],
        ),
        "a count from elsewhere": ([online(LATER)], ["blue.sku.capacity"]),
    },
    waived={"a demonstration": [online(1)]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()


def test_a_team_calls_production_what_it_likes() -> None:
    live = online(1, environment="live")
    assert told(findings(RULE, [live])) == []
    assert told(findings(RULE, [live], by=settings(RULE, production=["live"]))) == [
        "blue.sku.capacity: production rests on fewer than two instances: sku.capacity is 1"
    ]
