"""How confidential the data of a resource is.

This is the one place that knows where a class is written: in a tag of a cloud resource, in a label of a
Kubernetes object, or in the declaration of the data that lies there. Nothing is a class of its own, and no
rule takes it for "public".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from policies import linkage
from policies.engine import Inventory, Parameter, Resource, Settings, View
from policies.engine.values import UNKNOWN
from policies.linkage import Attribute, physical
from policies.linkage.vocabulary import Confidentiality, EdgeKind

PARAMETERS: Final[Mapping[str, Parameter]] = {
    "classificationTag": Parameter(
        about="The tag of a cloud resource that says how confidential its data is.",
        schema={"type": "string"},
        default="trunkline:confidentiality",
    ),
    "classificationLabel": Parameter(
        about="The label of a Kubernetes object that says how confidential its data is.",
        schema={"type": "string"},
        default="trunkline.dev/confidentiality",
    ),
}
"""For every rule that asks for a class."""


def declared(resource: Resource, stack: Inventory, settings: Settings) -> View:
    """Return the class of the data of ``resource``: public, internal, confidential, restricted, or absent.

    It is what the resource itself declares, or what the linkage graph says of the data that lies in it,
    inherited classes included; the stricter of the two where both say something.
    """
    own = _own(resource, settings)
    held = stack.derive(_held).get(resource.urn)
    if held is None:
        return own
    looser = own.one_of([level for level in Confidentiality if level.rank < held.level.rank])
    return held.view if (~own.present() | looser).state is True else own


def _own(resource: Resource, settings: Settings) -> View:
    if resource.kind.startswith("kubernetes:"):
        return resource.properties.at("metadata", "labels", settings.text("classificationLabel"))
    return resource["tags"][settings.text("classificationTag")]


@dataclass(frozen=True, slots=True)
class _Held:
    """The strictest class of the data that lies in a resource, and the node that brings it."""

    level: Confidentiality
    view: View


def _held(stack: Inventory) -> Mapping[str, _Held]:
    """Return the class of the data in every resource that a node of the graph lies in, by URN."""
    graph = linkage.of(stack)
    found: dict[str, _Held] = {}
    for node, place in graph.places(EdgeKind.STORED_IN, EdgeKind.REGISTERED_IN):
        effect = graph.effective(node.id)
        level = effect.confidentiality
        # What somebody upstream has not told yet may be stricter than anything that is known.
        value = UNKNOWN if Attribute.CONFIDENTIALITY in effect.open and level in _LOOSE else level.value
        held = _Held(level, View(node.urn, "confidentiality", value))
        for part in physical.resources_of(place, stack):
            before = found.get(part.resource.urn)
            if part.belongs.state is True and (before is None or before.level.rank < level.rank):
                found[part.resource.urn] = held
    return found


_LOOSE: Final = (Confidentiality.PUBLIC, Confidentiality.INTERNAL)
