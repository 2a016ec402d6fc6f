"""SEC-011: no container runs as root."""

from collections.abc import Iterator

from policies.engine import (
    Claim,
    Enforcement,
    OnUnknown,
    Resource,
    Rule,
    Settings,
    Severity,
    View,
    forbid,
    require,
)
from policies.security import pods


def _pods(resource: Resource, _: Settings) -> Iterator[Claim]:
    for pod in pods.pods(resource):
        for container in pod.containers():
            yield from _container(container)


def _container(container: pods.Container) -> Iterator[Claim]:
    users = container.settings("runAsUser")
    refused = pods.decided(container.settings("runAsNonRoot"), View.is_true)
    # A user that is named is the one that runs, whatever the image says.
    named = pods.decided(
        users, lambda user: user.satisfies(lambda value: isinstance(value, int) and value > 0)
    )
    yield require(
        refused | named,
        f"{container} may run as root: neither runAsNonRoot nor a runAsUser other than 0 is set for it",
    )
    yield forbid(
        pods.decided(users, lambda user: user.equals(0)), f"{container} runs as user 0, which is root"
    )
    for name in container.settings("windowsOptions", "runAsUserName"):
        yield forbid(
            name.equals("ContainerAdministrator"), f"{container} runs as administrator: {name}", at=name
        )


RULE = Rule(
    id="SEC-011",
    version=1,
    title="Containers run as non-root",
    why="Root in a container is root on the node as soon as one wall of the container falls.",
    fix="Set runAsNonRoot to true in securityContext of the pod or of each container, and use an image whose "
    "user is a number other than 0.",
    severity=Severity.HIGH,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    alone=dict.fromkeys(pods.PATHS, _pods),
)
