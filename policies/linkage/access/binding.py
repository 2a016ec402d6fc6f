"""Which declared node an identity stands for.

A node lists the identities it runs as; a resource says whose it is with a tag or an annotation, or stands
below the declaration. Whatever runs as a node's identity is that node too, unless it says otherwise.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import networkx as nx

from policies.engine import Inventory, Resource, Truth, any_of
from policies.engine.truth import YES, Reading
from policies.linkage.access.aws.principals import named_by_arn
from policies.linkage.access.lookup import reading, unknown
from policies.linkage.access.marks import chain, marks
from policies.linkage.access.model import Act, Identity, IdentityKind
from policies.linkage.graph import Graph
from policies.linkage.nodes import Node, text

Bound = Mapping[str, Truth]
"""Ids of nodes, each with whether the identity stands for it."""

_NAMES: Final = {
    IdentityKind.ROLE: ("arn", "name"),
    IdentityKind.USER: ("arn", "name"),
    IdentityKind.MANAGED: ("principalId", "clientId", "id"),
    IdentityKind.RESOURCE: ("identity.principalId",),
}

_BY_ARN: Final = frozenset({IdentityKind.ROLE, IdentityKind.USER})


class Bindings:
    """The identities of a stack and the nodes they stand for."""

    def __init__(
        self, graph: Graph, inventory: Inventory, identities: Iterable[Identity], acts: Iterable[Act]
    ) -> None:
        self._graph = graph
        self._inventory = inventory
        self.actors: defaultdict[Identity, list[Act]] = defaultdict(list)
        """Who may act as an identity."""
        self.acts_as: defaultdict[Identity, list[Act]] = defaultdict(list)
        """As whom an identity may act."""
        everybody = set(identities)
        for act in acts:
            self.actors[act.identity].append(act)
            self.acts_as[act.actor].append(act)
            everybody |= {act.identity, act.actor}
        self.identities: Sequence[Identity] = sorted(everybody)
        self._declarations = {
            node.urn: node
            for nodes in (graph.nodes.values(), *graph.declared_twice.values())
            for node in nodes
        }
        self._listed: defaultdict[str, set[str]] = defaultdict(set)
        self._by_short_name: defaultdict[str, set[str]] = defaultdict(set)
        """Nodes that list an ARN, by the name in it."""
        self._made_from: defaultdict[str, set[str]] = defaultdict(set)
        self.open: Mapping[str, Reading] = self._read_lists()
        """Nodes of which nobody knows yet as whom they run, and what is missing."""
        self._direct: dict[Identity, Bound] = {}
        self._unread: dict[Identity, tuple[Reading, ...]] = {}
        for identity in self.identities:
            self._bind(identity)
        self.unmarked: tuple[Reading, ...] = tuple(
            one
            for identity, unread in self._unread.items()
            if identity.kind is not IdentityKind.SOMEBODY
            for one in unread
        )
        """What is missing before anybody can say for which nodes some identities stand."""
        self._outermost: frozenset[Identity] = self._find_outermost()
        self._nodes: dict[Identity, Bound] = {}
        self._inherit()
        self._of_node: defaultdict[str, dict[Identity, Truth]] = defaultdict(dict)
        for identity, bound in self._nodes.items():
            for node, holds in bound.items():
                self._of_node[node][identity] = holds

    def direct(self, identity: Identity) -> Bound:
        """Return the nodes that an identity stands for by itself."""
        return self._direct.get(identity, {})

    def nodes(self, identity: Identity) -> Bound:
        """Return the nodes that an identity stands for, by itself or because of whom it acts as."""
        return self._nodes.get(identity, {})

    def of_node(self, node: str) -> Mapping[Identity, Truth]:
        """Return the identities that stand for a node."""
        return self._of_node.get(node, {})

    def unread(self, identity: Identity) -> tuple[Reading, ...]:
        """Return what is missing before anybody can say that an identity stands for no node."""
        return (*self._unread.get(identity, ()), *self.open.values())

    def outermost(self, identity: Identity) -> bool:
        """Return whether nobody else acts as ``identity``: then it is the one that does something."""
        return identity in self._outermost

    # -- reading -------------------------------------------------------------------------------------------

    def _read_lists(self) -> Mapping[str, Reading]:
        waiting: dict[str, Reading] = {}
        resources = {identity.urn for identity in self.identities}
        for node in self._graph.nodes.values():
            for name in node.identities:
                self._listed[name.casefold()].add(node.id)
                if (short := named_by_arn(name)) is not None:
                    self._by_short_name[short.casefold()].add(node.id)
            if node.identities_known:
                continue
            origins = node.resource.property_dependencies.get("identities", frozenset()) & resources
            for urn in origins:
                self._made_from[urn].add(node.id)
            if not origins:
                waiting[node.id] = Reading(node.urn, "identities")
        return waiting

    def _bind(self, identity: Identity) -> None:
        found = dict.fromkeys(self._listing(identity), YES)
        unread: list[Reading] = []
        resource = self._inventory.get(identity.urn)
        if resource is not None:
            for view in marks(resource):
                if (text(view) or "") in self._graph.nodes:
                    found[text(view) or ""] = YES
                elif unknown(view):
                    unread.append(reading(view))
            if not found and (above := self._above(identity.urn)) is not None:
                found[above.id] = YES
        elif identity.kind is IdentityKind.SOMEBODY:
            place, _, path = identity.name.rpartition(" ")
            unread.append(Reading(place, path))
        self._direct[identity] = found
        self._unread[identity] = tuple(unread)

    def _listing(self, identity: Identity) -> Iterator[str]:
        """Yield the nodes that list an identity."""
        for name in self.names(identity):
            yield from self._listed.get(name.casefold(), ())
        yield from self._made_from.get(identity.urn, ())
        resource = self._inventory.get(identity.urn)
        if resource is not None and identity.kind in _BY_ARN and not _has(resource, "arn"):
            # Before a role exists nobody knows its ARN, but a program may spell it out.
            for view in resource.known_as(("name",)):
                yield from self._by_short_name.get((text(view) or "").casefold(), ())

    def _above(self, urn: str) -> Node | None:
        found = (self._declarations.get(above) for above in chain(urn, self._inventory))
        return next((node for node in found if node is not None), None)

    def names(self, identity: Identity) -> Sequence[str]:
        """Return the names under which a node may list ``identity``."""
        resource = self._inventory.get(identity.urn)
        names = [] if resource is not None and identity.kind in _NAMES else [identity.name]
        if resource is not None:
            views = resource.known_as(_NAMES.get(identity.kind, ()))
            names += [view.raw for view in views if isinstance(view.raw, str)]
        return names

    # -- who acts as whom ----------------------------------------------------------------------------------

    def _find_outermost(self) -> frozenset[Identity]:
        """Return the identities that nobody acts as; some that act as each other count as one."""
        graph: nx.DiGraph[Identity] = nx.DiGraph()
        graph.add_nodes_from(self.identities)
        graph.add_edges_from((act.actor, act.identity) for acts in self.actors.values() for act in acts)
        self._order = [sorted(part) for part in nx.strongly_connected_components(graph)]
        group = {identity: index for index, part in enumerate(self._order) for identity in part}
        return frozenset(
            part[0]
            for index, part in enumerate(self._order)
            if not any(group[act.actor] != index for one in part for act in self.actors[one])
        )

    def _inherit(self) -> None:
        """Give every identity that stands for nothing by itself what those stand for whom it acts as."""
        # Tarjan's order: whatever a group acts as comes before it.
        for part in self._order:
            direct = {identity for identity in part if self._direct[identity]}
            for identity in part:
                self._nodes[identity] = self._direct[identity]
            for identity in part:
                if identity in direct:
                    continue
                found: defaultdict[str, list[Truth]] = defaultdict(list)
                for act in self.acts_as[identity]:
                    for node, holds in self._nodes.get(act.identity, {}).items():
                        found[node].append(holds & act.holds)
                self._nodes[identity] = {node: any_of(truths) for node, truths in found.items()}


def _has(resource: Resource, name: str) -> bool:
    return any(isinstance(view.raw, str) for view in resource.known_as((name,)))
