"""All resources of a stack, found by URN and by kind, and joined where one names another."""

import functools
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar, cast

from policies.engine import data
from policies.engine.resource import Resource
from policies.engine.truth import Reading, Truth
from policies.engine.values import Absent
from policies.engine.view import View

_T = TypeVar("_T")


class Inventory:
    """The resources of one stack. Their order has no influence on anything asked here."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self._by_urn = {resource.urn: resource for resource in resources}
        self._by_kind: defaultdict[str, list[Resource]] = defaultdict(list)
        for urn in sorted(self._by_urn):
            resource = self._by_urn[urn]
            self._by_kind[resource.kind].append(resource)
        self._derived: dict[Callable[[Inventory], Any], Any] = {}
        self._index: dict[tuple[str, str, str], _References] = {}
        self._reached: dict[frozenset[str], frozenset[str]] = {}
        self._known: dict[str, tuple[str, ...]] = {}
        self._names: dict[str, _Names] = {}

    def __iter__(self) -> Iterator[Resource]:
        return (self._by_urn[urn] for urn in sorted(self._by_urn))

    def __len__(self) -> int:
        return len(self._by_urn)

    def __contains__(self, urn: str) -> bool:
        return urn in self._by_urn

    def get(self, urn: str) -> Resource | None:
        """Return the resource with this URN, if the stack has it."""
        return self._by_urn.get(urn)

    def of(self, *kinds: str) -> Sequence[Resource]:
        """Return the resources of these kinds, by kind and then by URN; ``*`` stands for every kind."""
        if "*" in kinds:
            return list(self)
        return [resource for kind in kinds for resource in self._by_kind.get(kind, ())]

    def derive(self, function: Callable[["Inventory"], _T]) -> _T:
        """Return ``function(self)``, computed once: for a graph or an index that several rules share."""
        if function not in self._derived:
            self._derived[function] = function(self)
        return self._derived[function]

    def refers(self, view: View, target: Resource) -> Truth:
        """Return whether the property at ``view`` names ``target``.

        Names are compared where both are known. In a preview they often are not; then the resources that the
        engine says the property depends on decide: a reference made from one bucket alone names that bucket,
        one made from other buckets does not, and neither does one that leads back to no bucket at all.
        """
        reading = (Reading(view.urn, view.path),)
        if isinstance(view.raw, Absent):
            return Truth(state=False, because=reading)
        names = self._known_names(target)
        text = view.raw.casefold() if isinstance(view.raw, str) else None
        if text is not None and any(_same(text, name, target.kind) for name in names):
            return Truth(state=True, because=reading)
        siblings = self._siblings(view, target.kind)
        if siblings == {target.urn}:
            return Truth(state=True, because=reading)
        if siblings and target.urn not in siblings:
            return Truth(state=False, because=reading)
        if text is None:
            origins = self._origins(view)
            elsewhere = bool(origins) and target.urn not in self._before(origins)
            return Truth(False if elsewhere else None, reading)
        apart = bool(names) or self._made_up(target)
        return Truth(False if apart else None, reading)

    def meant(self, view: View, kind: str) -> Iterator[tuple[Resource, Truth]]:
        """Yield the resources of ``kind`` that the property at ``view`` may name, with whether it does.

        It answers as :meth:`refers` does for every resource of the kind, without asking about each.
        """
        if isinstance(view.raw, Absent):
            return
        if kind not in self._names:
            self._names[kind] = _Names((target, self._known_names(target)) for target in self.of(kind))
        found = self._names[kind].candidates(view.raw if isinstance(view.raw, str) else None)
        made_from = (self._by_urn[urn] for urn in self._siblings(view, kind))
        for target in {target.urn: target for target in (*found, *made_from)}.values():
            refers = self.refers(view, target)
            if refers.state is not False:
                yield target, refers

    def referring(self, target: Resource, via: Mapping[str, str]) -> Iterator[tuple[Resource, Truth]]:
        """Yield the resources that may name ``target``, with whether they do.

        Args:
            target: The resource that is named.
            via: For each kind that can name it, the property that holds the name.
        """
        for kind, path in via.items():
            references = self._references(kind, path, target.kind)
            names = None if self._made_up(target) else self._known_names(target)
            for source, view in references.candidates(target.urn, names):
                refers = self.refers(view, target)
                if refers.state is not False:
                    yield source, refers

    def _references(self, kind: str, path: str, target_kind: str) -> "_References":
        key = kind, path, target_kind
        if key not in self._index:
            found = [(source, view) for source in self.of(kind) for view in source.properties.follow(path)]
            self._index[key] = _References(
                (source, view, self._siblings(view, target_kind) or self._possible(view, target_kind))
                for source, view in found
                if not isinstance(view.raw, Absent)
            )
        return self._index[key]

    def _known_names(self, target: Resource) -> tuple[str, ...]:
        """Return the texts that name ``target``, as far as anyone knows them."""
        if target.urn not in self._known:
            self._known[target.urn] = tuple(
                view.raw.casefold()
                for view in target.known_as(_names(target.kind))
                if isinstance(view.raw, str) and view.raw
            )
        return self._known[target.urn]

    def _made_up(self, target: Resource) -> bool:
        """Return whether the provider makes up the name of ``target`` and has not done so yet.

        A text in a program cannot name it then: nobody could have known what to write.
        """
        if target.inputs is None or self._known_names(target):
            return False
        declared = View(target.urn, "", target.inputs)
        return all(
            isinstance(view.raw, Absent) for path in _names(target.kind) for view in declared.follow(path)
        )

    def _siblings(self, view: View, kind: str) -> set[str]:
        """Return the URNs of ``kind`` that the engine says the property at ``view`` was made from."""
        return {urn for urn in self._origins(view) if urn in self._by_urn and self._by_urn[urn].kind == kind}

    def _possible(self, view: View, kind: str) -> set[str] | None:
        """Return the URNs of ``kind`` that an unknown value can come from by some way; ``None`` for any."""
        origins = self._origins(view)
        if isinstance(view.raw, str) or not origins:
            return None
        return {urn for urn in self._before(origins) if self._by_urn[urn].kind == kind}

    def _origins(self, view: View) -> frozenset[str]:
        """Return the URNs of everything that the engine says the property at ``view`` was made from."""
        source = self._by_urn.get(view.urn)
        if source is None:
            return frozenset()
        top = view.path.partition(".")[0].partition("[")[0]
        return source.property_dependencies.get(top, frozenset())

    def _before(self, origins: frozenset[str]) -> frozenset[str]:
        """Return the URNs of ``origins`` and of everything that they were made from."""
        if origins not in self._reached:
            waiting, seen = list(origins), set[str]()
            while waiting:
                here = self._by_urn.get(waiting.pop())
                if here is not None and here.urn not in seen:
                    seen.add(here.urn)
                    waiting += here.dependencies
                    waiting += [urn for urns in here.property_dependencies.values() for urn in urns]
            self._reached[origins] = frozenset(seen)
        return self._reached[origins]


class _References:
    """All properties that may name a resource of one kind, found by what they could name.

    Without it every bucket would be compared with every policy of every other bucket.
    """

    def __init__(self, references: Iterable[tuple[Resource, View, set[str] | None]]) -> None:
        """Take the references, each with the resources it can come from; ``None`` where that is not known."""
        self._by_text: defaultdict[str, list[tuple[Resource, View]]] = defaultdict(list)
        self._by_origin: defaultdict[str, list[tuple[Resource, View]]] = defaultdict(list)
        self._texts: list[tuple[Resource, View]] = []
        self._open: list[tuple[Resource, View]] = []
        for source, view, siblings in references:
            for urn in siblings or ():
                self._by_origin[urn].append((source, view))
            if isinstance(view.raw, str):
                for text in _nameable(view.raw.casefold()):
                    self._by_text[text].append((source, view))
                if not siblings:
                    self._texts.append((source, view))
            elif siblings is None:
                self._open.append((source, view))

    def candidates(self, urn: str, names: Sequence[str] | None) -> Iterable[tuple[Resource, View]]:
        """Return the references that can name the resource ``urn``; all others certainly do not.

        Args:
            urn: The resource.
            names: The texts that name it, none where nobody knows them; ``None`` where no text can.
        """
        named: Iterable[tuple[Resource, View]] = ()
        if names is not None:
            named = [pair for name in names for pair in self._by_text[name]] if names else self._texts
        pairs = [*named, *self._by_origin[urn], *self._open]
        return {(view.urn, view.path): (source, view) for source, view in pairs}.values()


class _Names:
    """The resources of one kind by the texts that name them; the reverse of :class:`_References`."""

    def __init__(self, named: Iterable[tuple[Resource, Sequence[str]]]) -> None:
        self._by_name: defaultdict[str, list[Resource]] = defaultdict(list)
        self._nameless: list[Resource] = []
        self._all: list[Resource] = []
        for resource, names in named:
            self._all.append(resource)
            for name in names:
                self._by_name[name].append(resource)
            if not names:
                self._nameless.append(resource)

    def candidates(self, text: str | None) -> Iterable[Resource]:
        """Return the resources that ``text`` can name, or all where nobody knows the text."""
        if text is None:
            return self._all
        named = (resource for name in _nameable(text.casefold()) for resource in self._by_name.get(name, ()))
        return [*named, *self._nameless]


def _nameable(text: str) -> set[str]:
    """Return every name that a reference can mean: itself, what it is a part of, and the names in an id."""
    parts = text.split("/")
    prefixes = {"/".join(parts[:count]) for count in range(1, len(parts) + 1)}
    return prefixes | set(parts) if text.startswith("/subscriptions/") else prefixes


def _same(reference: str, name: str, kind: str) -> bool:
    """Compare a reference with a name, both in lower case.

    An id may be followed by the path of a part of the resource, and an Azure id holds the name behind the
    plural of the kind: ``/subscriptions/…/storageAccounts/NAME/blobServices/default``.
    """
    if reference == name or reference.startswith(f"{name}/"):
        return True
    plural = f"{kind.rpartition(':')[2]}s".casefold()
    return reference.startswith("/subscriptions/") and f"{plural}/{name}/" in f"{reference}/"


@functools.cache
def _names(kind: str) -> tuple[str, ...]:
    return tuple(cast("dict[str, list[str]]", data.table("names")["names"]).get(kind, ("name", "id", "arn")))
