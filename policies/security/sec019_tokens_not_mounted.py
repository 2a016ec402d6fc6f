"""SEC-019: a workload has a service account of its own, and no token of the API that it does not need."""

from collections.abc import Iterator, Mapping
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
from policies.security import pods
from policies.shapes import namespaces

_ACCOUNT: Final = "kubernetes:core:ServiceAccount"
_MOUNTS: Final = "automountServiceAccountToken"
# Their pods take the service account from the InferenceService that uses them.
_RUNTIMES: Final = (
    "ServingRuntime",
    "ServingRuntimeList",
    "ClusterServingRuntime",
    "ClusterServingRuntimeList",
)


def _account(account: Resource, settings: Settings) -> Iterator[Claim]:
    mounts, metadata = account[_MOUNTS], account["metadata"]
    yield require(
        mounts.equals(expected=False) | _listed(metadata["namespace"], metadata["name"], settings),
        f"every pod of the account gets a token of the API: {_MOUNTS} is {mounts}, not false",
        at=mounts,
    )


def _pods(resource: Resource, stack: Inventory, settings: Settings) -> Iterator[Claim]:
    for pod in pods.pods(resource):
        if any(True for _ in pod.containers()):
            yield from _pod(pod, resource, stack, settings)


def _pod(pod: pods.Pod, resource: Resource, stack: Inventory, settings: Settings) -> Iterator[Claim]:
    names, mounts = pod.settings("serviceAccountName"), pod.settings(_MOUNTS)
    here = pods.decided(names, lambda name: _in_stack(name, resource, stack))
    yield require(
        here | pods.decided(names, lambda name: name.present() & ~name.one_of(("", "default"))),
        "the pod uses the default service account, which every pod of the namespace shares",
        at=names[0],
    )
    # An account of this stack is judged itself; one from elsewhere mounts its token unless the pod refuses.
    inherited = ~any_of(view.present() for view in mounts) & here
    namespace = resource["metadata"]["namespace"]
    needed = pods.decided(names, lambda name: _listed(namespace, name, settings))
    yield require(
        pods.decided(mounts, lambda view: view.equals(expected=False)) | inherited | needed,
        f"the pod mounts a token of the API: {_MOUNTS} is {mounts[0]}, not false",
        at=mounts[0],
    )


def _spaces(stack: Inventory) -> Mapping[str, View]:
    """Return where each service account says its namespace, by URN."""
    return {account.urn: account["metadata"]["namespace"] for account in stack.of(_ACCOUNT)}


def _in_stack(name: View, resource: Resource, stack: Inventory) -> Truth:
    space, spaces = resource["metadata"]["namespace"], stack.derive(_spaces)
    found: list[Truth] = []
    for account, named in stack.meant(name, _ACCOUNT):
        if account.provider != resource.provider:
            continue
        # Many namespaces may have an account of this name; most are told apart at once.
        same = space.relates(spaces[account.urn], lambda one, other: one == other)
        if same.state is not True:
            if same.state is False and space.given().state is True:
                continue
            same = namespaces.same(resource, account, stack)
        found.append(named & same)
    return any_of(found)


def _listed(namespace: View, name: View, settings: Settings) -> Truth:
    patterns = settings.texts("tokenMounters")
    return namespace.relates(
        name, lambda space, account: any(fnmatchcase(f"{space}/{account}", pattern) for pattern in patterns)
    )


RULE = Rule(
    id="SEC-019",
    version=1,
    title="Workloads have their own service account and mount no token unless needed",
    why="A token that lies in every container is the first thing that an intruder takes along.",
    fix="Give the workload a ServiceAccount with automountServiceAccountToken false; list one that talks to "
    "the API under tokenMounters.",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    alone={_ACCOUNT: _account},
    joined={kind: _pods for kind in pods.PATHS if kind.rpartition(":")[2] not in _RUNTIMES},
    parameters={
        "tokenMounters": Parameter(
            about='Service accounts whose pods talk to the API, as "namespace/name"; "*" is any text.',
            schema={"type": "array", "items": {"type": "string"}},
            default=[],
        )
    },
)
