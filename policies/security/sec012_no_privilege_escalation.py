"""SEC-012: no process gains more power than its container started with."""

from collections.abc import Iterator

from policies.engine import Claim, Enforcement, OnUnknown, Resource, Rule, Settings, Severity, require
from policies.security import pods


def _pods(resource: Resource, _: Settings) -> Iterator[Claim]:
    for pod in pods.pods(resource):
        for container in pod.containers():
            allowed = container.own("allowPrivilegeEscalation")
            yield require(
                pod.linux().implies(allowed.equals(expected=False)),
                (
                    f"{container} lets processes gain privileges: allowPrivilegeEscalation is {allowed}, "
                    "not false"
                ),
                at=allowed,
            )


RULE = Rule(
    id="SEC-012",
    version=1,
    title="No privilege escalation in containers",
    why="A set-user-id binary in an image turns any user into root again, whatever the pod asked for.",
    fix="Set securityContext.allowPrivilegeEscalation to false on every container.",
    severity=Severity.HIGH,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    alone=dict.fromkeys(pods.PATHS, _pods),
)
