"""What every component is made of; imports Pulumi and no provider SDK."""

from components.core.component import PlatformComponent
from components.core.data import load
from components.core.errors import ComponentError
from components.core.facts import ClusterFacts, Kind, SiteFacts, cluster_facts
from components.core.naming import physical_name
from components.core.order import after
from components.core.tags import Tags

__all__ = [
    "ClusterFacts",
    "ComponentError",
    "Kind",
    "PlatformComponent",
    "SiteFacts",
    "Tags",
    "after",
    "cluster_facts",
    "load",
    "physical_name",
]
