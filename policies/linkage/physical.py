"""From a place of the graph to the resources that it is made of, and to where those lie.

A place names the resource, or the component above it, that it is; everything below a component belongs to it.
A resource that some other program made says the same with a tag. Where a region does not tell its country,
the country is unknown, and no question about it is answered.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from policies.engine import Inventory, Resource, Truth, View, any_of
from policies.engine.data import read
from policies.engine.truth import NO, YES, Reading
from policies.engine.values import Absent
from policies.engine.view import Plain
from policies.linkage import regions
from policies.linkage.nodes import Node, Place

_TABLE: Final = read(Path(__file__).parent / "tables" / "physical.toml")
TAG: Final = cast("str", _TABLE["tag"])
"""Tag by which a cloud resource says which place it is."""
ANNOTATION: Final = cast("str", _TABLE["annotation"])
"""Annotation by which a Kubernetes object says it."""

_CLOUDS: Final = {"aws": "aws", "azure-native": "azure"}
_PROVIDER_OF_AWS: Final = "pulumi:providers:aws"


@dataclass(frozen=True, slots=True)
class Part:
    """A resource that a place is made of."""

    resource: Resource
    belongs: Truth
    """True, or unknown where nobody can say yet which place the resource is."""


@dataclass(frozen=True, slots=True)
class Home:
    """Where a resource lies."""

    provider: str
    """``aws`` or ``azure``."""
    region: View

    @property
    def told(self) -> bool:
        """Whether the table knows the country of the region, or nobody knows the region yet."""
        return self.country(lambda _: True).state is True or self.region.present().state is None

    def country(self, question: Callable[[str], bool]) -> Truth:
        """Return what ``question`` says of the country; unknown where the region does not tell it."""
        return country(self.provider, self.region, question)


def country(
    provider: str, place: View, question: Callable[[str], bool], region_in: Callable[[str], str | None] = str
) -> Truth:
    """Return what ``question`` says of the country that a property leads to; unknown where that is not told.

    Args:
        provider: ``aws`` or ``azure``.
        place: A region, or something that names one.
        question: What is asked of the country.
        region_in: Reads the region from the property, where that is more than a region.
    """

    def found(value: Plain) -> str | None:
        region = region_in(str(value))
        return None if region is None else regions.country_of(provider, region)

    known = place.satisfies(lambda value: found(value) is not None)
    if known.state is not True:
        return Truth(None, known.because)
    return place.satisfies(lambda value: question(found(value) or ""))


def resources_of(place: Place, inventory: Inventory) -> Sequence[Part]:
    """Return what ``place`` is made of: the resource it names, all below it, and what its tags name it."""
    index = inventory.derive(_Index)
    found: dict[str, Part] = {}
    for resource, belongs in index.tagged(place.node):
        found[resource.urn] = Part(resource, belongs)
    if place.resource is not None:
        for resource in index.below(place.resource):
            found[resource.urn] = Part(resource, YES)
    return [found[urn] for urn in sorted(found)]


def seen(place: Place) -> Truth:
    """Return whether it is known which resource ``place`` is, none included; what it is made of follows."""
    view = place.view["resource"]
    named = view.present()
    return Truth(None, named.because) if named.state is None else YES


def names_node(resource: Resource, node: Node, inventory: Inventory) -> Truth:
    """Return whether ``resource`` is ``node``: it is marked so, the node names it, or it is a part of it."""
    if resource.urn in inventory.derive(_Index).urns_below(node.urn):
        return YES
    named = any_of(place.view["resource"].equals(resource.urn) for place in node.places)
    return named | _says(resource, node.id)


def home(resource: Resource, inventory: Inventory) -> Home | None:
    """Return where ``resource`` lies; ``None`` for what has no region of its own."""
    cloud = _CLOUDS.get(resource.kind.partition(":")[0])
    if cloud == "aws":
        if resource.kind.startswith(tuple(cast("list[str]", _TABLE["aws_global"]))):
            return None
        own = resource["region"]
        provider = inventory.get(resource.provider)
        inherits = isinstance(own.raw, Absent) and provider is not None and provider.kind == _PROVIDER_OF_AWS
        return Home(cloud, provider["region"] if inherits and provider is not None else own)
    if cloud == "azure":
        location = resource["location"]
        everywhere = location.one_of(cast("list[str]", _TABLE["azure_global"]))
        return None if isinstance(location.raw, Absent) or everywhere.state is True else Home(cloud, location)
    return None


def is_key(resource: Resource) -> bool:
    """Return whether ``resource`` protects data and holds none."""
    return resource.kind.startswith(tuple(cast("list[str]", _TABLE["keys"])))


def _says(resource: Resource, name: str) -> Truth:
    views = list(_labels(resource))
    if any(view.raw == name for view in views):
        return YES
    open_ = tuple(
        Reading(view.urn, view.path) for view in views if not isinstance(view.raw, str | bool | int | float)
    )
    return Truth(None, open_) if open_ else NO


def _labels(resource: Resource) -> Iterator[View]:
    """Yield where ``resource`` may say which place it is; nothing where it says nothing."""
    if resource.kind.startswith("kubernetes:"):
        holder, key = resource["metadata"]["annotations"], ANNOTATION
    else:
        holder, key = resource["tags"], TAG
    if isinstance(holder.raw, Sequence | bool | int | float | None):
        return  # a list of pairs, as autoscaling groups have them, tags something else
    if not isinstance(holder[key].raw, Absent):
        yield holder[key]


class _Index:
    """Resources by what is above them and by what they say they are."""

    def __init__(self, inventory: Inventory) -> None:
        self._children: defaultdict[str, list[Resource]] = defaultdict(list)
        self._tagged: defaultdict[str, list[tuple[Resource, Truth]]] = defaultdict(list)
        self._open: list[tuple[Resource, Truth]] = []
        self._all: Mapping[str, Resource] = {resource.urn: resource for resource in inventory}
        self._below: dict[str, frozenset[str]] = {}
        for resource in inventory:
            self._children[resource.parent].append(resource)
            for view in _labels(resource):
                if isinstance(view.raw, str):
                    self._tagged[view.raw].append((resource, YES))
                else:
                    self._open.append((resource, Truth(None, (Reading(view.urn, view.path),))))

    def tagged(self, name: str) -> Iterator[tuple[Resource, Truth]]:
        """Yield the resources that say, or may say, that they are ``name``."""
        yield from self._open
        yield from self._tagged[name]

    def below(self, urn: str) -> Iterator[Resource]:
        """Yield the resource ``urn`` and everything below it."""
        return (self._all[each] for each in sorted(self.urns_below(urn)))

    def urns_below(self, urn: str) -> frozenset[str]:
        """Return the URNs of the resource ``urn`` and of everything below it."""
        if urn not in self._below:
            waiting, found = [urn], set[str]()
            while waiting:
                here = waiting.pop()
                if here not in found:
                    found.add(here)
                    waiting += [child.urn for child in self._children.get(here, ())]
            self._below[urn] = frozenset(each for each in found if each in self._all)
        return self._below[urn]
