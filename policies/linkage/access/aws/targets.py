"""What policies of AWS speak of: how they name a resource, which stand at it, and which key it has."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum, auto
from typing import Any, Final, cast

from policies.engine import Inventory, Resource, Truth, View
from policies.engine.truth import YES
from policies.engine.values import Absent
from policies.linkage.access.aws.statements import Patterns, plain_arn
from policies.linkage.access.globs import End, Parts
from policies.linkage.access.lookup import Lookup, reading, undecided
from policies.linkage.access.model import doubtful
from policies.linkage.access.tables import AWS, AWS_DOORS, WITH_PATHS

KEY: Final = "aws:kms/key:Key"
ROLE: Final = "aws:iam/role:Role"


class Itself(Enum):
    """A resource, as opposed to what lies in it."""

    ITSELF = auto()


_BY_AWS: Final = re.compile(r"(?:.*:)?alias/aws/.*")


ITSELF: Final = Itself.ITSELF
"""A resource, as opposed to what lies in it."""


class Named:
    """A resource as policies name it."""

    def __init__(self, resource: Resource, paths: Sequence[str | None]) -> None:
        """Read its names; ``paths`` are where in it the data lies that is asked for."""
        self.resource = resource
        self.urn = resource.urn
        self.kind = resource.kind
        row = AWS_DOORS[resource.kind]
        own = next((view.raw for view in resource.known_as(("arn",)) if isinstance(view.raw, str)), None)
        names = [view.raw for view in resource.known_as(row["names"]) if isinstance(view.raw, str)]
        self.name: str | None = names[0] if names else None
        self.by_path = resource.kind in WITH_PATHS
        """Whether policies tell apart what lies in it."""
        # Where all data lies at one place there is nothing to tell apart.
        self._only = paths[0] if len(paths) == 1 else None
        self._arn: Parts = (plain_arn(own),) if own else tuple(_template(row["arn"], self.name))
        self.ways: list[Parts] = []
        """ARNs of other ways to what lies in it."""
        self.literal = re.compile(_literal(row["arn"]))
        """Matches patterns that spell out a name, and what that is."""
        # Nobody could have written a name into a program that the provider makes up later.
        self._made_up = self.name is None and own is None and not undecided(resource, row["names"])

    def meant(self, patterns: Patterns, path: "str | Itself | None", *, all_of_it: bool) -> bool | None:
        """Return whether ``patterns`` of a statement mean it.

        Args:
            patterns: Of the resources of the statement.
            path: Where in it; ``None`` for wherever its data lies, :data:`ITSELF` for no contents at all.
            all_of_it: Whether all that lies there must be meant; otherwise some of it is enough.
        """
        if self._made_up:
            patterns = patterns.without(self.literal)
        if not self.by_path or isinstance(path, Itself):
            return patterns.cover(self._arn)
        where = self._only if path is None else path
        end = End.EVERY if all_of_it else End.SOME
        covered = patterns.cover((*self._arn, "/", where), end)
        if covered is True and not all_of_it and not patterns.name(self._arn):
            return None  # it matches what an object might be called, in whatever bucket
        if covered is False and any(patterns.cover((*way, where), end) is not False for way in self.ways):
            return None  # by another way, whose own policies count as well
        return covered


class Index:
    """Targets of one kind, found by what a pattern can mean."""

    def __init__(self, targets: Iterable[Named]) -> None:
        self._all = tuple(targets)
        self._by_name: defaultdict[str, list[Named]] = defaultdict(list)
        self._nameless: list[Named] = []
        for target in self._all:
            (self._nameless if target.name is None else self._by_name[target.name]).append(target)

    def meant(self, patterns: Patterns) -> Iterable[Named]:
        """Return the targets that ``patterns`` may mean; all others are certainly not meant."""
        if patterns.negated:
            return self._all
        found: dict[str, Named] = {}
        for text in patterns.texts:
            literal = None if text is None else self._all[0].literal.match(text)
            if literal is None:
                return self._all
            for target in (*self._by_name.get(literal.group(1), ()), *self._nameless):
                found[target.urn] = target
        return found.values()


class ResourcePolicies:
    """Policies that stand at a resource."""

    def __init__(self, inventory: Inventory, kinds: Iterable[str]) -> None:
        self._found: defaultdict[str, list[tuple[View, Truth]]] = defaultdict(list)
        self._anywhere: defaultdict[str, list[tuple[View, Truth]]] = defaultdict(list)
        wanted = set(kinds)
        for row in cast("Sequence[Mapping[str, Any]]", AWS["resource_policies"]):
            if row["of"] in wanted:
                names = Lookup(inventory, {row["of"]: (*AWS_DOORS[row["of"]]["names"], "arn")})
                for place in row["at"]:
                    self._read(inventory, row["of"], place, names)

    def of(self, resource: Resource) -> Iterator[tuple[View, Truth]]:
        """Yield the documents at ``resource``, with whether they are."""
        yield from self._found[resource.urn]
        yield from self._anywhere[resource.kind]

    def _read(self, inventory: Inventory, of: str, place: Mapping[str, Any], names: Lookup) -> None:
        for holder in inventory.of(place["kind"]):
            document = holder[place["document"]]
            if isinstance(document.raw, Absent):
                continue
            if "names" not in place:
                self._found[holder.urn].append((document, YES))
                continue
            for view in _through(holder[place["names"]], place.get("through"), inventory):
                found = names.find(view)
                for resource, holds in found.resources:
                    sure = holds.doubtful() if place.get("doubtful") else holds
                    self._found[resource.urn].append((document, sure))
                if found.open:
                    self._anywhere[of].append((document, doubtful(reading(view))))


def add_ways(inventory: Inventory, named: Mapping[str, Named]) -> None:
    """Tell stores by which other ways policies may name them."""
    for row in cast("Sequence[Mapping[str, Any]]", AWS["ways"]):
        stores = Lookup(inventory, {row["of"]: (*AWS_DOORS[row["of"]]["names"], "arn")})
        for way in inventory.of(row["kind"]):
            own = next((view.raw for view in way.known_as(("arn",)) if isinstance(view.raw, str)), None)
            names = [view.raw for view in way.known_as(row["names"]) if isinstance(view.raw, str)]
            arn: Parts = (
                (plain_arn(own),) if own else tuple(_template(row["arn"], names[0] if names else None))
            )
            for store, _ in stores.find(way[row["leads_to"]]).resources:
                if store.urn in named:
                    named[store.urn].ways.append((*arn, row["contents"]))


def _through(view: View, row: Mapping[str, str] | None, inventory: Inventory) -> Iterator[View]:
    """Yield the property that names the store: itself, or that of what it names."""
    if row is None:
        yield view
        return
    for resource, _ in Lookup(inventory, {row["kind"]: ("arn", "id", "name")}).find(view).resources:
        yield resource[row["names"]]


class Keys:
    """The keys that stores are encrypted with."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._keys = Lookup(inventory, cast("Mapping[str, Sequence[str]]", AWS["encryption_names"]))
        self._rows = cast("Mapping[str, Mapping[str, Any]]", AWS["encryption"])
        self._beside: defaultdict[str, list[tuple[View, Truth]]] = defaultdict(list)
        self._anywhere: defaultdict[str, list[tuple[View, Truth]]] = defaultdict(list)
        for kind, row in self._rows.items():
            if "kind" in row:
                names = Lookup(inventory, {kind: (*AWS_DOORS[kind]["names"], "arn")})
                for holder in inventory.of(row["kind"]):
                    keys = [view for path in row["keys"] for view in holder.properties.follow(path)]
                    found = names.find(holder[row["names"]])
                    for resource, holds in found.resources:
                        self._beside[resource.urn] += [(view, holds) for view in keys]
                    if found.open:
                        maybe = doubtful(reading(holder[row["names"]]))
                        self._anywhere[kind] += [(view, maybe) for view in keys]

    def named(self, view: View) -> Iterator[tuple[Resource, Truth]]:
        """Yield the keys that a property names."""
        yield from self._keys.find(view).resources

    def of(self, resource: Resource) -> Iterator[tuple[Resource | None, Truth]]:
        """Yield the keys of a store, ``None`` for one of which nobody knows who may use it."""
        own = [
            (view, YES)
            for path in self._rows.get(resource.kind, {}).get("own", ())
            for view in resource.properties.follow(path)
        ]
        for view, holds in (*own, *self._beside[resource.urn], *self._anywhere[resource.kind]):
            if isinstance(view.raw, Absent) or (isinstance(view.raw, str) and _BY_AWS.fullmatch(view.raw)):
                continue  # Amazon's own key, which everybody in the account may use through the service
            found = self._keys.find(view)
            for key, named in found.resources:
                yield key, holds & named
            if not found.resources:
                yield None, doubtful(reading(view))


def _template(arn: str, name: str | None) -> Iterator[str | None]:
    """Return an ARN as parts; ``*`` and ``?`` in the form stand for what nobody knows."""
    before, _, after = arn.partition("{}")
    for index, part in enumerate(before.split("*")):
        if index:
            yield None
        yield part
    yield name
    if after:
        yield "-"
        yield None


def _literal(arn: str) -> str:
    """Return a regular expression for patterns that spell out the name of what they mean."""
    before, _, after = arn.partition("{}")
    if after:
        return r"(?!)"  # such a name goes on with characters that nobody chose
    fixed = "[^:]*".join(re.escape(part) for part in before.split("*"))
    return rf"{fixed}([^/:*?$]+)(?:/|$)"
