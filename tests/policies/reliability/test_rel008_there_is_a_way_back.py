from policies.engine import Resource
from policies.reliability.rel008_there_is_a_way_back import RULE
from tests.policies.cases import LATER, Cases, resource

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
ROLLOUT = "kubernetes:argoproj.io/v1alpha1:Rollout"
INFERENCE = "kubernetes:serving.kserve.io/v1beta1:InferenceService"
ROUTE = "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute"
ENDPOINT = "aws:sagemaker/endpoint:Endpoint"
CONFIGURATION = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
ONLINE = "azure-native:machinelearningservices:OnlineEndpoint"
BLUE = "azure-native:machinelearningservices:OnlineDeployment"
HERE = {"name": "ranker", "namespace": "ml", "labels": {"app.kubernetes.io/component": "inference"}}
AT_ONCE = "a bad version reaches everybody at once"
NO_SHARE = (
    f"{AT_ONCE}: neither canaryTrafficPercent nor an HTTPRoute with two backends keeps a part of the "
    "requests on "
    "the version before"
)
NO_CONFIG = (
    f"{AT_ONCE}, and stays: deploymentConfig has no alarm that rolls back and no gradual update, and there "
    "is one "
    "variant"
)
NO_VERSION = "there is no version to go back to: the endpoint has one deployment"


def workload(token: str, **spec: object) -> Resource:
    return resource(token, "ranker", {"metadata": HERE, "spec": spec})


def inference(**predictor: object) -> Resource:
    return resource(INFERENCE, "ranker", {"metadata": HERE, "spec": {"predictor": predictor}})


def route(*backends: object) -> Resource:
    refs = [{"name": name, "port": 80, "weight": 50} for name in backends]
    spec = {"rules": [{"backendRefs": refs}]}
    return resource(ROUTE, "split", {"metadata": {"name": "split", "namespace": "ml"}, "spec": spec})


def endpoint(**deployment: object) -> Resource:
    return resource(
        ENDPOINT,
        "ranker",
        {"name": "ranker", "endpointConfigName": "ranker-1", "deploymentConfig": deployment or None},
    )


def configuration(variants: int, *, shadow: bool = False) -> Resource:
    variant = {"modelName": "ranker", "instanceType": "ml.g5.xlarge"}
    return resource(
        CONFIGURATION,
        "ranker-1",
        {
            "name": "ranker-1",
            "productionVariants": [variant] * variants,
            "shadowProductionVariants": [variant] if shadow else None,
        },
    )


def online(**properties: object) -> Resource:
    return resource(
        ONLINE,
        "ranker",
        {
            "resourceGroupName": "ml",
            "workspaceName": "ml",
            "endpointName": "ranker",
            "properties": {"authMode": "AADToken", **properties},
        },
    )


def deployed(name: str, to: object = "ranker") -> Resource:
    return resource(
        BLUE,
        name,
        {
            "resourceGroupName": "ml",
            "workspaceName": "ml",
            "endpointName": to,
            "deploymentName": name,
            "properties": {"endpointComputeType": "Managed"},
        },
    )


CANARY = {"trafficRoutingConfiguration": {"type": "CANARY", "waitIntervalInSeconds": 600}}
ALL_AT_ONCE = {"trafficRoutingConfiguration": {"type": "ALL_AT_ONCE", "waitIntervalInSeconds": 0}}

CASES = Cases(
    rule=RULE,
    good={
        "a workload with its revisions": [workload(DEPLOYMENT)],
        "a rollout with a canary": [workload(ROLLOUT, strategy={"canary": {"steps": [{"setWeight": 10}]}})],
        "a rollout that serves nothing": [
            resource(ROLLOUT, "web", {"metadata": {"name": "web"}, "spec": {}})
        ],
        "a service with a canary": [inference(canaryTrafficPercent=10)],
        "a service with a second one beside it": [
            inference(),
            route("ranker-predictor", "ranker-next-predictor"),
        ],
        "an endpoint with an alarm": [
            endpoint(autoRollbackConfiguration={"alarms": [{"alarmName": "errors"}]})
        ],
        "an endpoint with a canary": [endpoint(blueGreenUpdatePolicy=CANARY)],
        "an endpoint with two variants": [endpoint(), configuration(2)],
        "an endpoint with a shadow": [endpoint(), configuration(1, shadow=True)],
        "an online endpoint with two deployments": [online(), deployed("blue"), deployed("green")],
        "an online endpoint that splits": [online(traffic={"blue": 90, "green": 10})],
        "an online endpoint with a mirror": [online(mirrorTraffic={"green": 10})],
    },
    bad={
        "a workload that forgets": (
            [workload(DEPLOYMENT, revisionHistoryLimit=0)],
            [
                (
                    "ranker.spec.revisionHistoryLimit: a bad version cannot be taken back: "
                    "revisionHistoryLimit is 0"
                ),
            ],
        ),
        "a rollout without a strategy": (
            [workload(ROLLOUT)],
            [f"ranker.spec.strategy: {AT_ONCE}: the strategy is neither canary nor blueGreen"],
        ),
        "a service": ([inference()], [f"ranker.spec.predictor.canaryTrafficPercent: {NO_SHARE}"]),
        "a service with a route to itself": (
            [inference(), route("ranker-predictor")],
            [f"ranker.spec.predictor.canaryTrafficPercent: {NO_SHARE}"],
        ),
        "an endpoint": (
            [endpoint(), configuration(1)],
            [f"ranker.deploymentConfig: {NO_CONFIG}"],
        ),
        "an endpoint that moves all at once": (
            [endpoint(blueGreenUpdatePolicy=ALL_AT_ONCE)],
            [f"ranker.deploymentConfig: {NO_CONFIG}"],
        ),
        "an online endpoint with one deployment": (
            [online(traffic={"blue": 100}), deployed("blue"), deployed("green", "other")],
            [f"ranker.properties.traffic: {NO_VERSION}"],
        ),
    },
    unknown={
        "a limit from elsewhere": (
            [workload(DEPLOYMENT, revisionHistoryLimit=LATER)],
            ["ranker.spec.revisionHistoryLimit"],
        ),
        "a route from elsewhere": (
            [inference(), route("ranker-predictor", LATER)],
            ["ranker.split.spec.rules[0].backendRefs[1].name"],
        ),
        "a configuration from elsewhere": (
            [endpoint(blueGreenUpdatePolicy=LATER), configuration(1)],
            ["ranker.deploymentConfig.blueGreenUpdatePolicy.trafficRoutingConfiguration.type"],
        ),
        "a deployment of some endpoint": (
            [online(), deployed("blue"), deployed("green", LATER)],
            ["ranker.green.endpointName"],
        ),
        "traffic from elsewhere": ([online(traffic=LATER)], ["ranker.properties.traffic"]),
    },
    waived={"a demonstration": [inference()]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
