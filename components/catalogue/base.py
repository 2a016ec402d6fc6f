"""What a declared node promises its callers."""

from typing import Any, ClassVar

from pulumi import ResourceOptions

from components.catalogue.spec import NodeArgs
from components.core import PlatformComponent


class CatalogueNode(PlatformComponent):
    """A node of the declared graph, kept in the engine's state; it creates nothing.

    The declaration is its inputs, so that policy packs, exported states and whoever reads them later see what
    the program said. ``policies`` judges it, whether or not this class registered it.
    """

    NODE: ClassVar[str]
    """The kind of node, the first part of its id."""

    def __init__(self, name: str, args: NodeArgs, opts: ResourceOptions | None = None) -> None:
        self.node: str = args.properties.get("node", f"{self.NODE}:{name}")
        declared: dict[str, Any] = {"node": self.node, **args.properties, "places": list(args.places)}
        if args.identities:
            declared["identities"] = list(args.identities)
        super().__init__(name, opts, declared)
        self.publish(node=self.node)


class Source(CatalogueNode):
    """Data that comes from outside the platform."""

    TYPE: ClassVar[str] = "trunkline:catalogue:Source"
    NODE: ClassVar[str] = "source"


class Dataset(CatalogueNode):
    """Data in a store of the platform."""

    TYPE: ClassVar[str] = "trunkline:catalogue:Dataset"
    NODE: ClassVar[str] = "dataset"


class FeatureView(CatalogueNode):
    """Features computed from datasets."""

    TYPE: ClassVar[str] = "trunkline:catalogue:FeatureView"
    NODE: ClassVar[str] = "featureView"


class Training(CatalogueNode):
    """The training of a model."""

    TYPE: ClassVar[str] = "trunkline:catalogue:Training"
    NODE: ClassVar[str] = "training"


class Evaluation(CatalogueNode):
    """The evaluation of a model."""

    TYPE: ClassVar[str] = "trunkline:catalogue:Evaluation"
    NODE: ClassVar[str] = "evaluation"


class Model(CatalogueNode):
    """A model."""

    TYPE: ClassVar[str] = "trunkline:catalogue:Model"
    NODE: ClassVar[str] = "model"


class Endpoint(CatalogueNode):
    """A service that answers with a model."""

    TYPE: ClassVar[str] = "trunkline:catalogue:Endpoint"
    NODE: ClassVar[str] = "endpoint"
