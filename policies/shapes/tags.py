"""What a resource says about itself in tags, labels and annotations, and what it takes over from around it.

A key such as ``environment`` is a tag of that name in a cloud, and ``trunkline.dev/environment`` in a
cluster. A resource that says nothing itself says what its surroundings say: the default tags of its AWS
provider, or the labels of its namespace.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from policies.engine import Inventory, Resource, Truth, View, any_of
from policies.engine.truth import NO
from policies.engine.values import ABSENT
from policies.shapes import amounts, namespaces

PREFIX: Final = "trunkline.dev"
"""Domain of our keys in a cluster, as in components/core/tags.py."""

_LISTS_TAGS: Final = "aws:autoscaling/group:Group"

Question = Callable[[View], Truth]


def places(resource: Resource, key: str) -> tuple[View, ...]:
    """Return where ``resource`` itself may say ``key``."""
    if resource.kind.startswith("kubernetes:"):
        metadata = resource["metadata"]
        return tuple(
            metadata.at(part, name) for part in ("labels", "annotations") for name in (f"{PREFIX}/{key}", key)
        )
    if resource.kind == _LISTS_TAGS:
        return _listed(resource["tags"], key)
    return (resource["tags"][key],)


def _listed(tags: View, key: str) -> tuple[View, ...]:
    """Return the values of ``key`` in a list of keys and values; one whose key nobody knows may be it."""
    found: list[View] = []
    for tag in tags.each():
        is_it = tag["key"].equals(key)
        if is_it.state is not False:
            found.append(tag["value"] if is_it.state else amounts.unknown(tag["key"]))
    return tuple(found) or (replace(tags, raw=ABSENT),)


def says(resource: Resource, stack: Inventory, key: str, question: Question) -> Truth:
    """Return whether ``question`` holds of what ``resource`` says under ``key``, itself or through others."""
    own = places(resource, key)
    here = any_of(question(view) for view in own)
    said = any_of(view.present() for view in own)
    if said.state is True:
        return here
    around = [surrounds & question(view) for surrounds, view in _surroundings(resource, stack, key)]
    if not around:
        return here
    return here | (~said & any_of(around))


def given(resource: Resource, stack: Inventory, key: str) -> Truth:
    """Return whether ``resource`` says anything under ``key``, itself or through others."""
    return says(resource, stack, key, View.filled)


def _surroundings(resource: Resource, stack: Inventory, key: str) -> Iterator[tuple[Truth, View]]:
    provider = stack.get(resource.provider)
    if resource.kind.startswith("aws:") and provider is not None:
        # A provider's own settings reach the engine as JSON text.
        yield ~NO, provider["defaultTags"].parsed()["tags"][key]
    if resource.kind.startswith("kubernetes:"):
        for namespace, holds in namespaces.of(resource, stack):
            for view in places(namespace, key):
                yield holds, view
