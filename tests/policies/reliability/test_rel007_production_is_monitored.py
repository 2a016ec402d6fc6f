from typing import Any

from policies.engine import Resource
from policies.reliability.rel007_production_is_monitored import RULE
from tests.policies.cases import LATER, Cases, resource

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
SERVICE = "kubernetes:core/v1:Service"
INFERENCE = "kubernetes:serving.kserve.io/v1beta1:InferenceService"
POD_MONITOR = "kubernetes:monitoring.coreos.com/v1:PodMonitor"
SERVICE_MONITOR = "kubernetes:monitoring.coreos.com/v1:ServiceMonitor"
TASK = "kubernetes:batch/v1:CronJob"
TRUSTY = "kubernetes:trustyai.opendatahub.io/v1:TrustyAIService"
ENDPOINT = "aws:sagemaker/endpoint:Endpoint"
CONFIGURATION = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
QUALITY = "aws:sagemaker/dataQualityJobDefinition:DataQualityJobDefinition"
MONITORING = "aws:sagemaker/monitoringSchedule:MonitoringSchedule"
ONLINE = "azure-native:machinelearningservices:OnlineEndpoint"
SCHEDULE = "azure-native:machinelearningservices:Schedule"
SETTING = "azure-native:monitor:DiagnosticSetting"
ALERT = "azure-native:monitor:MetricAlert"
ONLINE_ID = (
    "/subscriptions/s/resourceGroups/ml/providers/Microsoft.MachineLearningServices/workspaces/ml"
    "/onlineEndpoints/ranker"
)
LABELS = {"trunkline.dev/environment": "prod", "app.kubernetes.io/component": "serving"}
KSERVE = {"serving.kserve.io/inferenceservice": "ranker"}
NO_METRICS = "nobody sees its errors and delays: "
NO_DRIFT = "nobody sees when its questions stop looking like its training data: "
NO_SCRAPE = f"{NO_METRICS}no PodMonitor, ServiceMonitor or scrape annotation finds its pods"
NO_TASK = f"{NO_DRIFT}nothing in the cluster is labelled trunkline.dev/monitors with its name"
NO_ALARM = f"{NO_METRICS}no MetricAlarm has it as its EndpointName"
NO_COMPARISON = f"{NO_DRIFT}its configuration captures no data, or no MonitoringSchedule compares them"
NO_SETTING = f"{NO_METRICS}no DiagnosticSetting keeps its metrics, and no MetricAlert watches one"
NO_SCHEDULE = f"{NO_DRIFT}no Schedule with the action CreateMonitor targets a deployment of it"


def item(token: str, name: str, spec: object, *, namespace: str = "ml", **metadata: object) -> Resource:
    return resource(
        token, name, {"metadata": {"name": name, "namespace": namespace, **metadata}, "spec": spec}
    )


def deployment(annotations: object = None, labels: object = LABELS) -> Resource:
    pod = {"metadata": {"labels": {"app": "ranker"}, "annotations": annotations}, "spec": {"containers": []}}
    return item(DEPLOYMENT, "ranker", {"template": pod}, labels=labels)


def inference(annotations: object = None) -> Resource:
    return item(INFERENCE, "ranker", {"predictor": {}}, labels=LABELS, annotations=annotations)


def pod_monitor(labels: object, namespace: str = "ml", reach: object = None) -> Resource:
    spec = {"selector": {"matchLabels": labels}, "namespaceSelector": reach, "podMetricsEndpoints": []}
    return item(POD_MONITOR, "monitor", spec, namespace=namespace)


def service_monitor(labels: object) -> Resource:
    return item(SERVICE_MONITOR, "monitor", {"selector": {"matchLabels": labels}, "endpoints": []})


def service(selector: object) -> Resource:
    return item(SERVICE, "ranker-service", {"selector": selector}, labels={"app": "ranker"})


def task(endpoint: object = "ranker") -> Resource:
    template = {"spec": {"containers": []}}
    spec = {"schedule": "0 * * * *", "jobTemplate": {"spec": {"template": template}}}
    return item(TASK, "drift", spec, labels={"trunkline.dev/monitors": endpoint})


def endpoint(environment: str = "prod") -> Resource:
    return resource(
        ENDPOINT,
        "ranker",
        {"name": "ranker", "endpointConfigName": "ranker-1", "tags": {"environment": environment}},
    )


