"""REL-004: a production endpoint goes on when a node, or a zone, does not."""

from collections.abc import Iterator
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
    require,
)
from policies.shapes import amounts, endpoints, machines, namespaces, replicas, stage

_FEWEST: Final = 2
_ZONE: Final = "topology.kubernetes.io/zone"
_BUDGET: Final = "kubernetes:policy:PodDisruptionBudget"
_ONE: Final = "production rests on fewer than two {what}: {property} is {view}"


def _workload(workload: Resource, stack: Inventory, settings: Settings) -> Iterator[Claim]:
    production = endpoints.serves(workload) & stage.in_production(workload, stack, settings)
    count = workload["spec"]["replicas"]
    yield require(
        production.implies(replicas.at_least(workload, _FEWEST, stack)),
        _ONE.format(what="replicas", property="replicas", view=count),
        at=count,
    )
    yield from _placed(workload, production, stack)


def _service(service: Resource, stack: Inventory, settings: Settings) -> Iterator[Claim]:
    production = stage.in_production(service, stack, settings)
    for part in endpoints.pods(service):
        fewest = part["minReplicas"]
        enough = amounts.exactly(_FEWEST).within(amounts.of(fewest, absent=1))
        yield require(
            production.implies(enough),
            _ONE.format(what="replicas", property="minReplicas", view=fewest),
            at=fewest,
        )
    yield from _placed(service, production, stack)


def _placed(endpoint: Resource, production: Truth, stack: Inventory) -> Iterator[Claim]:
    """Claim that pods are in several zones, and that not all of them are taken away at once."""
    for pod in endpoints.pods(endpoint):
        yield require(
            production.implies(_spread(pod)),
            "nothing spreads the pods over zones",
            at=pod["topologySpreadConstraints"],
        )
    guarded = any_of(
        beside & endpoints.selected(budget["spec"]["selector"], endpoint)
        for budget, beside in namespaces.beside(endpoint, stack, [_BUDGET])
    )
    yield require(
        production.implies(guarded),
        "an upgrade of the nodes may take every pod at once: no PodDisruptionBudget selects them",
        at=endpoint.properties,
    )


def _spread(pod: View) -> Truth:
    apart = pod.at("affinity", "podAntiAffinity")
    terms = [
        *apart["requiredDuringSchedulingIgnoredDuringExecution"].each(),
        *(
            weighted["podAffinityTerm"]
            for weighted in apart["preferredDuringSchedulingIgnoredDuringExecution"].each()
        ),
    ]
    return pod["topologySpreadConstraints"].any(lambda one: one["topologyKey"].equals(_ZONE)) | any_of(
        term["topologyKey"].equals(_ZONE) for term in terms
    )


def _variants(configuration: Resource, stack: Inventory, settings: Settings) -> Iterator[Claim]:
    """SageMaker spreads the instances of a variant over the zones of its subnets by itself."""
    production = stage.in_production(configuration, stack, settings)
    for variant in machines.of(configuration, stack):
        if "shadow" in variant.at.path:
            continue  # nobody waits for its answers
        count = variant.at["initialInstanceCount"]
        yield require(
            production.implies(amounts.exactly(_FEWEST).within(variant.fewest)),
            _ONE.format(what="instances", property="initialInstanceCount", view=count),
            at=count,
        )


def _online(deployment: Resource, stack: Inventory, settings: Settings) -> Iterator[Claim]:
    production = stage.in_production(deployment, stack, settings)
    fewest, _ = machines.online_instances(deployment)
    count = deployment["sku"]["capacity"]
    yield require(
        production.implies(amounts.exactly(_FEWEST).within(fewest)),
        _ONE.format(what="instances", property="sku.capacity", view=count),
        at=count,
    )


RULE = Rule(
    id="REL-004",
    version=1,
    title="Production endpoints survive the loss of a node or a zone",
    why="With one replica, every upgrade of a node and every lost zone is an outage of whatever asks the "
    "model.",
    fix="Run at least two replicas or instances, spread them over topology.kubernetes.io/zone, and add a "
    "PodDisruptionBudget.",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    unknown=OnUnknown.DEFER,
    joined={
        **dict.fromkeys(endpoints.WORKLOADS, _workload),
        endpoints.INFERENCE_SERVICE: _service,
        endpoints.SAGEMAKER_CONFIGURATION: _variants,
        endpoints.AZURE_ML_DEPLOYMENT: _online,
    },
    parameters=stage.ENVIRONMENT,
)
