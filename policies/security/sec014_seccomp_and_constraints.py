"""SEC-014: the kernel is narrowed for every container, by a seccomp profile or a restricted SCC."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, cast

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
from policies.engine.data import read
from policies.security import pods

_SCC: Final = read(Path(__file__).parent / "tables" / "constraints.toml")
_PROFILES: Final = ("RuntimeDefault", "Localhost")


def _pods(resource: Resource, _: Settings) -> Iterator[Claim]:
    for pod in pods.pods(resource):
        for container in pod.containers():
            profiles = container.settings("seccompProfile", "type")
            yield require(
                pod.linux().implies(pods.decided(profiles, lambda kind: kind.one_of(_PROFILES))),
                f"{container} may make every system call: its seccompProfile is not RuntimeDefault",
                at=profiles[0],
            )
            yield forbid(
                pods.decided(
                    container.settings("appArmorProfile", "type"), lambda kind: kind.equals("Unconfined")
                ),
                f"{container} turns AppArmor off",
            )


def _constraints(constraints: Resource, _: Settings) -> Iterator[Claim]:
    for flag in cast("list[str]", _SCC["flags"]):
        yield forbid(constraints[flag].is_true(), f"pods that may use the constraint get {flag}")
    escalation = constraints["allowPrivilegeEscalation"]
    yield require(
        escalation.equals(expected=False),
        f"processes may gain privileges: {_named(escalation)}",
        at=escalation,
    )
    for path, loose in cast("dict[str, list[str]]", _SCC["strategies"]).items():
        strategy = constraints.properties.at(*path.split("."))
        yield require(
            strategy.given() & ~strategy.one_of(loose),
            f"pods that may use the constraint choose for themselves: {path} is {strategy}",
            at=strategy,
        )
    dropped = constraints["requiredDropCapabilities"].any(lambda one: one.equals("ALL"))
    yield require(dropped, "containers keep capabilities: requiredDropCapabilities does not name ALL")
    profiles = constraints["seccompProfiles"]
    yield require(profiles.filled(), "no seccomp profile is asked for: seccompProfiles is empty", at=profiles)
    for name, allowed in cast("dict[str, list[str]]", _SCC["lists"]).items():
        for item in constraints[name].each():
            yield require(item.one_of(allowed), f"{name} allows {item}", at=item)


def _named(view: View) -> str:
    return f"{view.path} is {view}"


RULE = Rule(
    id="SEC-014",
    version=1,
    title="Seccomp profiles and restricted security context constraints",
    why="Most ways out of a container begin with a system call that no workload of this platform needs.",
    fix="Set seccompProfile.type to RuntimeDefault in securityContext of the pod; on OpenShift, let "
    "workloads use restricted-v2 instead of a constraint of their own.",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    alone={
        **dict.fromkeys(pods.PATHS, _pods),
        "kubernetes:security.openshift.io:SecurityContextConstraints": _constraints,
    },
)
