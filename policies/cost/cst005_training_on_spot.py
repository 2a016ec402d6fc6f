"""CST-005: outside production training runs on machines that may be taken away, for a third of the price."""

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
    any_of,
    require,
)
from policies.engine.truth import YES
from policies.shapes import machines, stage, tags

_JOB: Final = "aws:sagemaker/trainingJob:TrainingJob"
# Where a pool labels its nodes.
_LABELS: Final = {
    machines.NODE_GROUP: "labels",
    machines.AGENT_POOL: "nodeLabels",
    machines.MANAGED_CLUSTER: "nodeLabels",
    machines.NODE_POOL: "template.metadata.labels",
    machines.MACHINE_SET: "template.spec.metadata.labels",
}
# What is made for training, and for nothing else.
_ALWAYS: Final = (_JOB, machines.COMPUTE)


def _pool(pool: Resource, stack: Inventory, settings: Settings) -> Iterator[Claim]:
    outside = stage.outside_production(pool, stack, settings)
    for nodes in machines.of(pool, stack):
        trains = YES if pool.kind in _ALWAYS else _trains(pool, nodes, stack, settings)
        yield require(
            (outside & trains).implies(nodes.spot),
            "training outside production pays the full price: the machines are not spot machines",
            at=nodes.at,
        )


def _trains(pool: Resource, nodes: machines.Machines, stack: Inventory, settings: Settings) -> Truth:
    key, values = settings.text("purposeTag"), settings.texts("training")
    labels = nodes.at.at(*_LABELS[pool.kind].split("."))
    return tags.says(pool, stack, key, lambda view: view.one_of(values)) | any_of(
        labels[name].one_of(values) for name in (f"{tags.PREFIX}/{key}", key)
    )


RULE = Rule(
    id="CST-005",
    version=1,
    title="Outside production, training runs on spot machines",
    why="A training that writes checkpoints loses minutes when its machine goes, and the machine costs a "
    "third.",
    fix="Use spot machines (capacityType SPOT, scaleSetPriority Spot, vmPriority LowPriority, "
    "karpenter.sh/capacity-type), or a waiver where an interruption costs more.",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    unknown=OnUnknown.DEFER,
    joined=dict.fromkeys((*_LABELS, *_ALWAYS), _pool),
    parameters={
        **stage.ENVIRONMENT,
        "purposeTag": Parameter(
            about="The tag of a pool, or the label of its nodes, that says what the pool is for.",
            schema={"type": "string"},
            default="purpose",
        ),
        "training": Parameter(
            about="The values of that tag which mean training.",
            schema={"type": "array", "items": {"type": "string"}},
            default=["training"],
        ),
    },
)