def configuration(*, capture: object = True) -> Resource:
    capturing = {
        "enableCapture": capture,
        "initialSamplingPercentage": 10,
        "destinationS3Uri": "s3://captured",
        "captureOptions": [{"captureMode": "InputAndOutput"}],
    }
    inputs: dict[str, Any] = {"name": "ranker-1", "productionVariants": [], "dataCaptureConfig": capturing}
    return resource(CONFIGURATION, "ranker-configuration", inputs)


def alarm(name: object = "ranker") -> Resource:
    return resource(
        ALARM,
        "errors",
        {
            "comparisonOperator": "GreaterThanThreshold",
            "evaluationPeriods": 3,
            "metricName": "Invocation5XXErrors",
            "namespace": "AWS/SageMaker",
            "dimensions": {"EndpointName": name},
        },
    )


QUALITY_JOB = resource(
    QUALITY,
    "quality",
    {"name": "quality", "dataQualityJobInput": {"endpointInput": {"endpointName": "ranker"}}},
)
BY_NAME = resource(
    MONITORING,
    "hourly",
    {"monitoringScheduleConfig": {"monitoringType": "DataQuality", "monitoringJobDefinitionName": "quality"}},
)
INLINE = resource(
    MONITORING,
    "hourly",
    {
        "monitoringScheduleConfig": {
            "monitoringType": "DataQuality",
            "monitoringJobDefinition": {"monitoringInputs": {"endpointInput": {"endpointName": "ranker"}}},
        }
    },
)


online = resource(
    ONLINE,
    "ranker",
    {
        "resourceGroupName": "ml",
        "workspaceName": "ml",
        "endpointName": "ranker",
        "properties": {"authMode": "AADToken"},
        "tags": {"environment": "prod"},
    },
)


def setting(*, enabled: object = True, uri: object = ONLINE_ID) -> Resource:
    metrics = [{"category": "AllMetrics", "enabled": enabled}]
    return resource(SETTING, "metrics", {"resourceUri": uri, "workspaceId": "/w", "metrics": metrics})


def schedule(target: object, kind: str = "CreateMonitor") -> Resource:
    definition = {"monitoringTarget": {"deploymentId": target, "taskType": "Classification"}}
    return resource(
        SCHEDULE,
        "daily",
        {
            "resourceGroupName": "ml",
            "workspaceName": "ml",
            "name": "daily",
            "properties": {
                "action": {"actionType": kind, "monitorDefinition": definition},
                "trigger": {"triggerType": "Cron", "expression": "0 3 * * *"},
            },
        },
    )


