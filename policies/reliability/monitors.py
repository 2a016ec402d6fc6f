"""What watches an endpoint: its metrics, and whether its questions still look like its training data."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, cast

from policies.engine import Inventory, Resource, Truth, View, any_of
from policies.engine.data import read
from policies.engine.view import Plain
from policies.shapes import endpoints, namespaces, tags

_TABLE: Final = cast(
    "Mapping[str, Mapping[str, Any]]", read(Path(__file__).parent / "tables" / "monitors.toml")
)
_POD_MONITOR: Final = "kubernetes:monitoring.coreos.com:PodMonitor"
_SERVICE_MONITOR: Final = "kubernetes:monitoring.coreos.com:ServiceMonitor"
_SERVICE: Final = "kubernetes:core:Service"
_ALARM: Final = "aws:cloudwatch/metricAlarm:MetricAlarm"
_DATA_QUALITY: Final = "aws:sagemaker/dataQualityJobDefinition:DataQualityJobDefinition"
_MONITORING: Final = "aws:sagemaker/monitoringSchedule:MonitoringSchedule"
_DIAGNOSTICS: Final = "azure-native:monitor:DiagnosticSetting"
_METRIC_ALERT: Final = "azure-native:monitor:MetricAlert"
_SCHEDULE: Final = "azure-native:machinelearningservices:Schedule"


def scrapes(endpoint: Resource, stack: Inventory) -> Truth:
    """Return whether Prometheus gets the metrics of an endpoint in a cluster."""
    return any_of(
        (*_annotated(endpoint), *_pod_monitors(endpoint, stack), *_service_monitors(endpoint, stack))
    )


def compares(endpoint: Resource, stack: Inventory) -> Truth:
    """Return whether something in the cluster looks for drift of an endpoint."""
    name = endpoint["metadata"]["name"]
    watching = [view.relates(name, _equal) for view in stack.derive(_watching).get(endpoint.provider, ())]
    if endpoint.kind == endpoints.INFERENCE_SERVICE:
        watching += [
            beside for _, beside in namespaces.beside(endpoint, stack, _TABLE["drift"]["namespace_wide"])
        ]
    return any_of(watching)


def _watching(stack: Inventory) -> Mapping[str, Sequence[View]]:
    """Return where monitors name the endpoint that they watch, by cluster."""
    found: defaultdict[str, list[View]] = defaultdict(list)
    for monitor in stack.of(*_TABLE["drift"]["kinds"]):
        for view in tags.places(monitor, str(_TABLE["drift"]["key"])):
            if view.present().state is not False:
                found[monitor.provider].append(view)
    return found


def _annotated(endpoint: Resource) -> Iterator[Truth]:
    places = [endpoint["metadata"]["annotations"]]
    if endpoint.kind != endpoints.INFERENCE_SERVICE:
        places = [endpoint.properties.at("spec", "template", "metadata", "annotations")]
    for annotations in places:
        for name in _TABLE["scraped"]["annotations"]:
            yield annotations[name].is_true()


def _pod_monitors(endpoint: Resource, stack: Inventory) -> Iterator[Truth]:
    for monitor in stack.of(_POD_MONITOR):
        spec = monitor["spec"]
        yield _reaches(monitor, endpoint, stack) & endpoints.selected(spec["selector"], endpoint)


def _service_monitors(endpoint: Resource, stack: Inventory) -> Iterator[Truth]:
    for monitor in stack.of(_SERVICE_MONITOR):
        reaches, selector = _reaches(monitor, endpoint, stack), monitor["spec"]["selector"]
        if endpoint.kind == endpoints.INFERENCE_SERVICE:
            # KServe makes the service, and labels it as it labels the pods.
            yield reaches & endpoints.selected(selector, endpoint)
            continue
        for service, beside in namespaces.beside(endpoint, stack, [_SERVICE]):
            selects = service["spec"]["selector"]
            yield (
                reaches
                & beside
                & namespaces.selects(selector, service["metadata"]["labels"])
                & selects.filled()
                & namespaces.has(endpoints.pod_labels(endpoint), selects)
            )


def _reaches(monitor: Resource, endpoint: Resource, stack: Inventory) -> Truth:
    return namespaces.in_any(monitor["spec"]["namespaceSelector"], monitor, endpoint, stack)


def alarms(endpoint: Resource, stack: Inventory) -> Truth:
    """Return whether a CloudWatch alarm watches a metric of a SageMaker endpoint."""
    found: list[Truth] = []
    for alarm in stack.of(_ALARM):
        dimensions = [
            alarm["dimensions"],
            *(query["metric"]["dimensions"] for query in alarm["metricQueries"].each()),
        ]
        found += [stack.refers(view["EndpointName"], endpoint) for view in dimensions]
    return any_of(found)


def captures(endpoint: Resource, stack: Inventory) -> Truth:
    """Return whether a SageMaker endpoint keeps questions and answers, which drift is found in."""
    return any_of(
        runs & configuration["dataCaptureConfig"]["enableCapture"].is_true()
        for configuration, runs in endpoints.configuration_of(endpoint, stack)
    )


def monitored(endpoint: Resource, stack: Inventory) -> Truth:
    """Return whether a monitoring schedule of SageMaker compares what an endpoint captured."""
    found: list[Truth] = []
    for schedule in stack.of(_MONITORING):
        settings = schedule["monitoringScheduleConfig"]
        inline = settings.at("monitoringJobDefinition", "monitoringInputs", "endpointInput", "endpointName")
        found.append(stack.refers(inline, endpoint))
        for definition in stack.of(_DATA_QUALITY):
            reads = definition.properties.at("dataQualityJobInput", "endpointInput", "endpointName")
            found.append(
                stack.refers(settings["monitoringJobDefinitionName"], definition)
                & stack.refers(reads, endpoint)
            )
    return any_of(found)


def measured(endpoint: Resource, stack: Inventory) -> Truth:
    """Return whether somebody keeps, or is alerted by, the metrics of an Azure ML endpoint."""
    kept = [
        names & setting["metrics"].any(lambda metric: metric["enabled"].is_true())
        for setting, names in stack.referring(endpoint, {_DIAGNOSTICS: "resourceUri"})
    ]
    alerted = [names for _, names in stack.referring(endpoint, {_METRIC_ALERT: "scopes.[]"})]
    return any_of((*kept, *alerted))


def scheduled(endpoint: Resource, stack: Inventory) -> Truth:
    """Return whether a schedule of Azure ML monitors a deployment of the endpoint.

    It names its target ``azureml:<endpoint>:<deployment>``.
    """
    found: list[Truth] = []
    for schedule in stack.of(_SCHEDULE):
        action: View = schedule["properties"]["action"]
        target = action.at("monitorDefinition", "monitoringTarget", "deploymentId")
        found.append(
            action["actionType"].equals("CreateMonitor")
            & target.relates(endpoint["endpointName"], _of_endpoint)
        )
    return any_of(found)


def _of_endpoint(target: Plain, name: Plain) -> bool:
    return str(target).removeprefix("azureml:").partition(":")[0] == name


def _equal(one: Plain, other: Plain) -> bool:
    return one == other
