"""Where a place lies, as far as anything says so, and whether data may be there.

A place says its country, or a region that tells it, and so do the resources it is made of. All of them must
be right: a place that is declared in one country and made in another is judged by both.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from policies.engine import Claim, Hop, Inventory, Truth, View, all_of, require
from policies.engine.truth import YES
from policies.linkage import Attribute, Graph, Node, Place, Region, doubts, physical, regions
from policies.linkage.propagate import declared

Question = Callable[[str], bool]

STORED: Final = ("storedIn", "registeredIn")
PROCESSED: Final = ("processedIn",)


@dataclass(frozen=True, slots=True)
class Sign:
    """Something that says where a place is."""

    shown: str
    counts: Truth
    """Whether it is about the place at all."""
    lies: Callable[[Question], Truth]
    """What a question about the country is answered with."""


def signs(place: Place, inventory: Inventory) -> Sequence[Sign]:
    """Return everything that says where ``place`` lies; one that nobody can answer where nothing does.

    What says the same as the declared country is left out, and so is a region that no table knows where the
    country is told.
    """
    country, region = place.view["country"], place.view["region"]
    found: list[Sign] = []
    if country.present().state is not False:
        found.append(Sign(f"{country}", YES, lambda question: _of_code(country, question)))
    said = (place.country or "").upper()

    def adds(home: physical.Home) -> bool:
        return not found or (home.told and home.country(lambda code: code == said).state is not True)

    named = physical.Home(place.provider or "", region)
    whose = place.view["provider"].present()
    if region.present().state is not False and (adds(named) or whose.state is None):
        found.append(Sign(f"{region}", YES, named.country))
    seen: set[str] = set()
    for part in physical.resources_of(place, inventory):
        home = None if physical.is_key(part.resource) else physical.home(part.resource, inventory)
        if home is not None and adds(home) and f"{home.provider}:{home.region}" not in seen:
            seen.add(f"{home.provider}:{home.region}")
            found.append(Sign(f"{home.region} ({part.resource.name})", part.belongs, home.country))
    if not found:
        found.append(Sign("[unknown]", YES, lambda _: Truth(None, country.present().because)))
    if (is_seen := physical.seen(place)).state is not True:
        found.append(Sign("[unknown]", YES, lambda _: is_seen))
    return found


def allowed(
    graph: Graph, node: Node, inventory: Inventory, roles: Sequence[str], attribute: Attribute
) -> Iterator[Claim]:
    """Yield a claim for each place that may not hold: all of the data may be in its country."""
    region, open_ = limits(graph, node, attribute)
    may = region.allowed
    if may is None and not open_:
        return
    for place, sign, counts in _places(node, inventory, roles):
        fine = YES if may is None else sign.lies(lambda code, may=may: code in may)
        holds = counts.implies(all_of((fine, *open_)))
        if holds.state is not True:
            path = _limit(graph, node, attribute, sign, lambda own: own.allowed)
            yield _claim(holds, place, sign, told(Region(allowed=may), path, node), path)


def forbidden(
    graph: Graph, node: Node, inventory: Inventory, roles: Sequence[str], attribute: Attribute
) -> Iterator[Claim]:
    """Yield a claim for each place that may not hold: none of the data must not be in its country."""
    region, open_ = limits(graph, node, attribute)
    never = region.forbidden
    if not never and not open_:
        return
    for place, sign, counts in _places(node, inventory, roles):
        fine = sign.lies(lambda code: code not in never) if never else YES
        holds = counts.implies(all_of((fine, *open_)))
        if holds.state is not True:
            path = _limit(graph, node, attribute, sign, _elsewhere)
            yield _claim(holds, place, sign, told(Region(forbidden=never), path, node), path)


def limits(graph: Graph, node: Node, *attributes: Attribute) -> tuple[Region, tuple[Truth, ...]]:
    """Return where data may be by all of these attributes, and doubts about that."""
    effect = graph.effective(node.id)
    region, open_ = Region(), list[Truth]()
    for attribute in attributes:
        region &= effect.storage if attribute is Attribute.STORAGE else effect.processing
        if attribute in effect.open:
            open_.append(Truth(None, doubts.readings(graph, node.id, attribute)))
    return region, tuple(open_)


def within(region: Region, code: str) -> bool:
    """Return whether a country is one where the data may be."""
    return (region.allowed is None or code in region.allowed) and code not in region.forbidden


def told(region: Region, path: Sequence[Hop], node: Node) -> str:
    """Return what limits the data, for a sentence, with whose data it is at the start of ``path``."""
    whose = f"data of {path[0].node}" if path and path[0].urn != node.urn else "its data"
    if region.allowed is not None and not region.allowed:
        return "there is no country that all of its data may be in"
    parts = [f"may only be in {regions.shown(region.allowed)}"] if region.allowed is not None else []
    if region.forbidden:
        parts.append(f"must never be in {regions.shown(region.forbidden)}")
    return f"{whose} {' and '.join(parts)}" if parts else f"it is not all known where {whose} may be"


def path_to(graph: Graph, node: Node) -> tuple[Hop, ...]:
    """Return the path from the nearest node that limits where the data may be."""

    def limits_any(key: str) -> bool:
        own = declared(graph.nodes[key])
        return any(each.allowed is not None or bool(each.forbidden) for each in (own.storage, own.processing))

    return graph.witness(node.id, limits_any) or graph.hops((), node.id)


def hop_to(place: Place) -> Hop:
    """Return the last step of a path: from a node to where it lies."""
    return Hop(node=place.node, urn=place.resource or "", edge=str(place.kind))


def _claim(holds: Truth, place: Place, sign: Sign, wrong: str, path: Sequence[Hop]) -> Claim:
    sentence = f"{place.node or 'a place'} lies in {sign.shown}, and {wrong}"
    return require(holds, sentence, at=place.view, witness=(*path, hop_to(place)))


def _places(node: Node, inventory: Inventory, roles: Sequence[str]) -> Iterator[tuple[Place, Sign, Truth]]:
    for place in node.places:
        role = place.view["role"].one_of(roles)
        if role.state is not False:
            for sign in signs(place, inventory):
                yield place, sign, role & sign.counts


def _limit(
    graph: Graph,
    node: Node,
    attribute: Attribute,
    sign: Sign,
    narrow: Callable[[Region], frozenset[str] | None],
) -> tuple[Hop, ...]:
    """Return the path from the nearest node that forbids the place, or else from the nearest with a limit."""

    def own(key: str) -> frozenset[str] | None:
        says = declared(graph.nodes[key])
        return narrow(says.storage if attribute is Attribute.STORAGE else says.processing)

    def against(key: str) -> bool:
        countries = own(key)
        return countries is not None and sign.lies(lambda code: code in countries).state is False

    return (
        graph.witness(node.id, against)
        or graph.witness(node.id, lambda key: own(key) is not None)
        or graph.hops((), node.id)
    )


def _elsewhere(region: Region) -> frozenset[str] | None:
    return regions.COUNTRIES - region.forbidden if region.forbidden else None


def _of_code(view: View, question: Question) -> Truth:
    known = view.satisfies(lambda code: str(code).upper() in regions.COUNTRIES)
    if known.state is not True:
        return Truth(None, known.because)
    return view.satisfies(lambda code: question(str(code).upper()))
