"""The two sides of the graph held against each other: what was declared, and what identities may really do.

An edge without access is a dead link: the consumer will fail, or reads by a way that nobody sees. Access
without a declared path is an undeclared consumer. Both are one question asked from two sides: what is
strictly so on one side, and not even loosely on the other.
"""

from collections.abc import Mapping, Sequence

from policies.engine import Hop, Inventory
from policies.linkage import access as physical
from policies.linkage import graph as linkage
from policies.linkage.access import Action
from policies.linkage.links import End, Link, Reconciliation, Stray, Use
from policies.linkage.matching import Reconciler, unmatched

__all__ = [
    "End",
    "Link",
    "Reconciler",
    "Reconciliation",
    "Stray",
    "Use",
    "by_consumer",
    "by_evidence",
    "of",
    "unmatched",
    "witness",
]


def of(inventory: Inventory) -> Reconciliation:
    """Return the reconciliation of a stack; computed once for each inventory."""
    return inventory.derive(_build)


def by_evidence(inventory: Inventory) -> Mapping[str, Sequence[Stray]]:
    """Return the strays of a stack by the URN of the resource that grants them; computed once."""
    return inventory.derive(_by_evidence)


def by_consumer(inventory: Inventory) -> Mapping[str, Sequence[Link]]:
    """Return the links of a stack by the node that reads; computed once."""
    return inventory.derive(_by_consumer)


def witness(stray: Stray, graph: linkage.Graph, inventory: Inventory) -> tuple[Hop, ...]:
    """Return the way from who reads to what is read: identity, whom it acts as, store, data."""
    first, *others = stray.use.end.chain
    hops = [_hop(str(first), first.urn, "", inventory)]
    hops += [_hop(str(identity), identity.urn, "actsAs", inventory) for identity in others]
    target = stray.use.grant.target
    through = inventory.get(stray.use.grant.through)
    if through is not None:
        kind = through.kind.rpartition(":")[2]
        hops.append(_hop(f"{kind} {through.name}", through.urn, "has", inventory))
    resource = inventory.get(target.urn)
    if resource is not None:
        kind = resource.kind.rpartition(":")[2]
        edge = "mayReach" if Action.REACH in stray.use.grant.actions else "mayRead"
        hops.append(_hop(f"{kind} {resource.name}", target.urn, edge, inventory))
    holder = graph.nodes.get(stray.use.holder or "")
    if holder is not None:
        hops.append(Hop(node=holder.label, urn=holder.urn, edge="holds", position=holder.position))
    return tuple(hops)


def _hop(label: str, urn: str, edge: str, inventory: Inventory) -> Hop:
    resource = inventory.get(urn)
    position = resource.source_position if resource is not None else None
    return Hop(node=label, urn=urn, edge=edge, position=position or "")


def _build(inventory: Inventory) -> Reconciliation:
    declared, access = linkage.of(inventory), physical.of(inventory)
    with linkage.kept():
        return Reconciler(declared, access, inventory).reconcile()


def _by_evidence(inventory: Inventory) -> Mapping[str, Sequence[Stray]]:
    return of(inventory).by_evidence()


def _by_consumer(inventory: Inventory) -> Mapping[str, Sequence[Link]]:
    return of(inventory).by_consumer()