CASES = Cases(
    rule=RULE,
    good={
        "a pod monitor and a task": [deployment(), pod_monitor({"app": "ranker"}), task()],
        "a pod monitor of another namespace": [
            deployment(),
            pod_monitor({"app": "ranker"}, "monitoring", {"matchNames": ["ml"]}),
            task(),
        ],
        "a pod monitor of every namespace": [
            deployment(),
            pod_monitor({"app": "ranker"}, "monitoring", {"any": True}),
            task(),
        ],
        "a service monitor": [
            deployment(),
            service({"app": "ranker"}),
            service_monitor({"app": "ranker"}),
            task(),
        ],
        "an annotation": [deployment({"prometheus.io/scrape": "true"}), task()],
        "development": [deployment(labels={**LABELS, "trunkline.dev/environment": "dev"})],
        "what serves no model": [deployment(labels={"trunkline.dev/environment": "prod"})],
        "an inference service": [inference(), pod_monitor(KSERVE), task()],
        "an inference service that TrustyAI watches": [
            inference({"serving.kserve.io/enable-prometheus-scraping": "true"}),
            item(TRUSTY, "trusty", {}),
        ],
        "an endpoint": [endpoint(), configuration(), alarm(), QUALITY_JOB, BY_NAME],
        "an endpoint with a schedule of its own": [endpoint(), configuration(), alarm(), INLINE],
        "an endpoint for tests": [endpoint("test")],
        "an online endpoint": [online, setting(), schedule("azureml:ranker:blue")],
        "an online endpoint for tests": [
            resource(ONLINE, "ranker", {"endpointName": "ranker", "tags": {"environment": "test"}})
        ],
        "an online endpoint with an alert": [
            online,
            resource(ALERT, "slow", {"resourceGroupName": "ml", "scopes": [ONLINE_ID]}),
            schedule("azureml:ranker:blue"),
        ],
    },
    bad={
        "nothing at all": ([deployment()], [f"ranker: {NO_SCRAPE}", f"ranker: {NO_TASK}"]),
        "a monitor of other pods": (
            [deployment(), pod_monitor({"app": "other"}), task()],
            [f"ranker: {NO_SCRAPE}"],
        ),
        "a monitor of another namespace": (
            [deployment(), pod_monitor({"app": "ranker"}, "monitoring"), task()],
            [f"ranker: {NO_SCRAPE}"],
        ),
        "a monitor of other namespaces": (
            [
                deployment(),
                pod_monitor({"app": "ranker"}, "ml", {"any": False, "matchNames": ["web"]}),
                task(),
            ],
            [f"ranker: {NO_SCRAPE}"],
        ),
        "a service of other pods": (
            [deployment(), service({"app": "other"}), service_monitor({"app": "ranker"}), task()],
            [f"ranker: {NO_SCRAPE}"],
        ),
        "a service of no pods": (
            [deployment(), service({}), service_monitor({"app": "ranker"}), task()],
            [f"ranker: {NO_SCRAPE}"],
        ),
        "an annotation that says no": (
            [deployment({"prometheus.io/scrape": "false"}), task()],
            [f"ranker: {NO_SCRAPE}"],
        ),
        "a service monitor of another inference service": (
            [inference(), service_monitor({"serving.kserve.io/inferenceservice": "other"}), task()],
            [f"ranker: {NO_SCRAPE}"],
        ),
        "a comparison of another endpoint": (
            [
                endpoint(),
                configuration(),
                alarm(),
                resource(
                    QUALITY,
                    "quality",
                    {"name": "quality", "dataQualityJobInput": {"endpointInput": {"endpointName": "other"}}},
                ),
                BY_NAME,
            ],
            [f"ranker: {NO_COMPARISON}"],
        ),
        "a task for another endpoint": (
            [deployment({"prometheus.io/scrape": "true"}), task("other")],
            [f"ranker: {NO_TASK}"],
        ),
        "an inference service": (
            [inference(), pod_monitor({"serving.kserve.io/inferenceservice": "other"})],
            [f"ranker: {NO_SCRAPE}", f"ranker: {NO_TASK}"],
        ),
        "an endpoint": (
            [endpoint(), configuration()],
            [f"ranker: {NO_ALARM}", f"ranker: {NO_COMPARISON}"],
        ),
        "an endpoint that captures nothing": (
            [endpoint(), configuration(capture=False), alarm(), QUALITY_JOB, BY_NAME],
            [f"ranker: {NO_COMPARISON}"],
        ),
        "an alarm of another endpoint": (
            [endpoint(), configuration(), alarm("other"), INLINE],
            [f"ranker: {NO_ALARM}"],
        ),
        "an online endpoint": ([online], [f"ranker: {NO_SETTING}", f"ranker: {NO_SCHEDULE}"]),
        "an online endpoint whose metrics are off": (
            [online, setting(enabled=False), schedule("azureml:other:blue")],
            [f"ranker: {NO_SETTING}", f"ranker: {NO_SCHEDULE}"],
        ),
        "a schedule that only runs a job": (
            [online, setting(), schedule("azureml:ranker:blue", "CreateJob")],
            [f"ranker: {NO_SCHEDULE}"],
        ),
    },
    unknown={
        "a monitor of some pods": (
            [deployment(), pod_monitor(LATER), task()],
            ["ranker.monitor.spec.selector.matchLabels.*"],
        ),
        "a task for some endpoint": (
            [deployment({"prometheus.io/scrape": "true"}), task(LATER)],
            ["ranker.drift.metadata.labels.trunkline.dev/monitors"],
        ),
        "an alarm of some endpoint": (
            [endpoint(), configuration(), alarm(LATER), INLINE],
            ["ranker.errors.dimensions.EndpointName"],
        ),
        "a setting of some resource": (
            [online, setting(uri=LATER), schedule("azureml:ranker:blue")],
            ["ranker.metrics.resourceUri"],
        ),
    },
    waived={"a demonstration": [deployment()]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
