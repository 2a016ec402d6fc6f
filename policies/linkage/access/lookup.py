"""From a property to the resources that it names, three-valued."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from policies.engine import Inventory, Resource, Truth, View
from policies.engine.truth import Reading
from policies.engine.values import Absent, Opaque, Secret, Unknown
from policies.linkage.access.model import doubtful, known


@dataclass(frozen=True, slots=True)
class Found:
    """What a property names."""

    resources: tuple[tuple[Resource, Truth], ...] = ()
    """Resources of the stack, with whether it is they."""
    text: str | None = None
    """The name itself, where it is known and no resource of the stack certainly has it."""
    secret: bool = False
    """Whether that name arrived secret."""
    open: bool = False
    """Whether nobody knows yet what it names."""


def reading(view: View) -> Reading:
    """Return the reading of ``view``."""
    return Reading(view.urn, view.path)


def unknown(view: View) -> bool:
    """Return whether something is set at ``view`` that nobody can read yet."""
    return isinstance(view.raw, Unknown | Opaque | Secret)


def made_from(view: View, inventory: Inventory) -> frozenset[str]:
    """Return the URNs that the engine says the property at ``view`` was made from."""
    source = inventory.get(view.urn)
    if source is None:
        return frozenset()
    top = view.path.partition(".")[0].partition("[")[0]
    return source.property_dependencies.get(top, frozenset())


def undecided(resource: Resource, names: Sequence[str]) -> Reading | None:
    """Return the name that the program sets and nobody knows; a name that a provider makes up is none.

    Nobody could have written the latter into a program, so no text there means it.
    """
    if resource.settled:
        return None
    declared = View(resource.urn, "", resource.judged)
    found = (view for path in names for view in declared.follow(path) if unknown(view))
    return next((reading(view) for view in found), None)


class Lookup:
    """Resources of some kinds by all that others call them."""

    def __init__(self, inventory: Inventory, names: Mapping[str, Sequence[str]]) -> None:
        """Read the names: for each kind, the properties that hold one, declared or reported."""
        self._inventory = inventory
        self._names = names
        self._by_text: defaultdict[str, dict[str, Resource]] = defaultdict(dict)
        self._pending: list[tuple[Resource, Reading]] = []
        for resource in inventory.of(*sorted(names)):
            for view in resource.known_as(names[resource.kind]):
                if isinstance(view.raw, str) and view.raw:
                    self._by_text[view.raw.casefold()][resource.urn] = resource
            waiting = undecided(resource, names[resource.kind])
            if waiting is not None:
                self._pending.append((resource, waiting))

    def find(self, view: View) -> Found:
        """Return what the text at ``view`` names."""
        here = reading(view)
        if isinstance(view.raw, str):
            return self._by_name(view.raw, view, here)
        if isinstance(view.raw, Absent):
            return Found()
        if not unknown(view):
            return Found(open=True)
        origins = self.origins(view)
        if len(origins) == 1:
            return Found(((origins[0], known(here)),))
        return Found(tuple((origin, doubtful(here)) for origin in origins), open=not origins)

    def origins(self, view: View) -> Sequence[Resource]:
        """Return the resources of these kinds that the property at ``view`` was made from."""
        found = (self._inventory.get(urn) for urn in sorted(made_from(view, self._inventory)))
        return [resource for resource in found if resource is not None and resource.kind in self._names]

    def named(self, text: str) -> Sequence[Resource]:
        """Return the resources that are called ``text``."""
        return [found for _, found in sorted(self._by_text.get(text.casefold(), {}).items())]

    def _by_name(self, text: str, view: View, here: Reading) -> Found:
        hits = self.named(text)
        if len(hits) > 1:
            source = self._inventory.get(view.urn)
            near = [hit for hit in hits if source is not None and hit.provider == source.provider]
            hits = near or hits
        if len(hits) == 1:
            return Found(((hits[0], known(here)),))
        if hits:
            return Found(tuple((hit, doubtful(here)) for hit in hits))
        maybe = tuple((resource, doubtful(here, name)) for resource, name in self._pending)
        return Found(maybe, text, view.secret)
