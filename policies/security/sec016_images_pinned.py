"""SEC-016: what runs is an image of a known registry, and no other than the one that was looked at."""

from collections.abc import Iterator
from functools import partial
from typing import Final

from policies.engine import (
    Claim,
    Enforcement,
    OnUnknown,
    Parameter,
    Resource,
    Rule,
    Settings,
    Severity,
    Truth,
    View,
    forbid,
    require,
)
from policies.security import images, pods

_CHARTS: Final = ("kubernetes:helm.sh:Release", "kubernetes:helm.sh:Chart")


def _pods(resource: Resource, settings: Settings) -> Iterator[Claim]:
    for spec in pods.specs(resource):
        for container in pods.containers(spec):
            yield from _image(container["image"], settings)
        for volume in spec["volumes"].each():
            yield from _image(volume["image"]["reference"], settings)


def _managed(resource: Resource, settings: Settings) -> Iterator[Claim]:
    for path in images.PLACES[resource.kind]:
        for image in resource.properties.follow(path):
            yield from _image(image, settings)


def _image(image: View, settings: Settings) -> Iterator[Claim]:
    """A container without an image takes it from elsewhere (a runtime, a model package), judged there."""
    known = image.satisfies(partial(images.approved, settings.texts("approvedRegistries")))
    yield from _claims(image, ~image.present() | known, ~image.present() | image.satisfies(images.pinned))


def _chart(release: Resource, settings: Settings) -> Iterator[Claim]:
    values = release["values"]
    for image, known, pinned in images.in_values(values, settings.texts("approvedRegistries")):
        yield from _claims(image, known, pinned)
    for place in images.hidden(values):
        yield forbid(place.present(), "the values that nobody knows yet may name an image")


def _claims(image: View, known: Truth, pinned: Truth) -> Iterator[Claim]:
    yield require(known, f"the registry or project of image {image} is not an approved one", at=image)
    yield require(pinned, f"image {image} is not pinned by its digest (sha256), so it can change", at=image)


RULE = Rule(
    id="SEC-016",
    version=1,
    title="Images come from approved registries and are pinned by digest",
    why="A tag is a pointer that its publisher, or a thief of the publisher's password, can move any time.",
    fix="Name the image with its digest (name@sha256:...), and mirror it into an approved registry, or "
    "add the registry or project to approvedRegistries.",
    severity=Severity.HIGH,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    alone={
        **dict.fromkeys(pods.PATHS, _pods),
        **dict.fromkeys(images.PLACES, _managed),
        **dict.fromkeys(_CHARTS, _chart),
    },
    parameters={
        "approvedRegistries": Parameter(
            about='Registries, or projects in one, whose images may run; "*" stands for any text between two '
            "slashes.",
            schema={"type": "array", "items": {"type": "string"}},
            default=images.APPROVED,
        )
    },
)
