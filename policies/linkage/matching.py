"""How the two sides of the graph are held against each other."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias, TypeVar

from policies.engine import Inventory, Truth, any_of
from policies.engine.truth import NO, YES, Reading
from policies.linkage import graph as linkage
from policies.linkage.access import Access, Action, Grant, Holder, Identity, Target
from policies.linkage.declared import Entitlements, Need, stored
from policies.linkage.links import End, Link, Reconciliation, Stray, Use
from policies.linkage.vocabulary import NodeKind

_Pair = TypeVar("_Pair")
Loose: TypeAlias = Callable[[_Pair], Truth]

_SERVICE: Final = "kubernetes:core:Service"
_CONSUMERS: Final = (
    NodeKind.DATASET,
    NodeKind.FEATURE_VIEW,
    NodeKind.TRAINING,
    NodeKind.EVALUATION,
    NodeKind.MODEL,
    NodeKind.ENDPOINT,
)


def unmatched(strict: Iterable[tuple[_Pair, Truth]], loose: Loose[_Pair]) -> Iterator[tuple[_Pair, Truth]]:
    """Yield what holds strictly on one side and not even loosely on the other, as far as anybody knows.

    Dead links are ``unmatched`` from the declared side, undeclared consumers from the physical one. There is
    no third function: what is true of one is true of the other with the sides exchanged.
    """
    for pair, holds in strict:
        covered = loose(pair)
        if covered.state is not True:  # nearly always it is
            left = holds if covered.state is False else holds & ~covered
            if left.state is not False:
                yield pair, left


class Reconciler:
    """Compares a graph with the access of its stack."""

    def __init__(self, graph: linkage.Graph, access: Access, inventory: Inventory) -> None:
        self._graph = graph
        self._access = access
        self._inventory = inventory
        self._ends: dict[Identity, Sequence[End]] = {}
        self._able: dict[str, Sequence[tuple[Identity, Truth]]] = {}
        self._can: dict[str, Mapping[Target, Truth]] = {}
        self._ways: dict[str, Sequence[Sequence[Target]]] = {}
        self._held: dict[Target, Sequence[Holder]] = {
            target: access.targets.holders(target) for target in access.targets
        }
        self._holders = {
            holder.node for held in self._held.values() for holder in held if holder.node is not None
        }

    def reconcile(self) -> Reconciliation:
        """Return what is on one side only."""
        entitlements = Entitlements(self._graph, self._holders)
        strays = unmatched(self._uses(), lambda use: self._declared(use, entitlements))
        links: list[Link] = []
        not_built: list[str] = []
        outside: set[str] = set()
        for node in self._graph.of(*_CONSUMERS):
            outside |= {
                edge.upstream for edge in self._graph.into(node.id) if self._is_elsewhere(edge.upstream)
            }
            needed = entitlements.needs(node.id)
            if self._built(node.id):
                links += map(self._link, needed)
            elif any(True for _ in needed):
                not_built.append(node.id)
        return Reconciliation(
            links=links, strays=_distinct(strays), not_built=not_built, outside=sorted(outside)
        )

    def _link(self, need: Need) -> Link:
        pairs = (((need.consumer, holder), YES) for holder in need.holders)
        dead = {holder: left for (_, holder), left in unmatched(pairs, self._alive)}
        surest = next((left for left in dead.values() if left.state is True), None)
        return Link(need, ~surest if surest is not None else ~any_of(dead.values()), tuple(dead))

    # -- the physical side ---------------------------------------------------------------------------------

    def _uses(self) -> Iterator[tuple[Use, Truth]]:
        """Yield every use of a grant to read, with whether it can happen."""
        for grant in self._access.grants:
            if not _reads(grant):
                continue
            for end in self._ends_of(grant.identity):
                if self._is_the_stores_own(end, grant.target):
                    continue
                can = _both(grant.holds, end.acts)
                for holder in self._held.get(grant.target, ()):
                    happens = _both(can, holder.holds)
                    for consumer in sorted(self._access.bindings.nodes(end.identity)) or (None,):
                        yield Use(grant, end, holder.node, consumer), happens

    def _ends_of(self, identity: Identity) -> Sequence[End]:
        """Return who can use what ``identity`` was granted: who stands for a node, and the outermost."""
        if identity not in self._ends:
            bindings = self._access.bindings
            self._ends[identity] = [
                end
                for end in self._actors(identity)
                if bindings.direct(end.identity) or bindings.outermost(end.identity)
            ]
        return self._ends[identity]

    def _actors(self, identity: Identity) -> Iterator[End]:
        """Yield everybody who may act as ``identity``, itself first, over what is certain if that will do."""
        found = {identity: End(identity, (identity,), YES)}
        for certain in (True, False):
            waiting = list(found.values())
            while waiting:
                here = waiting.pop(0)
                for act in self._access.bindings.actors.get(here.identity, ()):
                    if act.actor not in found and (act.holds.state is True or not certain):
                        end = End(act.actor, (act.actor, *here.chain), _both(here.acts, act.holds))
                        found[act.actor] = end
                        waiting.append(end)
        yield from found.values()

    def _is_the_stores_own(self, end: End, target: Target) -> bool:
        return any(
            self._access.platform.has(identity, target)
            or (identity.urn and self._access.targets.part_of(identity.urn, target))
            for identity in end.chain
        )

    def _alive(self, pair: tuple[str, str]) -> Truth:
        """Return whether some identity of a consumer can read what a node holds."""
        consumer, holder = pair
        ways = self._ways_to(holder)
        if not ways:
            return Truth(None, self._access.targets.open.get(holder, ()))
        can = self._abilities(consumer)
        alive = YES
        for doors in ways:
            alive = _both(alive, _best(can.get(door) for door in doors))
        if alive.state is True:
            return alive
        unread = self._unread(consumer)
        return alive | Truth(None, unread) if unread else alive

    def _ways_to(self, holder: str) -> Sequence[Sequence[Target]]:
        """Return the doors to what a node holds: of each sort, one has to be open."""
        if holder not in self._ways:
            doors = self._access.targets.doors(holder)
            served = [door for door in doors if self._is_service(door)]
            stores = [door for door in doors if door not in served]
            self._ways[holder] = [some for some in (served, stores) if some]
        return self._ways[holder]

    def _unread(self, consumer: str) -> tuple[Reading, ...]:
        missing = self._access.bindings.open.get(consumer)
        return (*(() if missing is None else (missing,)), *self._access.bindings.unmarked)

    def _abilities(self, consumer: str) -> Mapping[Target, Truth]:
        """Return what the identities of a consumer can read, or reach where it is a service."""
        if consumer not in self._can:
            found: defaultdict[Target, list[Truth]] = defaultdict(list)
            for identity, stands in self._identities(consumer):
                for target in self._access.within_reach(identity):
                    can = self._access.reaches if self._is_service(target) else self._access.reads
                    found[target].append(_both(can(identity, target), stands))
            self._can[consumer] = {target: any_of(truths) for target, truths in found.items()}
        return self._can[consumer]

    def _built(self, node: str) -> bool:
        """Return whether a node has an identity, or may have one that nobody can read yet."""
        bindings = self._access.bindings
        return bool(self._identities(node)) or node in bindings.open or bool(bindings.unmarked)

    def _identities(self, node: str) -> Sequence[tuple[Identity, Truth]]:
        """Return the identities of a node and all that these act as, with whether they do."""
        if node not in self._able:
            bindings = self._access.bindings
            found = dict(bindings.of_node(node))
            waiting = sorted(found)
            while waiting:
                here = waiting.pop()
                for act in bindings.acts_as.get(here, ()):
                    if act.identity not in found:
                        found[act.identity] = _both(found[here], act.holds)
                        waiting.append(act.identity)
            self._able[node] = sorted(found.items(), key=lambda pair: pair[0])
        return self._able[node]

    def _is_service(self, target: Target) -> bool:
        resource = self._inventory.get(target.urn)
        return resource is not None and resource.kind == _SERVICE

    def _is_elsewhere(self, name: str) -> bool:
        """Return whether the data of a node lies in a store that is not in this stack."""
        return name not in self._holders and stored(self._graph.nodes[name])

    # -- the declared side ---------------------------------------------------------------------------------

    def _declared(self, use: Use, entitlements: Entitlements) -> Truth:
        """Return whether a use is declared: its identity stands for a node that is entitled to the data."""
        bindings = self._access.bindings
        if use.consumer is None:
            unread = bindings.unread(use.end.identity)
            return Truth(None, unread) if unread else NO
        stands = bindings.nodes(use.end.identity)[use.consumer]
        if use.holder is None:
            return NO
        return _both(entitlements.entitled(use.consumer, use.holder), stands)


def _reads(grant: Grant) -> bool:
    """Return whether somebody granted the reading of data; a network that nobody closed is no grant."""
    return Action.READ in grant.actions or (Action.REACH in grant.actions and grant.explicit)


def _both(one: Truth, other: Truth) -> Truth:
    """Return ``one & other``, without working anything out where one of them decides."""
    if one.state is False or other.state is True:
        return one if one.because or one.state is False else other
    return other if other.state is False or one.state is True else one & other


def _best(truths: Iterable[Truth | None]) -> Truth:
    """Return the best of several answers: one that holds, else one that may."""
    best = NO
    for truth in truths:
        if truth is not None and truth.state is True:
            return truth
        if truth is not None and truth.state is None:
            best = truth if best.state is False else best | truth
    return best


def _distinct(strays: Iterable[tuple[Use, Truth]]) -> Sequence[Stray]:
    """Return one stray for each evidence, identity, holder and consumer, the most certain one."""
    found: dict[tuple[Reading, Identity, str | None, str | None], Stray] = {}
    for use, undeclared in strays:
        key = (use.grant.evidence, use.end.identity, use.holder, use.consumer)
        before = found.get(key)
        if before is None or (before.undeclared.state is None and undeclared.state is True):
            found[key] = Stray(use, undeclared, use.grant.evidence.urn)
    return list(found.values())
