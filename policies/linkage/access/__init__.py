"""The physical side of the graph: who may really read, write or reach what, whatever anybody declared.

Everything here is three-valued and comes from the engine's resources alone: policies of AWS, roles of Azure,
roles, pods and network policies of clusters. What cannot be read yet is a grant whose truth is unknown.
"""

import functools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from policies.engine import Inventory, Truth, all_of, any_of
from policies.engine.truth import NO
from policies.linkage import graph as linkage
from policies.linkage.access.acting import Acting
from policies.linkage.access.aws import Aws
from policies.linkage.access.azure import Azure
from policies.linkage.access.binding import Bindings
from policies.linkage.access.cluster import Network, Objects, Roles, uses
from policies.linkage.access.model import (
    EVERYONE,
    Act,
    Action,
    Grant,
    Identity,
    IdentityKind,
    Target,
    doubtful,
)
from policies.linkage.access.platform import Platform
from policies.linkage.access.tables import AWS_EVIDENCE, AZURE_EVIDENCE, CLUSTER_EVIDENCE
from policies.linkage.access.targets import Holder, Targets


class Access:
    """Who may do what with the stores of the declared data."""

    def __init__(self, graph: linkage.Graph, inventory: Inventory) -> None:
        self.targets = Targets(graph, inventory)
        """The stores, and whose data lies in them."""
        self._aws = Aws(inventory, self.targets)
        azure = Azure(inventory, self.targets)
        objects = Objects(inventory, self.targets)
        roles = Roles(objects, self.targets)
        found: list[Grant] = [
            *self._aws.grants(),
            *azure.grants(),
            *uses.grants(objects, self.targets),
            *roles.grants(),
            *Network(objects, self.targets).grants(),
        ]
        acts: list[Act] = [
            *self._aws.acts(),
            *Acting(inventory, self._aws, azure, objects).acts(),
            *roles.members(),
        ]
        self.grants: Sequence[Grant] = sorted(
            (grant for grant in found if grant.holds.state is not False), key=_order
        )
        """Every grant that holds, or may hold, in a fixed order."""
        self.acts: Sequence[Act] = [act for act in acts if act.holds.state is not False]
        """Who may act as whom."""
        everybody = {
            *(grant.identity for grant in self.grants),
            *(principal.identity for principal in self._aws.principals),
            *azure.identities(),
            *objects.accounts(),
            *(workload.identity for workload in objects.workloads),
        }
        self.bindings = Bindings(graph, inventory, everybody, self.acts)
        """Which declared node each identity stands for."""
        self.platform = Platform(inventory, self._aws)
        """Whose access needs no declaration."""

    @functools.cached_property
    def _by_target(self) -> Mapping[tuple[Target, Action], Mapping[Identity, Truth]]:
        found: defaultdict[tuple[Target, Action], defaultdict[Identity, list[Truth]]] = defaultdict(
            lambda: defaultdict(list)
        )
        for grant in self.grants:
            for action in grant.actions:
                found[grant.target, action][grant.identity].append(grant.holds)
        return {
            key: {identity: any_of(truths) for identity, truths in grants.items()}
            for key, grants in found.items()
        }

    @functools.cached_property
    def _by_identity(self) -> Mapping[Identity, Sequence[Target]]:
        found: defaultdict[Identity, dict[Target, None]] = defaultdict(dict)
        for grant in self.grants:
            found[grant.identity][grant.target] = None
        return {identity: tuple(targets) for identity, targets in found.items()}

    @functools.cached_property
    def _anybodys(self) -> Sequence[Target]:
        """Targets that everyone, or somebody who is not known yet, may act on."""
        return [
            target
            for identity, targets in self._by_identity.items()
            if identity.kind in {IdentityKind.EVERYONE, IdentityKind.SOMEBODY}
            for target in targets
        ]

    def within_reach(self, identity: Identity) -> Iterable[Target]:
        """Return the targets that ``identity`` may do anything with, or that it cannot be told it may not."""
        return dict.fromkeys((*self._by_identity.get(identity, ()), *self._anybodys))

    def called(self, identity: Identity) -> Sequence[str]:
        """Return all that others call ``identity``."""
        return sorted({identity.name, *self.bindings.names(identity)})

    def may(self, identity: Identity, action: Action, target: Target) -> Truth:
        """Return whether ``identity`` itself may act on ``target``, whatever key that is encrypted with."""
        granted = self._by_target.get((target, action), {})
        sure = any_of(granted.get(one, NO) for one in (identity, EVERYONE))
        if sure.state is True:
            return sure
        return any_of((sure, *(holds for one, holds in granted.items() if one.kind is IdentityKind.SOMEBODY)))

    def reads(self, identity: Identity, target: Target) -> Truth:
        """Return whether ``identity`` can read what lies in ``target``: it may, and may use its key."""
        may = self.may(identity, Action.READ, target)
        return may if may.state is False else may & all_of(self._keys(identity, target))

    def reaches(self, identity: Identity, target: Target) -> Truth:
        """Return whether ``identity`` can open a connection to ``target``."""
        return self.may(identity, Action.REACH, target)

    def _keys(self, identity: Identity, target: Target) -> Iterator[Truth]:
        for key, encrypts in self._aws.keys.get(target.urn, ()):
            opens = doubtful(*encrypts.because) if key is None else self.may(identity, Action.DECRYPT, key)
            yield encrypts.implies(opens)


def of(inventory: Inventory) -> Access:
    """Return the access of a stack; computed once for each inventory."""
    return inventory.derive(_build)


def evidence_kinds() -> Sequence[str]:
    """Return the kinds of resource that can grant the reading of a store."""
    return sorted({*AWS_EVIDENCE, *AZURE_EVIDENCE, *CLUSTER_EVIDENCE})


def _build(inventory: Inventory) -> Access:
    declared = linkage.of(inventory)
    with linkage.kept():
        return Access(declared, inventory)


def _order(grant: Grant) -> tuple[object, ...]:
    return (
        grant.evidence,
        grant.identity,
        grant.target.urn,
        grant.target.path or "",
        sorted(grant.actions),
        grant.holds.state is None,
    )


__all__ = [
    "EVERYONE",
    "Access",
    "Act",
    "Action",
    "Grant",
    "Holder",
    "Identity",
    "IdentityKind",
    "Target",
    "evidence_kinds",
    "of",
]
