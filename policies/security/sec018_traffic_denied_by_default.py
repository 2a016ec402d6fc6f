"""SEC-018: in a namespace of workloads nothing talks to anything until someone allows it."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
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
from policies.engine.truth import NO
from policies.security import pods

_NAMESPACE: Final = "kubernetes:core:Namespace"
_POLICY: Final = "kubernetes:networking.k8s.io:NetworkPolicy"
_WHERE: Final = ("metadata", "namespace")
_DIRECTIONS: Final = {"Ingress": "incoming", "Egress": "outgoing"}


def _namespace(namespace: Resource, stack: Inventory, settings: Settings) -> Iterator[Claim]:
    name = namespace["metadata"]["name"]
    policies = [
        (policy, names)
        for policy, names in stack.referring(namespace, {_POLICY: ".".join(_WHERE)})
        if policy.provider == namespace.provider
    ]
    for direction, which in _DIRECTIONS.items():
        denied = any_of(names & _denies(policy, direction) for policy, names in policies) if policies else NO
        yield require(
            _matches(name, settings.texts("exempt")) | denied,
            f"no NetworkPolicy denies all {which} traffic of the namespace until another allows it",
        )


def _workload(workload: Resource, stack: Inventory, settings: Settings) -> Iterator[Claim]:
    """A namespace of the stack is judged where it stands; any other must be vouched for."""
    name = workload.properties.at(*_WHERE)
    here = [
        named for namespace, named in stack.meant(name, _NAMESPACE) if namespace.provider == workload.provider
    ]
    vouched = _matches(name, (*settings.texts("exempt"), *settings.texts("guardedNamespaces")))
    holds = any_of((*here, vouched))
    if holds.state is not True:
        holds |= _denied(workload, name, stack)
    yield require(
        holds,
        f"the namespace of the workload ({name}) is not part of this stack, and nothing says that it denies "
        "traffic by default: list it under guardedNamespaces once someone has checked",
        at=name,
    )


def _denied(workload: Resource, name: View, stack: Inventory) -> Truth:
    """Return whether policies of this stack deny both directions in a namespace that is not in it."""
    policies = [policy for policy in stack.of(_POLICY) if policy.provider == workload.provider]
    found = NO
    for policy in policies:
        same = policy.properties.at(*_WHERE).relates(name, lambda one, other: one == other)
        found |= same & _denies(policy, "Ingress") & _denies(policy, "Egress")
    return found


def _denies(policy: Resource, direction: str) -> Truth:
    """Return whether a policy selects every pod, and allows nothing in ``direction``."""
    spec = policy["spec"]
    selector, kinds = spec["podSelector"], spec["policyTypes"]
    everything = ~selector["matchLabels"].filled() & ~selector["matchExpressions"].filled()
    named = kinds.any(lambda kind: kind.equals(direction))
    # Without policyTypes a policy is about incoming traffic, and about outgoing only if it has rules for it.
    covers = named | ~kinds.present() if direction == "Ingress" else named
    return everything & covers & ~spec[direction.casefold()].filled()


def _matches(name: View, patterns: tuple[str, ...]) -> Truth:
    return name.satisfies(lambda text: any(fnmatchcase(str(text), pattern) for pattern in patterns))


_TEXTS: Final = {"type": "array", "items": {"type": "string"}}

RULE = Rule(
    id="SEC-018",
    version=1,
    title="Namespaces deny network traffic by default",
    why="Whoever breaks into one notebook reaches every feature store and model server that it can see.",
    fix="Add a NetworkPolicy with an empty podSelector, policyTypes Ingress and Egress, and no rules; "
    "then allow what each workload needs.",
    severity=Severity.HIGH,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    joined={
        _NAMESPACE: _namespace,
        **{kind: _workload for kind in pods.PATHS if ":Cluster" not in kind and not kind.endswith("List")},
    },
    parameters={
        "exempt": Parameter(
            about='Namespaces of the cluster itself, whose own parts a policy could cut off; "*" stands for '
            "any text.",
            schema=_TEXTS,
            default=["kube-system", "kube-public", "kube-node-lease", "openshift-*"],
        ),
        "guardedNamespaces": Parameter(
            about="Namespaces outside this stack that deny traffic by default, as someone has checked.",
            schema=_TEXTS,
            default=[],
        ),
    },
)
