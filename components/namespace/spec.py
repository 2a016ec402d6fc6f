"""What a namespace of the platform is."""

from dataclasses import dataclass
from typing import Literal

from components.core import Tags


@dataclass(frozen=True, kw_only=True, slots=True)
class NamespaceSpec:
    """The arguments that do not depend on the cluster."""

    tags: Tags
    namespace: str
    """Its name in the cluster."""
    pod_security: Literal["restricted", "baseline"] = "restricted"
    """Pod Security Standard that every pod must meet."""
    protect: bool = True
    """Refuse to delete the namespace and with it everything inside."""
