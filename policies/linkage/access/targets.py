"""Which data lies behind which resource: the doors through which a store is entered."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from policies.engine import Inventory, Resource, Truth
from policies.engine.truth import YES, Reading
from policies.linkage.access.lookup import reading, unknown
from policies.linkage.access.marks import chain, marks
from policies.linkage.access.model import Target, doubtful
from policies.linkage.access.tables import DIRECT_DOORS, DOORS, WITH_PATHS
from policies.linkage.graph import Graph
from policies.linkage.nodes import Node, Place, known, text
from policies.linkage.physical import resources_of
from policies.linkage.vocabulary import EdgeKind

_STORES: Final = frozenset({EdgeKind.STORED_IN, EdgeKind.REGISTERED_IN})


@dataclass(frozen=True, slots=True)
class Holder:
    """A node whose data lies behind a target."""

    node: str | None
    """Its id; ``None`` for a store of which nobody knows yet whose it is."""
    holds: Truth


class Targets:
    """All doors behind which declared data lies, or may lie."""

    def __init__(self, graph: Graph, inventory: Inventory) -> None:
        self._inventory = inventory
        self._holders: defaultdict[Target, dict[str | None, Truth]] = defaultdict(dict)
        self._roots: defaultdict[str, set[str]] = defaultdict(set)
        declarations = {
            node.urn: node
            for nodes in (graph.nodes.values(), *graph.declared_twice.values())
            for node in nodes
        }
        self._from_places(graph)
        for door in inventory.of(*DOORS):
            self._own(graph, declarations, door)
        self.open: Mapping[str, tuple[Reading, ...]] = dict(_open(graph))
        """Nodes of which nobody knows yet where their data lies, and what is missing."""
        if self.open:
            for target in {*(Target(door.urn) for door in inventory.of(*DOORS)), *self._holders}:
                for name, missing in self.open.items():
                    self._holders[target].setdefault(name, Truth(None, missing))
        self._doors: defaultdict[str, list[Target]] = defaultdict(list)
        self._at: defaultdict[str, list[Target]] = defaultdict(list)
        self._all = sorted(self._holders, key=lambda target: (target.urn, target.path or ""))
        for target in self._all:
            self._at[target.urn].append(target)
            for name, holds in self._holders[target].items():
                if name is not None and holds.state is True:
                    self._doors[name].append(target)

    def _from_places(self, graph: Graph) -> None:
        parts: dict[tuple[str, str | None], Sequence[Resource]] = {}
        for node in graph.nodes.values():
            for place in node.places:
                if place.kind not in _STORES:
                    continue
                key = (place.node, place.resource)
                if key not in parts:
                    parts[key] = _parts(place, self._inventory)
                for door in parts[key]:
                    self._put(node, door, YES if _certain(place) else doubtful(_role(place)))
                    if place.resource is not None:
                        self._roots[door.urn].add(place.resource)

    def __iter__(self) -> Iterator[Target]:
        return iter(self._all)

    def holders(self, target: Target) -> Sequence[Holder]:
        """Return whose data lies behind ``target``."""
        found = self._holders.get(target, {})
        return [Holder(node, found[node]) for node in sorted(found, key=lambda node: node or "")]

    def at(self, urn: str) -> Sequence[Target]:
        """Return the targets that the resource ``urn`` is."""
        return self._at.get(urn, ())

    def doors(self, node: str) -> Sequence[Target]:
        """Return the targets behind which the data of ``node`` certainly lies."""
        return self._doors.get(node, ())

    def part_of(self, urn: str, target: Target) -> bool:
        """Return whether the resource ``urn`` is a part of the store, as a task that sets it up is."""
        roots = self._roots.get(target.urn, ())
        return any(above in roots for above in chain(urn, self._inventory))

    def _put(self, node: Node, door: Resource, holds: Truth) -> None:
        target = Target(door.urn, _path(node) if door.kind in WITH_PATHS else "")
        before = self._holders[target].get(node.id)
        self._holders[target][node.id] = holds if before is None else before | holds

    def _own(self, graph: Graph, declarations: Mapping[str, Node], door: Resource) -> None:
        """Bind a door by what it says itself, and by the declaration that it stands below."""
        for view in marks(door):
            node = graph.nodes.get(text(view) or "")
            if node is not None:
                self._put(node, door, YES)
            elif unknown(view):
                self._holders[Target(door.urn)][None] = doubtful(reading(view))
        for above in chain(door.urn, self._inventory):
            node = declarations.get(above)
            if node is not None and door.kind not in DIRECT_DOORS:
                self._put(node, door, YES)
                self._roots[door.urn].add(above)


def _parts(place: Place, inventory: Inventory) -> Sequence[Resource]:
    """Return the doors that ``place`` is made of; what only may be a part is bound by what it says itself."""
    return [
        part.resource
        for part in resources_of(place, inventory)
        if part.belongs.state is True
        and part.resource.kind in DOORS
        # Settings that lie beside a store open nothing; they are data only where somebody says so.
        and (part.resource.kind not in DIRECT_DOORS or part.resource.urn == place.resource)
    ]


def _certain(place: Place) -> bool:
    return not unknown(place.view["role"])


def _role(place: Place) -> Reading:
    return reading(place.view["role"])


def _open(graph: Graph) -> Iterator[tuple[str, tuple[Reading, ...]]]:
    for node in graph.nodes.values():
        missing = [reading(node["places"])] if not node.places_known else []
        missing += [
            reading(place.view["resource"])
            for place in node.places
            if place.kind in _STORES and unknown(place.view["resource"])
        ]
        if missing:
            yield node.id, tuple(missing)


def _path(node: Node) -> str | None:
    """Return where in its store the data of ``node`` lies, ``None`` where nobody knows yet."""
    if not known(node["path"]):
        return None
    path = (text(node["path"]) or "").strip("/")
    return f"{path}/" if path else ""
