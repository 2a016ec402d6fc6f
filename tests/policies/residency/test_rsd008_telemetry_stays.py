from typing import Any

import pytest

from policies.engine import Resource, Verdict
from policies.residency.rsd008_telemetry_stays import RULE
from tests.policies.cases import LATER, Cases, findings, resource, settings, urn_of
from tests.policies.declared import chain, place

AWS = "pulumi:providers:aws"
KUBERNETES = "pulumi:providers:kubernetes"
CLUSTER = urn_of("trunkline:cluster:EksCluster", "aws")
GROUP = "aws:cloudwatch/logGroup:LogGroup"
FILTER = "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter"
WORKSPACE = "azure-native:operationalinsights:Workspace"
SETTING = "azure-native:monitor:DiagnosticSetting"
AKS = "azure-native:containerservice:ManagedCluster"
PROMETHEUS = "kubernetes:monitoring.coreos.com/v1:Prometheus"
COLLECTOR = "kubernetes:opentelemetry.io/v1beta1:OpenTelemetryCollector"
RELEASE = "kubernetes:helm.sh/v3:Release"

PERSONAL = {"contains": ["pi"], "evaluated": ["all"], "tool": "presidio"}
HERE = {"places": [place("processedIn", "compute:aws", country="DE", resource=CLUSTER)]}

europe = resource(AWS, "eu", {"region": "eu-central-1"})
america = resource(AWS, "us", {"region": "us-east-1"})
cluster = resource(KUBERNETES, "aws", {"kubeconfig": LATER}, parent=CLUSTER)


def about_people(*sinks: Resource, codes: Any = PERSONAL, **data: Any) -> list[Resource]:
    """Return a chain whose endpoint knows about people in the EU, and where its telemetry goes."""
    limited = {"storageAllowed": ["EU"], "classification": codes, **data}
    return [*chain(dataset=limited, endpoint=HERE), europe, america, cluster, *sinks]


def on_aws(token: str, name: str, inputs: dict[str, Any], provider: str = "eu") -> Resource:
    return resource(token, name, inputs, parent=CLUSTER, provider=urn_of(AWS, provider))


def inside(token: str, spec: dict[str, Any], *, provider: str = "aws", **metadata: Any) -> Resource:
    """Return an object in the cluster."""
    inputs = {"metadata": {"name": "telemetry", **metadata}, "spec": spec}
    return resource(token, "telemetry", inputs, provider=urn_of(KUBERNETES, provider))


def writes_to(url: object) -> Resource:
    return inside(PROMETHEUS, {"remoteWrite": [{"url": url}]})


def release(chart: str, values: dict[str, Any]) -> Resource:
    return resource(
        RELEASE, "telemetry", {"chart": chart, "values": values}, provider=urn_of(KUBERNETES, "aws")
    )


def on_azure(location: str) -> list[Resource]:
    """Return an AKS cluster whose logs go to a workspace."""
    return [
        resource(
            AKS,
            "az",
            {"resourceName": "az", "resourceGroupName": "d", "location": "westeurope"},
            parent=CLUSTER,
        ),
        resource(SETTING, "logs", {"resourceUri": "az", "workspaceId": "hub"}),
        resource(WORKSPACE, "hub", {"workspaceName": "hub", "resourceGroupName": "d", "location": location}),
    ]


