"""One vocabulary of ownership, spelled as each provider wants it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

PREFIX = "trunkline.dev"
"""Domain of our Kubernetes label and annotation keys."""

MANAGER = "trunkline"

_LABEL_VALUE = re.compile(r"(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")
"""https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tags:
    """Who owns a resource and what it belongs to."""

    platform: str
    environment: str
    owner: str
    contact: str
    extra: Mapping[str, str] = field(default_factory=dict[str, str])
    """The platform's own tags, a cost centre for example. Ours win over a key of the same name."""

    @property
    def scope(self) -> str:
        """What tells this platform's names from another's in the same account."""
        return f"{self.platform}-{self.environment}"

    def as_cloud_tags(self, **more: str) -> dict[str, str]:
        """AWS and Azure tags; ``more`` adds what one resource says about itself."""
        return {
            **self.extra,
            "platform": self.platform,
            "environment": self.environment,
            "owner": self.owner,
            "contact": self.contact,
            "managed-by": MANAGER,
            **more,
        }

    def as_labels(self) -> dict[str, str]:
        """Kubernetes labels: the tags whose values Kubernetes takes as labels."""
        return {
            "app.kubernetes.io/managed-by": MANAGER,
            **{key: value for key, value in self._prefixed().items() if _LABEL_VALUE.fullmatch(value)},
        }

    def as_annotations(self) -> dict[str, str]:
        """Kubernetes annotations: the tags that do not fit into a label, an e-mail address for example."""
        return {key: value for key, value in self._prefixed().items() if not _LABEL_VALUE.fullmatch(value)}

    def _prefixed(self) -> dict[str, str]:
        return {f"{PREFIX}/{_key(key)}": value for key, value in self.as_cloud_tags().items()}


def _key(key: str) -> str:
    """Spell a tag key as the name part of a Kubernetes key, which is stricter than AWS and Azure."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", key).strip("-_.")[:63]
