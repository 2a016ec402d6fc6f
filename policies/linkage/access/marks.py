"""What a resource says about which node it is, and what stands above it."""

from collections.abc import Iterator

from policies.engine import Inventory, Resource, View
from policies.engine.values import Absent
from policies.linkage.access.lookup import unknown
from policies.linkage.physical import ANNOTATION, TAG
from policies.shapes import pods


def marks(resource: Resource) -> Iterator[View]:
    """Yield where ``resource``, or a pod that it makes, says which node it is; nothing where it is silent."""
    for holder, key in _places(resource):
        if unknown(holder) or not isinstance(holder[key].raw, Absent):
            yield holder[key]


def _places(resource: Resource) -> Iterator[tuple[View, str]]:
    if not resource.kind.startswith("kubernetes:"):
        if not isinstance(resource["tags"].raw, list | tuple | bool | int | float):
            yield resource["tags"], TAG
        return
    yield resource["metadata"]["annotations"], ANNOTATION
    for path in pods.PATHS.get(resource.kind, ()):
        if path.endswith(".spec"):
            for template in resource.properties.follow(path.removesuffix(".spec")):
                yield template["metadata"]["annotations"], ANNOTATION


def chain(urn: str, inventory: Inventory) -> Iterator[str]:
    """Yield ``urn`` and the URNs of everything above it, the nearest first."""
    seen: set[str] = set()
    while urn and urn not in seen:
        seen.add(urn)
        yield urn
        resource = inventory.get(urn)
        urn = resource.parent if resource is not None else ""