CASES = Cases(
    rule=RULE,
    good={
        "logs in Europe": about_people(on_aws(GROUP, "logs", {"retentionInDays": 30})),
        "nothing about people": about_people(
            on_aws(GROUP, "logs", {}, "us"), codes={**PERSONAL, "contains": ["pci"]}
        ),
        "no limit": about_people(on_aws(GROUP, "logs", {}, "us"), storageAllowed=None),
        "metrics inside the cluster": about_people(
            writes_to("http://thanos.monitoring.svc:19291/api/v1/receive")
        ),
        "metrics to a service in Europe": about_people(
            writes_to("https://aps-workspaces.eu-central-1.amazonaws.com/workspaces/ws-1/api/v1/remote_write")
        ),
        "another cluster": about_people(
            inside(PROMETHEUS, {"remoteWrite": [{"url": "https://us5.datadoghq.com"}]}, provider="other")
        ),
        "a workspace in Europe": about_people(*on_azure("northeurope")),
        "traces to a service in Europe": about_people(
            inside(
                COLLECTOR,
                {"config": {"exporters": {"otlp": {"endpoint": "api.datadoghq.eu:443"}, "debug": {}}}},
            )
        ),
        "another chart": about_people(release("redis", {"datadog": {"site": "datadoghq.com"}})),
    },
    bad={
        "logs elsewhere": (
            about_people(on_aws(GROUP, "logs", {}, "us")),
            [
                (
                    "rank.places: it knows about people, and logs sends what is logged to 'us-east-1'; "
                    "data of dataset clicks may only be in EU"
                ),
            ],
        ),
        "logs shipped elsewhere": (
            about_people(
                on_aws(GROUP, "logs", {"name": "logs"}),
                resource(
                    FILTER,
                    "ship",
                    {
                        "logGroup": "logs",
                        "filterPattern": "",
                        "destinationArn": "arn:aws:logs:us-east-1:123456789012:destination:hub",
                    },
                    provider=urn_of(AWS, "eu"),
                ),
            ),
            [
                (
                    "rank.places: it knows about people, and ship sends what is logged to "
                    "'arn:aws:logs:us-east-1:123456789012:destination:hub'; data of dataset clicks may "
                    "only be in EU"
                ),
            ],
        ),
        "metrics to a service elsewhere": (
            about_people(writes_to("https://us5.datadoghq.com/api/v1/write")),
            [
                (
                    "rank.places: it knows about people, and telemetry sends what is logged to "
                    "'https://us5.datadoghq.com/api/v1/write'; data of dataset clicks may only be in EU"
                ),
            ],
        ),
        "metrics to a region elsewhere": (
            about_people(writes_to("https://aps-workspaces.us-west-2.amazonaws.com/workspaces/ws-1")),
            [
                (
                    "rank.places: it knows about people, and telemetry sends what is logged to "
                    "'https://aps-workspaces.us-west-2.amazonaws.com/workspaces/ws-1'; data of dataset "
                    "clicks may only be in EU"
                ),
            ],
        ),
        "a workspace elsewhere": (
            about_people(*on_azure("eastus")),
            [
                (
                    "rank.places: it knows about people, and logs sends what is logged to 'hub'; data of "
                    "dataset clicks may only be in EU"
                ),
            ],
        ),
        "a chart that sends elsewhere": (
            about_people(
                release("oci://gcr.io/datadoghq/helm/datadog", {"datadog": {"site": "datadoghq.com"}})
            ),
            [
                (
                    "rank.places: it knows about people, and telemetry sends what is logged to "
                    "'datadoghq.com'; data of dataset clicks may only be in EU"
                ),
            ],
        ),
        "a chart of Prometheus": (
            about_people(
                release(
                    "kube-prometheus-stack",
                    {
                        "prometheus": {
                            "prometheusSpec": {
                                "remoteWrite": [
                                    {"url": "https://acme-9.eastus-1.metrics.ingest.monitor.azure.com/api"}
                                ]
                            }
                        }
                    },
                )
            ),
            [
                (
                    "rank.places: it knows about people, and telemetry sends what is logged to "
                    "'https://acme-9.eastus-1.metrics.ingest.monitor.azure.com/api'; data of dataset "
                    "clicks may only be in EU"
                ),
            ],
        ),
    },
    unknown={
        "a host that nobody knows": (
            about_people(writes_to("https://metrics.vendor.example/write")),
            [
                "rank.telemetry.spec.remoteWrite[0].url",
            ],
        ),
        "which host": (
            about_people(writes_to(LATER)),
            [
                "rank.telemetry.spec.remoteWrite[0].url",
            ],
        ),
        "whether it knows about people": (
            about_people(on_aws(GROUP, "logs", {}, "us"), codes={"contains": [], "evaluated": ["pci"]}),
            [
                "rank.clicks.classification",
            ],
        ),
        "what the endpoint runs on": (
            chain(
                dataset={"storageAllowed": ["EU"], "classification": PERSONAL},
                endpoint={"places": [place("processedIn", "cluster", resource=LATER)]},
            ),
            [
                "rank.places[0].resource",
            ],
        ),
        "where it may be": (
            about_people(on_aws(GROUP, "logs", {}, "us"), storageAllowed=LATER),
            [
                "rank.clicks.storageAllowed",
            ],
        ),
        "a workspace of another stack": (
            about_people(*on_azure("eastus")[:2]),
            [
                "rank.logs.workspaceId",
            ],
        ),
    },
    waived={"logs elsewhere": about_people(on_aws(GROUP, "logs", {}, "us"))},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()


@pytest.mark.parametrize(
    ("hosts", "verdict"),
    [({"DE": ["*.vendor.example"]}, None), ({"us": ["metrics.vendor.example"]}, Verdict.FAIL)],
)
def test_a_team_says_where_its_services_are(hosts: dict[str, list[str]], verdict: Verdict | None) -> None:
    stack = about_people(writes_to("https://metrics.vendor.example/write"))
    found = findings(RULE, stack, by=settings(RULE, hosts=hosts))
    assert [finding.verdict for finding in found] == ([] if verdict is None else [verdict])
