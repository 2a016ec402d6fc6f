from policies.engine import Resource
from policies.reliability.rel011_high_risk_logs_are_kept import RULE
from tests.policies.cases import LATER, Cases, findings, resource, settings, told, urn_of

GROUP = "aws:cloudwatch/logGroup:LogGroup"
ENDPOINT = "aws:sagemaker/endpoint:Endpoint"
WORKSPACE = "azure-native:operationalinsights:Workspace"
TABLE = "azure-native:operationalinsights:Table"
ONLINE = "azure-native:machinelearningservices:OnlineEndpoint"
SETTING = "azure-native:monitor:DiagnosticSetting"
RELEASE = "kubernetes:helm.sh/v3:Release"
LOKI_STACK = "kubernetes:loki.grafana.com/v1:LokiStack"
SERVICE = "kubernetes:serving.kserve.io/v1beta1:InferenceService"
PROVIDER = "pulumi:providers:kubernetes"
CLUSTER = "aws:eks/cluster:Cluster"
ADDON = "aws:eks/addon:Addon"
IDS = "/subscriptions/s/resourceGroups/ml/providers"
ONLINE_ID = f"{IDS}/Microsoft.MachineLearningServices/workspaces/ml/onlineEndpoints/credit"
LOGS_ID = f"{IDS}/Microsoft.OperationalInsights/workspaces/logs"
HIGH = {"risk-tier": "high"}
NO_STORE = (
    "no log store in its cluster is declared, so nobody can say how long the logs of this high-risk system "
    "are "
    "kept; list it under loggedElsewhere once someone has checked"
)


def short(view: str) -> str:
    return f"logs of a high-risk system are kept for {view}; at least 183 days are asked for"


def group(days: object, tags: object = HIGH, name: object = "/app/credit") -> Resource:
    return resource(GROUP, "logs", {"name": name, "retentionInDays": days, "tags": tags})


def endpoint(tier: object) -> Resource:
    return resource(
        ENDPOINT, "credit", {"name": "credit", "endpointConfigName": "c", "tags": {"risk-tier": tier}}
    )


def workspace(days: object, tags: object = None) -> Resource:
    return resource(
        WORKSPACE,
        "logs",
        {"resourceGroupName": "ml", "workspaceName": "logs", "retentionInDays": days, "tags": tags},
    )


def table(**days: object) -> Resource:
    inputs = {"resourceGroupName": "ml", "workspaceName": "logs", "tableName": "AppTraces", **days}
    return resource(TABLE, "traces", inputs)


def online(tier: object = "high") -> Resource:
    return resource(
        ONLINE,
        "credit",
        {
            "resourceGroupName": "ml",
            "workspaceName": "ml",
            "endpointName": "credit",
            "properties": {"authMode": "AADToken"},
            "tags": {"risk-tier": tier},
        },
    )


def setting(*, enabled: object = True) -> Resource:
    logs = [{"categoryGroup": "allLogs", "enabled": enabled}]
    return resource(SETTING, "audit", {"resourceUri": ONLINE_ID, "workspaceId": LOGS_ID, "logs": logs})


def service(tier: object = "high") -> Resource:
    metadata = {"name": "credit", "namespace": "ml", "labels": {"trunkline.dev/risk-tier": tier}}
    return resource(
        SERVICE, "credit", {"metadata": metadata, "spec": {"predictor": {}}}, provider=urn_of(PROVIDER, "in")
    )


def loki(period: object = None, *, deletes: object = None, chart: object = "loki") -> Resource:
    values = {"compactor": {"retention_enabled": deletes}, "limits_config": {"retention_period": period}}
    return resource(
        RELEASE, "loki", {"chart": chart, "values": {"loki": values}}, provider=urn_of(PROVIDER, "in")
    )


def loki_stack(days: object) -> Resource:
    spec = {"limits": {"global": {"retention": {"days": days}}}}
    return resource(
        LOKI_STACK, "loki", {"metadata": {"name": "loki"}, "spec": spec}, provider=urn_of(PROVIDER, "in")
    )


IN_EKS = [
    resource(CLUSTER, "aws", {"name": "aws", "roleArn": "arn"}),
    resource(PROVIDER, "in", {}, made_from={"kubeconfig": [urn_of(CLUSTER, "aws")]}),
]


def addon(name: str, cluster: str = "aws") -> Resource:
    return resource(ADDON, "logs", {"clusterName": cluster, "addonName": name})


