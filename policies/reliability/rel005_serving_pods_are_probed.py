"""REL-005: a serving pod says when it is ready, and when it is stuck."""

from collections.abc import Iterator
from typing import Final

from policies.engine import (
    Claim,
    Enforcement,
    Inventory,
    OnUnknown,
    Parameter,
    Resource,
    Rule,
    Settings,
    Severity,
    Truth,
    View,
    any_of,
    require,
)
from policies.engine.truth import YES
from policies.engine.view import Plain
from policies.shapes import endpoints, namespaces

_RUNTIME: Final = "kubernetes:serving.kserve.io:ServingRuntime"
_CLUSTER_RUNTIME: Final = "kubernetes:serving.kserve.io:ClusterServingRuntime"
_PROBES: Final = {
    "readinessProbe": "requests reach it before its model is loaded",
    "livenessProbe": "nobody restarts it when it hangs",
}


def _workload(workload: Resource, _: Settings) -> Iterator[Claim]:
    serves = endpoints.serves(workload)
    for pod in endpoints.pods(workload):
        yield from _containers(pod, serves)


def _runtime(runtime: Resource, _: Settings) -> Iterator[Claim]:
    yield from _containers(runtime["spec"], YES)


def _service(service: Resource, stack: Inventory, settings: Settings) -> Iterator[Claim]:
    for pod in endpoints.pods(service):
        yield from _containers(pod, YES)
        model = pod["model"]
        runtime = model["runtime"]
        own = model["readinessProbe"].given() & model["livenessProbe"].given()
        judged = _judged(service, runtime, stack) | runtime.one_of(settings.texts("probedRuntimes"))
        yield require(
            model.present().implies(own | judged),
            f"nothing says that the pods of the runtime {runtime} have probes: it is not part of this stack; "
            "list it under probedRuntimes once someone has checked",
            at=runtime,
        )


def _judged(service: Resource, name: View, stack: Inventory) -> Truth:
    """Return whether the runtime is in this stack, and so judged where it stands."""
    return any_of(
        [
            name.relates(runtime["metadata"]["name"], _equal) & beside
            for runtime, beside in namespaces.beside(service, stack, [_RUNTIME])
        ]
        + [
            name.relates(runtime["metadata"]["name"], _equal)
            for runtime in stack.of(_CLUSTER_RUNTIME)
            if runtime.provider == service.provider
        ]
    )


def _containers(pod: View, serves: Truth) -> Iterator[Claim]:
    for container in pod["containers"].each():
        for probe, consequence in _PROBES.items():
            yield require(
                serves.implies(container[probe].present()),
                f"container {container['name']} has no {probe}: {consequence}",
                at=container[probe],
            )


def _equal(one: Plain, other: Plain) -> bool:
    return one == other


RULE = Rule(
    id="REL-005",
    version=1,
    title="Serving pods have readiness and liveness probes",
    why="Loading a model takes minutes, and a GPU that fell off the bus keeps its process running.",
    fix="Give every container that serves a readinessProbe on its model and a livenessProbe.",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    unknown=OnUnknown.DEFER,
    alone={
        **dict.fromkeys(endpoints.WORKLOADS, _workload),
        _RUNTIME: _runtime,
        _CLUSTER_RUNTIME: _runtime,
    },
    joined={endpoints.INFERENCE_SERVICE: _service},
    parameters={
        "probedRuntimes": Parameter(
            about="Serving runtimes that clusters bring along and that have probes, as someone has checked.",
            schema={"type": "array", "items": {"type": "string"}},
            default=[],
        )
    },
)
