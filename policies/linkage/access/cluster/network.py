"""Which pods reach which services.

Source: https://kubernetes.io/docs/concepts/services-networking/network-policies/: without a policy that
selects it a pod is open in that direction; with one it is closed but for what its policies allow together.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from policies.engine import Resource, Truth, View, any_of
from policies.engine.truth import NO, YES, Reading
from policies.engine.values import Absent
from policies.linkage.access.cluster import selectors
from policies.linkage.access.cluster.objects import NAMESPACE, Objects, Workload
from policies.linkage.access.lookup import reading, unknown
from policies.linkage.access.model import Action, Grant, Target, doubtful
from policies.linkage.access.targets import Targets

POLICY: Final = "kubernetes:networking.k8s.io:NetworkPolicy"
_SERVICE: Final = "kubernetes:core:Service"


@dataclass(frozen=True, slots=True)
class _Direction:
    type: str
    rules: str
    peers: str


_INGRESS: Final = _Direction("Ingress", "ingress", "from")
_EGRESS: Final = _Direction("Egress", "egress", "to")


@dataclass(frozen=True, slots=True, eq=False)
class _Pods:
    """Some pods: where they are, and their labels, one set for each kind of pod."""

    namespace: str | None
    labels: tuple[View, ...]


@dataclass(frozen=True, slots=True)
class _Way:
    """Whether a way is open, and the rules that name who may come, with whether they do."""

    open: Truth
    named_by: tuple[tuple[Reading, Truth], ...] = ()


class Network:
    """The network policies of all clusters of a stack."""

    def __init__(self, objects: Objects, targets: Targets) -> None:
        self._objects = objects
        self._targets = targets
        self._policies: defaultdict[str, list[tuple[Resource, str | None]]] = defaultdict(list)
        for policy in objects.inventory.of(POLICY):
            self._policies[policy.provider].append((policy, objects.namespace(policy)))
        self._namespaces: dict[tuple[str, str], View] = {}
        for namespace in objects.inventory.of(NAMESPACE):
            name = namespace["metadata"]["name"].raw
            if isinstance(name, str):
                self._namespaces[namespace.provider, name] = namespace["metadata"]["labels"]

    def grants(self) -> Iterator[Grant]:
        """Yield which workloads reach the services that stores are served by.

        A way that nobody closed is no grant of anybody's: it is yielded as not explicit.
        """
        for service in self._objects.inventory.of(_SERVICE):
            targets = self._targets.at(service.urn)
            if not targets:
                continue
            server = _Pods(self._objects.namespace(service), (service["spec"]["selector"],))
            for workload in self._objects.workloads:
                if workload.cluster != service.provider:
                    continue
                way = self._reach(workload, service, server)
                evidence = reading(service["spec"])
                for target in targets:
                    yield _grant(workload, target, way.open, evidence, explicit=False)
                    for by, names in way.named_by:
                        yield _grant(workload, target, way.open & names, by, explicit=True)

    def _reach(self, workload: Workload, service: Resource, server: _Pods) -> _Way:
        client = _Pods(workload.namespace, tuple(labels for _, labels in workload.pods))
        out = self._way(service, client, server, _EGRESS)
        into = self._way(service, server, client, _INGRESS)
        return _Way(out.open & into.open, (*into.named_by, *out.named_by))

    def _way(self, service: Resource, own: _Pods, other: _Pods, to: _Direction) -> _Way:
        """Return whether the policies of ``own`` let traffic in one direction to or from ``other``."""
        closed: list[Truth] = []
        allowed: list[Truth] = []
        named_by: list[tuple[Reading, Truth]] = []
        for policy, namespace in self._policies[service.provider]:
            selected = _in(namespace, own, policy) & _any_labels(policy["spec"]["podSelector"], own)
            selected &= _concerns(policy, to)
            if selected.state is False:
                continue
            closed.append(selected)
            for rule in policy["spec"][to.rules].each():
                here = selected & _on_port(rule, service)
                for by, lets, names in self._lets(rule, policy, namespace, other, to):
                    allowed.append(here & lets)
                    if (here & lets & names).state is not False:
                        named_by.append((by, here & lets & names))
        return _Way(~any_of(closed) | any_of(allowed), tuple(named_by))

    def _lets(
        self, rule: View, policy: Resource, namespace: str | None, other: _Pods, to: _Direction
    ) -> Iterator[tuple[Reading, Truth, Truth]]:
        """Yield for each peer of a rule whether it lets ``other`` through, and whether it names anybody."""
        peers = rule[to.peers]
        if isinstance(peers.raw, Absent) or peers.filled().state is False:
            yield reading(rule), YES, NO
        for peer in peers.each():
            yield (
                reading(peer),
                self._is(peer, policy, namespace, other),
                selectors.names(peer["podSelector"]),
            )

    def _is(self, peer: View, policy: Resource, namespace: str | None, other: _Pods) -> Truth:
        if unknown(peer):
            return doubtful(reading(peer))
        if not isinstance(peer["ipBlock"].raw, Absent):
            everywhere = peer["ipBlock"]["cidr"].one_of(("0.0.0.0/0", "::/0"))
            return everywhere | (~everywhere).doubtful()  # which addresses pods have is not told
        around = peer["namespaceSelector"]
        if isinstance(around.raw, Absent):
            here = _in(namespace, other, policy)
        else:
            labels = self._namespaces.get((policy.provider, other.namespace or ""))
            here = selectors.selects(around, selectors.namespace_label(other.namespace, labels))
        return here & _any_labels(peer["podSelector"], other)


def _grant(workload: Workload, target: Target, holds: Truth, evidence: Reading, *, explicit: bool) -> Grant:
    return Grant(
        identity=workload.identity,
        target=target,
        actions=frozenset({Action.REACH}),
        holds=holds,
        evidence=evidence,
        explicit=explicit,
    )


def _in(namespace: str | None, pods: _Pods, policy: Resource) -> Truth:
    if namespace is None or pods.namespace is None:
        return doubtful(reading(policy["metadata"]["namespace"]))
    return YES if namespace == pods.namespace else NO


def _any_labels(selector: View, pods: _Pods) -> Truth:
    return any_of(selectors.selects(selector, selectors.of_view(labels)) for labels in pods.labels)


def _concerns(policy: Resource, to: _Direction) -> Truth:
    """Return whether a policy speaks of a direction; without a word, of ingress and of its rules."""
    types = policy["spec"]["policyTypes"]
    if isinstance(types.raw, Absent):
        return YES if to is _INGRESS else policy["spec"][to.rules].given()
    return types.any(lambda item: item.equals(to.type))


def _on_port(rule: View, service: Resource) -> Truth:
    """Return whether a rule is for a port of the pods behind ``service``; without ports it is for all."""
    ports = rule["ports"]
    if ports.filled().state is False:
        return YES
    wanted: Sequence[View] = [
        port["port"] if isinstance(port["targetPort"].raw, Absent) else port["targetPort"]
        for port in service["spec"]["ports"].each()
    ]
    return ports.any(lambda one: any_of(_matches(one, port) for port in wanted) if wanted else YES)


def _matches(rule: View, port: View) -> Truth:
    own, last = rule["port"], rule["endPort"].raw
    if isinstance(own.raw, Absent):
        return YES
    if isinstance(own.raw, int) and isinstance(port.raw, int):
        return YES if own.raw <= port.raw <= (last if isinstance(last, int) else own.raw) else NO
    same = own.relates(port, lambda one, other: one == other)
    # A name stands for a number that only the container tells.
    return same if same.state is True else doubtful(reading(own))
