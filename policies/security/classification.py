"""How confidential the data of a resource is, as the resource itself declares it.

This is the one place that knows where a class is written. It is a tag of a cloud resource and a label of a
Kubernetes object; nothing is a class of its own, and no rule takes it for "public".
"""

from collections.abc import Mapping
from typing import Final

from policies.engine import Inventory, Parameter, Resource, Settings, View

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


def declared(resource: Resource, stack: Inventory, settings: Settings) -> View:  # noqa: ARG001 - see below
    """Return the class of the data of ``resource``: public, internal, confidential, restricted, or absent.

    It is what the resource itself declares. The resources around it are asked for too, since a node of the
    linkage graph that names the resource may say more.
    """
    if resource.kind.startswith("kubernetes:"):
        return resource.properties.at("metadata", "labels", settings.text("classificationLabel"))
    return resource["tags"][settings.text("classificationTag")]
