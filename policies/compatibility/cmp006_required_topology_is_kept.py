"""CMP-006: a required topology is not combined with ProvisioningRequest.

Source: kubernetes-sigs/kueue PR 5078; read 2026-11.
"""

from collections.abc import Iterator

from policies.compatibility.declared import SCHEDULING
from policies.engine import (
    Claim,
    Enforcement,
    OnUnknown,
    Resource,
    Rule,
    Settings,
    Severity,
    forbid,
)


def _scheduling(declared: Resource, _: Settings) -> Iterator[Claim]:
    yield forbid(
        declared["topology"].equals("required") & declared["provisioningRequest"].is_true(),
        "jobs require a topology, and ProvisioningRequest may scatter the nodes that are added for them",
        at=declared["topology"],
    )


RULE = Rule(
    id="CMP-006",
    version=1,
    title="A required topology is not combined with ProvisioningRequest",
    why="The autoscaler adds nodes wherever there is room, and a job that must be close together "
    "then never fits.",
    fix="Use preferred topology, or pools that are there before the job.",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    unknown=OnUnknown.DEFER,
    alone={SCHEDULING: _scheduling},
)
