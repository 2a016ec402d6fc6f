"""Nodes, edges and places of the graph, read from the resources that declare them.

Reading never fails: what is not there is absent, what nobody knows yet is unknown and makes whatever depends
on it unknown.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeVar

from policies.engine import Resource, View
from policies.engine.values import Absent, Value
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
    node_id = text(resource["node"]) or f"{kind.value}:{resource.name}"
    inputs, inputs_known = _edges(node_id, resource["inputs"])
    places = tuple(_place(view) for view in resource["places"].each())
    identities, identities_known = texts(resource["identities"])
    return Node(
        id=node_id,
        kind=kind,
        name=node_id.partition(":")[2] or resource.name,
        resource=resource,
        position=text(resource["position"]) or resource.source_position or "",
        inputs=inputs,
        inputs_known=inputs_known,
        places=places,
        places_known=known(resource["places"]),
        identities=identities,
        identities_known=identities_known,
    )


def text(view: View) -> str | None:
    """Return the text at ``view``; ``None`` where it is absent, unknown or something else."""
    return view.raw if isinstance(view.raw, str) else None


def texts(view: View) -> tuple[tuple[str, ...], bool]:
    """Return the texts of a list, and whether that is all of them."""
    found: list[str] = []
    complete = known(view)
    for item in view.each():
        if isinstance(item.raw, str):
            found.append(item.raw)
        else:
            complete = False
    return tuple(found), complete


def word(view: View, words: type[_Word]) -> tuple[_Word | None, bool]:
    """Return the word at ``view``, and whether it is known; an absent one is known to be none.

    A word outside the vocabulary is not known: whatever was meant, it must not count as nothing.
    """
    if isinstance(view.raw, Absent):
        return None, True
    found = next((item for item in words if item.value == view.raw), None)
    return found, found is not None


def known(view: View) -> bool:
    """Return whether the value itself is known; an absent one is."""
    return isinstance(view.raw, Absent | str | bool | int | float | Mapping | list | tuple)


def absent(view: View) -> bool:
    """Return whether nothing is set."""
    return isinstance(view.raw, Absent)


def _edges(downstream: str, view: View) -> tuple[tuple[Edge, ...], bool]:
    complete = known(view)
    edges: list[Edge] = []
    for item in view.each():
        upstream, position = text(item["node"]), text(item["position"]) or ""
        kind, _ = word(item["edge"], EdgeKind)
        if upstream is None or kind is None:
            complete = False
            continue
        edges.append(Edge(upstream, downstream, kind, position))
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


def values(view: View) -> Iterator[Value]:
    """Yield what stands in a list, unknown elements included."""
    for item in view.each():
        if not isinstance(item.raw, Absent):
            yield item.raw
