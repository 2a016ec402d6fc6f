"""SEC-013: a container keeps no Linux capability that it was not given by name."""

from collections.abc import Iterator

from policies.engine import (
    Claim,
    Enforcement,
    OnUnknown,
    Parameter,
    Resource,
    Rule,
    Settings,
    Severity,
    require,
)
from policies.security import pods


def _pods(resource: Resource, settings: Settings) -> Iterator[Claim]:
    allowed = settings.texts("allowedCapabilities")
    for pod in pods.pods(resource):
        for container in pod.containers():
            capabilities = container.own("capabilities")
            dropped = capabilities["drop"].any(lambda one: one.equals("ALL"))
            yield require(
                pod.linux().implies(dropped),
                f"{container} keeps the default capabilities, NET_RAW among them: drop does not name ALL",
                at=capabilities["drop"],
            )
            for added in capabilities["add"].each():
                yield require(
                    pod.linux().implies(added.one_of(allowed)),
                    f"{container} gets the capability {added}; allowed are {', '.join(allowed) or 'none'}",
                    at=added,
                )


RULE = Rule(
    id="SEC-013",
    version=1,
    title="Containers drop all capabilities",
    why="With NET_RAW alone a container can pose as its neighbours on the network of the node.",
    fix="Set securityContext.capabilities.drop to [ALL] on every container, and add back the one it needs.",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    alone=dict.fromkeys(pods.PATHS, _pods),
    parameters={
        "allowedCapabilities": Parameter(
            about="Capabilities that a container may add; the default is that of the restricted Pod Security "
            "Standard.",
            schema={"type": "array", "items": {"type": "string"}},
            default=["NET_BIND_SERVICE"],
        )
    },
)
