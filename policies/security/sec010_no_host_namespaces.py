"""SEC-010: no pod looks into its node."""

from collections.abc import Iterator
from typing import Final

from policies.engine import Claim, Enforcement, OnUnknown, Resource, Rule, Settings, Severity, forbid
from policies.security import pods

_NAMESPACES: Final = {
    "hostPID": "sees every process of the node",
    "hostIPC": "shares the memory of other processes of the node",
    "hostNetwork": "uses the network of the node, past every network policy",
}


def _pods(resource: Resource, _: Settings) -> Iterator[Claim]:
    for spec in pods.specs(resource):
        for namespace, consequence in _NAMESPACES.items():
            yield forbid(spec[namespace].is_true(), f"the pod {consequence}")


RULE = Rule(
    id="SEC-010",
    version=1,
    title="No host namespaces",
    why="A pod in the namespaces of its node sees traffic, processes and memory that are not its own.",
    fix="Remove hostPID, hostIPC and hostNetwork; an agent of the node that needs one gets a waiver.",
    severity=Severity.HIGH,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    alone=dict.fromkeys(pods.PATHS, _pods),
)
