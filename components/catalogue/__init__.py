"""Sources, datasets, feature views, models and endpoints as resources: the declared graph in the state."""

from typing import Final

from pulumi import ResourceOptions

from components.catalogue.base import (
    CatalogueNode,
    Dataset,
    Endpoint,
    Evaluation,
    FeatureView,
    Model,
    Source,
    Training,
)
from components.catalogue.spec import NodeArgs

NODES: Final = {
    kind.TYPE: kind for kind in (Source, Dataset, FeatureView, Training, Evaluation, Model, Endpoint)
}
"""Every kind of node by its type token."""


def catalogue_node(
    token: str, name: str, args: NodeArgs, opts: ResourceOptions | None = None
) -> CatalogueNode:
    """Register the node of type ``token``.

    Raises:
        KeyError: There is no such kind of node; :data:`NODES` lists them.
    """
    return NODES[token](name, args, opts)


__all__ = [
    "NODES",
    "CatalogueNode",
    "Dataset",
    "Endpoint",
    "Evaluation",
    "FeatureView",
    "Model",
    "NodeArgs",
    "Source",
    "Training",
    "catalogue_node",
]
