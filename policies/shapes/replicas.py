"""How many pods a workload keeps, whoever decides it: the workload itself or an autoscaler."""

from collections.abc import Callable, Iterator
from typing import Final

from policies.engine import Inventory, Resource, Truth, View, any_of
from policies.engine.view import Plain
from policies.shapes import amounts, namespaces
from policies.shapes.amounts import Amount

HPA: Final = "kubernetes:autoscaling:HorizontalPodAutoscaler"
KEDA: Final = "kubernetes:keda.sh:ScaledObject"


def at_least(workload: Resource, count: int, stack: Inventory) -> Truth:
    """Return whether a Deployment, StatefulSet or Rollout keeps at least ``count`` pods."""
    return _bounded(workload, stack, lambda fewest: amounts.exactly(count).within(fewest))


def may_be_none(workload: Resource, stack: Inventory) -> Truth:
    """Return whether a workload may go down to no pod at all."""
    return _bounded(workload, stack, lambda fewest: fewest.within(amounts.NOTHING))


def _bounded(workload: Resource, stack: Inventory, question: Callable[[Amount], Truth]) -> Truth:
    scalers = list(_scalers(workload, stack))
    own = question(amounts.of(workload["spec"]["replicas"], absent=1))
    scaled = any_of(targets for targets, _ in scalers)
    return any_of(targets & question(fewest) for targets, fewest in scalers) | (~scaled & own)


def _scalers(workload: Resource, stack: Inventory) -> Iterator[tuple[Truth, Amount]]:
    """Yield the autoscalers that may scale ``workload``, with whether they do and their lower bound."""
    for scaler, beside in namespaces.beside(workload, stack, [HPA]):
        target = scaler["spec"]["scaleTargetRef"]
        kind = target["kind"].equals(workload.kind.rpartition(":")[2])
        yield (
            kind & _names(target, workload) & beside,
            amounts.of(scaler["spec"]["minReplicas"], absent=1),
        )
    for scaler, beside in namespaces.beside(workload, stack, [KEDA]):
        target = scaler["spec"]["scaleTargetRef"]
        own = workload.kind.rpartition(":")[2]
        kind = target["kind"].equals(own)
        if own == "Deployment":
            kind |= ~target["kind"].given()
        yield (
            kind & _names(target, workload) & beside,
            # https://keda.sh/docs/2.18/reference/scaledobject-spec: none unless asked for
            amounts.of(scaler["spec"]["minReplicaCount"], absent=0),
        )


def _names(target: View, workload: Resource) -> Truth:
    return target["name"].relates(workload["metadata"]["name"], _equal)


def _equal(one: Plain, other: Plain) -> bool:
    return one == other
