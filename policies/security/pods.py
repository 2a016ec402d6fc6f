"""What a container may do: its own security settings, and those that it takes over from around it.

Where pods stand in each kind of object is told by :mod:`policies.shapes.pods`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from policies.engine import Resource, Truth, View
from policies.shapes.pods import PATHS, containers, specs

__all__ = ["PATHS", "Container", "Pod", "containers", "decided", "pods", "specs"]


@dataclass(frozen=True, slots=True)
class Pod:
    """A pod specification, and the one around it whose settings it takes over (Argo Workflows)."""

    spec: View
    around: View | None = None

    def settings(self, *keys: str) -> tuple[View, ...]:
        """Return where a setting of the pod stands, the nearest place first."""
        places = (self.spec,) if self.around is None else (self.spec, self.around)
        return tuple(place.at(*keys) for place in places)

    def linux(self) -> Truth:
        """Return whether the pod runs on Linux, as every pod does that does not say otherwise."""
        return ~self.spec["os"]["name"].equals("windows")

    def containers(self) -> Iterator["Container"]:
        """Yield every container, those for initialisation and debugging included."""
        for view in containers(self.spec):
            if view.present().state is not False:
                yield Container(view, self)


@dataclass(frozen=True, slots=True)
class Container:
    """A container of a pod."""

    view: View
    pod: Pod

    def __str__(self) -> str:
        name = self.view["name"]
        return "the container" if name.given().state is False else f"container {name}"

    def own(self, *keys: str) -> View:
        """Return a security setting that only a container has."""
        return self.view["securityContext"].at(*keys)

    def settings(self, *keys: str) -> tuple[View, ...]:
        """Return where a security setting stands that containers take over from their pod."""
        return (self.own(*keys), *self.pod.settings("securityContext", *keys))


def pods(resource: Resource) -> Iterator[Pod]:
    """Yield the pods of ``resource``."""
    paths = PATHS[resource.kind]
    for path in paths:
        outer = next((other for other in paths if path.startswith(f"{other}.")), None)
        if outer is None:
            yield from (Pod(view) for view in resource.properties.follow(path))
        else:
            for around in resource.properties.follow(outer):
                yield from (Pod(view, around) for view in around.follow(path[len(outer) + 1 :]))


def decided(places: Sequence[View], question: Callable[[View], Truth]) -> Truth:
    """Return what ``question`` says of the nearest place that is set, or of the last where none is."""
    *nearer, last = places
    answer = question(last)
    for place in reversed(nearer):
        answer = (place.present() & question(place)) | (~place.present() & answer)
    return answer
