"""SEC-009: no container has the power of its node."""

from collections.abc import Iterator

from policies.engine import Claim, Enforcement, OnUnknown, Resource, Rule, Settings, Severity, View, forbid
from policies.security import pods


def _pods(resource: Resource, _: Settings) -> Iterator[Claim]:
    for spec in pods.specs(resource):
        yield from _contexts(spec)
        for container in pods.containers(spec):
            yield from _contexts(container)


def _contexts(holder: View) -> Iterator[Claim]:
    context = holder["securityContext"]
    name = holder["name"]
    who = "the pod" if name.given().state is False else f"container {name}"
    yield forbid(context["privileged"].is_true(), f"{who} is privileged")
    yield forbid(context["windowsOptions"]["hostProcess"].is_true(), f"{who} is a host process")


RULE = Rule(
    id="SEC-009",
    version=1,
    title="No privileged containers",
    why="A privileged container is root on its node, and reads the data and tokens of every pod beside it.",
    fix="Remove securityContext.privileged, and grant the one capability or device plugin that is needed.",
    severity=Severity.CRITICAL,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    alone=dict.fromkeys(pods.PATHS, _pods),
)