CASES = Cases(
    rule=RULE,
    good={
        "a group that is long": [group(365)],
        "a group for ever": [group(None)],
        "a group for ever, said so": [group(0)],
        "a group of something else": [group(7, {"risk-tier": "minimal"})],
        "the group of another endpoint": [
            endpoint("high"),
            group(14, None, "/aws/sagemaker/Endpoints/other"),
        ],
        "the group of a harmless endpoint": [
            endpoint("minimal"),
            group(14, None, "/aws/sagemaker/Endpoints/credit"),
        ],
        "a table of another workspace": [
            online(),
            setting(),
            workspace(365),
            resource(
                TABLE,
                "other",
                {"resourceGroupName": "ml", "workspaceName": "other", "tableName": "T", "retentionInDays": 7},
            ),
        ],
        "what serves nothing": [
            resource(
                "kubernetes:apps/v1:Deployment",
                "batch",
                {"metadata": {"name": "batch", "labels": {"trunkline.dev/risk-tier": "high"}}, "spec": {}},
            )
        ],
        "Loki that says it deletes nothing": [service(), loki("744h", deletes=False)],
        "a workspace that is long": [online(), setting(), workspace(365)],
        "a workspace of something else": [online("limited"), setting(), workspace(30)],
        "a table as its workspace": [online(), setting(), workspace(365), table(retentionInDays=-1)],
        "a table with an archive": [
            online(),
            setting(),
            workspace(365),
            table(retentionInDays=30, totalRetentionInDays=400),
        ],
        "Loki that deletes nothing": [service(), loki("744h")],
        "Loki that is long": [service(), loki("4392h", deletes=True)],
        "Loki for something else": [service("minimal"), loki("744h", deletes=True)],
        "a stack of Loki": [service(), loki_stack(200)],
    },
    bad={
        "a group that is short": ([group(90)], [f"logs.retentionInDays: {short('90')}"]),
        "the group of a high-risk endpoint": (
            [endpoint("high"), group(14, None, "/aws/sagemaker/Endpoints/credit")],
            [f"logs.retentionInDays: {short('14')}"],
        ),
        "a workspace that is short": (
            [online(), setting(), workspace(30)],
            [f"logs.retentionInDays: {short('30')}"],
        ),
        "a workspace that says nothing": (
            [workspace(None, HIGH)],
            [f"logs.retentionInDays: {short('not set')}"],
        ),
        "a table that is short": (
            [online(), setting(), workspace(365), table(retentionInDays=30)],
            [f"traces.retentionInDays: {short('30')}"],
        ),
        "an endpoint without logs": (
            [online()],
            ["credit: no DiagnosticSetting keeps the logs of this high-risk system"],
        ),
        "an endpoint whose logs are off": (
            [online(), setting(enabled=False), workspace(365)],
            ["credit: no DiagnosticSetting keeps the logs of this high-risk system"],
        ),
        "Loki that is short": (
            [service(), loki("744h", deletes=True)],
            [f"loki.values.loki.limits_config.retention_period: {short(chr(39) + '744h' + chr(39))}"],
        ),
        "a stack of Loki that is short": (
            [service(), loki_stack(30)],
            [f"loki.spec.limits.global.retention.days: {short('30')}"],
        ),
        "a workspace that is short for one of two": (
            [
                online(),
                resource(ONLINE, "ranker", {"endpointName": "ranker", "tags": {"risk-tier": "minimal"}}),
                setting(),
                workspace(30),
            ],
            [f"logs.retentionInDays: {short('30')}"],
        ),
        "an endpoint whose logs go nowhere": (
            [
                online(),
                resource(
                    SETTING, "audit", {"resourceUri": ONLINE_ID, "logs": [{"category": "x", "enabled": True}]}
                ),
            ],
            ["credit: no DiagnosticSetting keeps the logs of this high-risk system"],
        ),
        "a cluster without a log store": ([service()], [f"credit: {NO_STORE}"]),
        "an add-on that sends no logs": ([*IN_EKS, addon("coredns"), service()], [f"credit: {NO_STORE}"]),
        "an add-on in another cluster": (
            [*IN_EKS, addon("amazon-cloudwatch-observability", "other"), service()],
            [f"credit: {NO_STORE}"],
        ),
    },
    unknown={
        "days from elsewhere": ([group(LATER)], ["logs.retentionInDays"]),
        "a tier from elsewhere": (
            [online(LATER), setting(), workspace(30)],
            ["logs.credit.tags.risk-tier"],
        ),
        "logs that go elsewhere": ([service(), loki(chart="fluent-bit")], ["credit.loki.chart"]),
        "logs that an add-on sends": (
            [*IN_EKS, addon("amazon-cloudwatch-observability"), service()],
            ["credit.logs.addonName"],
        ),
        "a table from elsewhere": (
            [online(), setting(), workspace(365), table(totalRetentionInDays=LATER)],
            ["traces.totalRetentionInDays"],
        ),
        "a period from elsewhere": (
            [service(), loki(LATER, deletes=True)],
            ["loki.values.loki.limits_config.retention_period"],
        ),
        "a stack from elsewhere": (
            [service(), loki_stack(LATER)],
            ["loki.spec.limits.global.retention.days"],
        ),
    },
    waived={"a pilot": [group(90)]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()


def test_logs_that_somebody_checked_are_enough() -> None:
    assert told(findings(RULE, [service()], by=settings(RULE, loggedElsewhere=["credit"]))) == []
