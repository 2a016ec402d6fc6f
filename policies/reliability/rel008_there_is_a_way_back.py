"""REL-008: a bad version of a model can be stopped early, or taken back."""

from collections.abc import Iterator
from itertools import combinations
from typing import Final

from policies.engine import (
    Claim,
    Enforcement,
    Inventory,
    OnUnknown,
    Resource,
    Rule,
    Settings,
    Severity,
    Truth,
    View,
    any_of,
    forbid,
    require,
)
from policies.engine.view import Plain
from policies.shapes import amounts, endpoints, namespaces

_ROUTE: Final = "kubernetes:gateway.networking.k8s.io:HTTPRoute"
_TWO: Final = amounts.exactly(2)


def _workload(workload: Resource, _: Settings) -> Iterator[Claim]:
    # Kubernetes keeps ten revisions unless told otherwise.
    kept = workload["spec"]["revisionHistoryLimit"]
    yield forbid(
        endpoints.serves(workload) & kept.equals(0),
        "a bad version cannot be taken back: revisionHistoryLimit is 0",
        at=kept,
    )


def _rollout(rollout: Resource, _: Settings) -> Iterator[Claim]:
    strategy = rollout["spec"]["strategy"]
    careful = strategy["canary"].present() | strategy["blueGreen"].present()
    yield require(
        endpoints.serves(rollout).implies(careful),
        "a bad version reaches everybody at once: the strategy is neither canary nor blueGreen",
        at=strategy,
    )


def _service(service: Resource, stack: Inventory, _: Settings) -> Iterator[Claim]:
    share = service.properties.at("spec", "predictor", "canaryTrafficPercent")
    split = any_of(
        beside & _splits(rule["backendRefs"], service["metadata"]["name"])
        for route, beside in namespaces.beside(service, stack, [_ROUTE])
        for rule in route["spec"]["rules"].each()
    )
    yield require(
        share.given() | split,
        "a bad version reaches everybody at once: neither canaryTrafficPercent nor an HTTPRoute with two "
        "backends keeps a part of the requests on the version before",
        at=share,
    )


def _splits(backends: View, name: View) -> Truth:
    """Return whether requests go to the predictor of a service, and to something else as well."""
    own = [backend["name"].relates(name, _is_predictor) for backend in backends.each()]
    return any_of(own) & any_of(~one for one in own)


def _is_predictor(backend: Plain, name: Plain) -> bool:
    return backend in {name, f"{name}-predictor"}


def _sagemaker(endpoint: Resource, stack: Inventory, _: Settings) -> Iterator[Claim]:
    deployment = endpoint["deploymentConfig"]
    routing = deployment.at("blueGreenUpdatePolicy", "trafficRoutingConfiguration", "type")
    careful = (
        deployment["autoRollbackConfiguration"]["alarms"].filled()
        | routing.one_of(("CANARY", "LINEAR"))
        | deployment["rollingUpdatePolicy"].present()
    )
    variants = any_of(
        runs
        & (
            _TWO.within(amounts.length(configuration["productionVariants"]))
            | configuration["shadowProductionVariants"].filled()
        )
        for configuration, runs in endpoints.configuration_of(endpoint, stack)
    )
    yield require(
        careful | variants,
        "a bad version reaches everybody at once, and stays: deploymentConfig has no alarm that rolls back "
        "and "
        "no gradual update, and there is one variant",
        at=deployment,
    )


def _azure_ml(endpoint: Resource, stack: Inventory, _: Settings) -> Iterator[Claim]:
    properties = endpoint["properties"]
    deployments = [
        names for _, names in stack.referring(endpoint, {endpoints.AZURE_ML_DEPLOYMENT: "endpointName"})
    ]
    pairs = any_of(one & other for one, other in combinations(deployments, 2))
    yield require(
        pairs | _TWO.within(amounts.length(properties["traffic"])) | properties["mirrorTraffic"].filled(),
        "there is no version to go back to: the endpoint has one deployment",
        at=properties["traffic"],
    )


RULE = Rule(
    id="REL-008",
    version=1,
    title="Endpoints have a canary or a version to go back to",
    why="What a new model does to real questions is seen with real questions, so only a few should reach "
    "it first.",
    fix="Keep revisions, use a canary or blueGreen strategy, canaryTrafficPercent or weights of an "
    "HTTPRoute, "
    "alarms in autoRollbackConfiguration, or a second deployment of the online endpoint.",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    unknown=OnUnknown.DEFER,
    alone={
        endpoints.DEPLOYMENT: _workload,
        endpoints.STATEFUL_SET: _workload,
        endpoints.ROLLOUT: _rollout,
    },
    joined={
        endpoints.INFERENCE_SERVICE: _service,
        endpoints.SAGEMAKER: _sagemaker,
        endpoints.AZURE_ML: _azure_ml,
    },
)
