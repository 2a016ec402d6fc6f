"""The linkage graph: declared data, who reads it, what it carries along, and the path that proves it."""

from policies.linkage.graph import Graph, of
from policies.linkage.nodes import Edge, Node, Place
from policies.linkage.propagate import Attribute, Effective, Region

__all__ = ["Attribute", "Edge", "Effective", "Graph", "Node", "Place", "Region", "of"]
