"""Nodes, edges and places of the graph, read from the resources that declare them.

Reading never fails: what is not there is absent, what nobody knows yet is unknown and makes whatever depends
on it unknown.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeVar

from policies.engine import Resource, View
from policies.engine.values import Absent, Held
from policies.linkage import plain
from policies.linkage.vocabulary import KINDS, EdgeKind, NodeKind

_Word = TypeVar("_Word", bound=StrEnum)

_TITLES: Final = {NodeKind.FEATURE_VIEW: "feature view"}


@dataclass(frozen=True, slots=True)
class Edge:
    """A declared dependency; data flows from ``upstream`` to ``downstream``."""

    upstream: str
    downstream: str
    kind: EdgeKind
    position: str = ""
    """File and line of the declaration."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Infrastructure that a node is stored in, processed in or bound to, and where that is."""

    node: str
    """Id of the place as a node, such as ``store:raw``."""
    kind: EdgeKind
    site: str | None
    provider: str | None
    """``aws``, ``azure`` or ``onprem``; ``None`` where it is not known."""
    region: str | None
    country: str | None
    """ISO 3166-1 code; ``None`` where it is not known."""
    resource: str | None
    """URN of the resource, or of the component above it, that the place is."""
    known: bool
    """Whether everything above was known, absent parts included."""
    view: View = field(compare=False, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """A declared node. Its attributes are read through ``resource``, three-valued."""

    id: str
    kind: NodeKind
    name: str
    resource: Resource = field(compare=False, repr=False)
    position: str = ""
    inputs: tuple[Edge, ...] = ()
    inputs_known: bool = True
    """Whether the list of inputs is complete; if not, nothing upstream is certain."""
    places: tuple[Place, ...] = ()
    places_known: bool = True
    identities: tuple[str, ...] = ()
    identities_known: bool = True

    @property
    def label(self) -> str:
        """What a reader calls it, such as ``feature view user_7d``."""
        return f"{_TITLES.get(self.kind, self.kind.value)} {self.name}"

    @property
    def urn(self) -> str:
        """The URN of the resource that declares it."""
        return self.resource.urn

    def __getitem__(self, key: str) -> View:
        return self.resource[key]


def read(resource: Resource) -> Node:
    """Read the node that ``resource`` declares.

    Raises:
        KeyError: The resource declares no node; see :data:`policies.linkage.vocabulary.KINDS`.
    """
    kind = KINDS[resource.kind]
    declared: Held = resource.judged
    node_id = plain.text(plain.at(declared, "node")) or f"{kind.value}:{resource.name}"
    inputs, inputs_known = _edges(node_id, plain.at(declared, "inputs"))
    places = plain.at(declared, "places")
    identities, identities_known = plain.texts(plain.at(declared, "identities"))
    return Node(
        id=node_id,
        kind=kind,
        name=node_id.partition(":")[2] or resource.name,
        resource=resource,
        position=plain.text(plain.at(declared, "position")) or resource.source_position or "",
        inputs=inputs,
        inputs_known=inputs_known,
        places=() if isinstance(places, Absent) else tuple(map(_place, resource["places"].each())),
        places_known=plain.known(places),
        identities=identities,
        identities_known=identities_known,
    )


def text(view: View) -> str | None:
    """Return the text at ``view``; ``None`` where it is absent, unknown or something else."""
    return plain.text(view.raw)


def texts(view: View) -> tuple[tuple[str, ...], bool]:
    """Return the texts of a list, and whether that is all of them."""
    return plain.texts(view.raw)


def word(view: View, words: type[_Word]) -> tuple[_Word | None, bool]:
    """Return the word at ``view`` and whether it is known, as :func:`policies.linkage.plain.word`."""
    return plain.word(view.raw, words)


def known(view: View) -> bool:
    """Return whether the value itself is known; an absent one is."""
    return plain.known(view.raw)


def absent(view: View) -> bool:
    """Return whether nothing is set."""
    return isinstance(view.raw, Absent)


def _edges(downstream: str, declared: Held) -> tuple[tuple[Edge, ...], bool]:
    complete = plain.known(declared)
    edges: list[Edge] = []
    for item in plain.items(declared):
        upstream = plain.text(plain.at(item, "node"))
        kind, _ = plain.word(plain.at(item, "edge"), EdgeKind)
        if upstream is None or kind is None:
            complete = False
            continue
        edges.append(Edge(upstream, downstream, kind, plain.text(plain.at(item, "position")) or ""))
    return tuple(edges), complete


_FACTS: Final = ("node", "role", "site", "provider", "region", "country", "resource")


def _place(view: View) -> Place:
    kind, kind_known = word(view["role"], EdgeKind)
    return Place(
        node=text(view["node"]) or "",
        kind=kind or EdgeKind.STORED_IN,
        site=text(view["site"]),
        provider=text(view["provider"]),
        region=text(view["region"]),
        country=text(view["country"]),
        resource=text(view["resource"]),
        known=kind_known and all(known(view[fact]) for fact in _FACTS if fact != "resource"),
        view=view,
    )
