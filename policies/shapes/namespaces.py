"""Which objects of a cluster are in one namespace, and which labels a selector finds.

:func:`of`, :func:`inside` and :func:`beside` look only at what can be there, so that a thousand objects are
not compared with a thousand others.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from policies.engine import Inventory, Resource, Truth, View, all_of, any_of
from policies.engine.truth import NO
from policies.engine.view import Plain

NAMESPACE: Final = "kubernetes:core:Namespace"
_NAMES: Final = ("metadata.name", "id")


def of(resource: Resource, stack: Inventory) -> Iterator[tuple[Resource, Truth]]:
    """Yield the namespaces of this stack that ``resource`` may be in, with whether it is."""
    name = resource["metadata"]["namespace"]
    for namespace in stack.derive(_Places).around(resource):
        holds = stack.refers(name, namespace)
        if holds.state is not False:
            yield namespace, holds


def inside(namespace: Resource, stack: Inventory, kinds: Iterable[str]) -> Iterator[tuple[Resource, Truth]]:
    """Yield the objects of these kinds that may be in ``namespace``, with whether they are."""
    for item in stack.derive(_Places).inside(namespace, kinds):
        holds = stack.refers(item["metadata"]["namespace"], namespace)
        if holds.state is not False:
            yield item, holds


def beside(resource: Resource, stack: Inventory, kinds: Iterable[str]) -> Iterator[tuple[Resource, Truth]]:
    """Yield the objects of these kinds that may be in the namespace of ``resource``, with whether they are.

    ``resource`` itself is among them if it is of one of the kinds.
    """
    for item in stack.derive(_Places).beside(resource, kinds):
        holds = same(resource, item, stack)
        if holds.state is not False:
            yield item, holds


class _Places:
    """Objects by the namespace they are in: by its name, by its URN before it has one, or unknown."""

    def __init__(self, stack: Inventory) -> None:
        self._namespaces: defaultdict[str, list[tuple[str, Resource]]] = defaultdict(list)
        self._named: dict[str, str] = {}
        self._nameless: set[str] = set()
        for namespace in stack.of(NAMESPACE):
            names = [view.raw for view in namespace.known_as(_NAMES) if isinstance(view.raw, str)]
            place = names[0].casefold() if names else namespace.urn
            self._named[namespace.urn] = place
            self._namespaces[namespace.provider].append((place, namespace))
            if not names:
                self._nameless.add(place)
        self._objects: defaultdict[tuple[str, str], dict[str | None, list[Resource]]] = defaultdict(dict)
        for item in stack:
            if item.kind.startswith("kubernetes:"):
                found = self._objects[item.kind, item.provider]
                found.setdefault(self._place(item), []).append(item)

    def around(self, item: Resource) -> Iterator[Resource]:
        """Yield the namespaces that ``item`` may be in."""
        place = self._place(item)
        for other, namespace in self._namespaces[item.provider]:
            if self._may_be(place, other):
                yield namespace

    def may_meet(self, one: Resource, other: Resource) -> bool:
        """Return whether two objects of one cluster can be in one namespace."""
        return self._may_be(self._place(one), self._place(other))

    def inside(self, namespace: Resource, kinds: Iterable[str]) -> Iterator[Resource]:
        """Yield the objects that may be in ``namespace``."""
        yield from self._at(self._named[namespace.urn], namespace.provider, kinds)

    def beside(self, item: Resource, kinds: Iterable[str]) -> Iterator[Resource]:
        """Yield the objects that may be in the namespace of ``item``."""
        yield from self._at(self._place(item), item.provider, kinds)

    def _at(self, place: str | None, provider: str, kinds: Iterable[str]) -> Iterator[Resource]:
        for kind in kinds:
            for other, items in self._objects.get((kind, provider), {}).items():
                if self._may_be(place, other):
                    yield from items

    def _place(self, item: Resource) -> str | None:
        view = item["metadata"]["namespace"]
        if isinstance(view.raw, str) and not view.secret:
            return view.raw.casefold()
        if view.given().state is False:
            return ""
        made_from = item.property_dependencies.get("metadata", frozenset())
        places = {self._named[urn] for urn in made_from if urn in self._named}
        return next(iter(places)) if len(places) == 1 else None

    def _may_be(self, one: str | None, other: str | None) -> bool:
        """Return whether two places can be the same; a namespace without a name may get any."""
        return (
            one is None or other is None or one == other or one in self._nameless or other in self._nameless
        )


def same(one: Resource, other: Resource, stack: Inventory) -> Truth:
    """Return whether two objects are in one namespace of one cluster."""
    if one.provider != other.provider:
        return NO
    here, there = one["metadata"]["namespace"], other["metadata"]["namespace"]
    by_name = here.relates(there, _equal) | (~here.given() & ~there.given())
    if by_name.state is not None:
        return by_name
    # Before the namespace exists the names may be unknown; then it counts what they were made from.
    if not stack.derive(_Places).may_meet(one, other):
        return Truth(state=False, because=by_name.because)
    found = [
        stack.refers(here, namespace) & stack.refers(there, namespace) for namespace in stack.of(NAMESPACE)
    ]
    return by_name | any_of(found) if found else by_name


def selects(selector: View, labels: View) -> Truth:
    """Return whether a label selector finds an object with ``labels``.

    An expression (``matchExpressions``) is not worked out: whether it holds is unknown.
    """
    return has(labels, selector["matchLabels"]) & ~selector["matchExpressions"].filled().doubtful()


def has(labels: View, wanted: View) -> Truth:
    """Return whether ``labels`` hold every entry of the mapping ``wanted``."""
    return all_of(
        # The entries of an unknown mapping are one entry named "*".
        value.present() if key == "*" else labels[key].relates(value, _equal)
        for key, value in wanted.entries()
    )


def in_any(selector: View, here: Resource, target: Resource, stack: Inventory) -> Truth:
    """Return whether a ``namespaceSelector`` of a monitor in ``here`` reaches the namespace of ``target``.

    Without one it reaches its own namespace.
    """
    if here.provider != target.provider:
        return NO
    name = target["metadata"]["namespace"]
    listed = selector["matchNames"].any(lambda item: item.relates(name, _equal))
    return selector["any"].is_true() | listed | (~selector["matchNames"].filled() & same(here, target, stack))


def _equal(one: Plain, other: Plain) -> bool:
    return one == other
