"""What answers questions with a model: inference services, managed endpoints, and workloads labelled so."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, cast

from policies.engine import Inventory, Resource, Truth, View, any_of
from policies.engine.data import read
from policies.engine.truth import NO
from policies.shapes import namespaces

_TABLE: Final = read(Path(__file__).parent / "tables" / "endpoints.toml")
_LABELS: Final = cast("Mapping[str, list[str]]", _TABLE["serving_labels"])
_PARTS: Final = ("predictor", "transformer", "explainer")

DEPLOYMENT: Final = "kubernetes:apps:Deployment"
STATEFUL_SET: Final = "kubernetes:apps:StatefulSet"
ROLLOUT: Final = "kubernetes:argoproj.io:Rollout"
INFERENCE_SERVICE: Final = "kubernetes:serving.kserve.io:InferenceService"
SAGEMAKER: Final = "aws:sagemaker/endpoint:Endpoint"
SAGEMAKER_CONFIGURATION: Final = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
AZURE_ML: Final = "azure-native:machinelearningservices:OnlineEndpoint"
AZURE_ML_DEPLOYMENT: Final = "azure-native:machinelearningservices:OnlineDeployment"

WORKLOADS: Final = (DEPLOYMENT, STATEFUL_SET, ROLLOUT)
"""Kinds that serve a model where their labels say so."""
IN_CLUSTERS: Final = (*WORKLOADS, INFERENCE_SERVICE)


def serves(resource: Resource) -> Truth:
    """Return whether ``resource`` serves a model; a workload does if it, or its pods, are labelled so."""
    if resource.kind not in WORKLOADS:
        return ~NO
    return any_of(
        labels[key].one_of(values) if values else labels[key].filled()
        for labels in (resource["metadata"]["labels"], pod_labels(resource))
        for key, values in _LABELS.items()
    )


def pod_labels(workload: Resource) -> View:
    """Return the labels of the pods of a Deployment, StatefulSet or Rollout."""
    return workload.properties.at("spec", "template", "metadata", "labels")


def pods(endpoint: Resource) -> Iterator[View]:
    """Yield the pod specifications of an endpoint in a cluster that the program sets."""
    if endpoint.kind == INFERENCE_SERVICE:
        for part in _PARTS:
            view = endpoint["spec"][part]
            if view.given().state is not False:
                yield view
    else:
        yield endpoint.properties.at("spec", "template", "spec")


def selected(selector: View, endpoint: Resource) -> Truth:
    """Return whether a label selector (``matchLabels``) finds the pods of an endpoint in a cluster."""
    if endpoint.kind != INFERENCE_SERVICE:
        return namespaces.selects(selector, pod_labels(endpoint))
    return named(selector["matchLabels"], endpoint) & ~selector["matchExpressions"].filled().doubtful()


def named(labels: View, service: Resource) -> Truth:
    """Return whether ``labels`` are those that KServe gives to the pods of an inference service, or fewer."""
    name = service["metadata"]["name"]
    known = cast("Mapping[str, str]", _TABLE["kserve_labels"])
    wanted = [
        labels[key].relates(name, lambda here, own, shape=shape: here == shape.format(name=own))
        for key, shape in known.items()
    ]
    return labels.filled() & any_of(wanted) & only(labels, tuple(known))


def only(labels: View, keys: tuple[str, ...]) -> Truth:
    """Return whether a mapping has no other keys; an unknown one may."""
    return ~any_of(view.present() for key, view in labels.entries() if key not in keys)


def configuration_of(endpoint: Resource, stack: Inventory) -> Iterator[tuple[Resource, Truth]]:
    """Yield the configurations of this stack that a SageMaker endpoint may run, with whether it does."""
    for configuration in stack.of(SAGEMAKER_CONFIGURATION):
        runs = stack.refers(endpoint["endpointConfigName"], configuration)
        if runs.state is not False:
            yield configuration, runs
