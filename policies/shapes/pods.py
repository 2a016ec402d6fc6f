"""Pod specifications, wherever a kind of object keeps them."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, cast

from policies.engine import Resource, View
from policies.engine.data import read

_TABLE: Final = read(Path(__file__).parent / "tables" / "pods.toml")
_CONTAINERS: Final = cast("list[str]", _TABLE["containers"]["paths"])


def _paths() -> Mapping[str, tuple[str, ...]]:
    """Return, for every kind that holds pods, where; the list of a kind holds them in its items."""
    own = cast("dict[str, list[str]]", _TABLE["kubernetes"] | _TABLE["custom"])
    paths: dict[str, tuple[str, ...]] = {}
    for kind, places in own.items():
        paths[f"kubernetes:{kind}"] = tuple(places)
        paths[f"kubernetes:{kind}List"] = tuple(f"items.[].{place}" for place in places)
    return paths


PATHS: Final = _paths()
"""For every kind of resource that holds pod specifications, the paths to them."""


def specs(resource: Resource) -> Iterator[View]:
    """Yield the pod specifications of ``resource``."""
    for path in PATHS[resource.kind]:
        yield from resource.properties.follow(path)


def containers(spec: View) -> Iterator[View]:
    """Yield every container of a pod specification, those for initialisation and debugging included."""
    for path in _CONTAINERS:
        for container in spec.follow(path):
            if container.present().state is not False:
                yield container
