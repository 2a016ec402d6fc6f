"""The words in which a program declares its data: kinds of node, kinds of edge, and the values they may take.

A declaration is a resource whose type stands in :data:`KINDS`. Its properties are named after the OASIS data
provenance draft and D&TA 1.0.0, in camelCase; ``docs/policies/linkage.md`` lists them. Any program may
register such resources, whoever wrote its components.
"""

from enum import StrEnum
from typing import Final


class NodeKind(StrEnum):
    """What a node of the graph is."""

    SOURCE = "source"
    DATASET = "dataset"
    FEATURE_VIEW = "featureView"
    TRAINING = "training"
    EVALUATION = "evaluation"
    MODEL = "model"
    ENDPOINT = "endpoint"
    # What the nodes above touch:
    STORE = "store"
    COMPUTE = "compute"
    REGISTRY = "registry"
    IDENTITY = "identity"
    KEY = "key"
    NETWORK = "network"


KINDS: Final = {
    "trunkline:catalogue:Source": NodeKind.SOURCE,
    "trunkline:catalogue:Dataset": NodeKind.DATASET,
    "trunkline:catalogue:FeatureView": NodeKind.FEATURE_VIEW,
    "trunkline:catalogue:Training": NodeKind.TRAINING,
    "trunkline:catalogue:Evaluation": NodeKind.EVALUATION,
    "trunkline:catalogue:Model": NodeKind.MODEL,
    "trunkline:catalogue:Endpoint": NodeKind.ENDPOINT,
}
"""Types of the resources that declare a node."""

SOURCE: Final = "trunkline:catalogue:Source"
DATASET: Final = "trunkline:catalogue:Dataset"
FEATURE_VIEW: Final = "trunkline:catalogue:FeatureView"
TRAINING: Final = "trunkline:catalogue:Training"
EVALUATION: Final = "trunkline:catalogue:Evaluation"
MODEL: Final = "trunkline:catalogue:Model"
ENDPOINT: Final = "trunkline:catalogue:Endpoint"


class EdgeKind(StrEnum):
    """What an edge means. Edges of data point the way the data flows."""

    DERIVED_FROM = "derivedFrom"
    """A dataset was made from a source or another dataset."""
    READS_FROM = "readsFrom"
    """A feature view, an endpoint or a model reads it."""
    TRAINED_ON = "trainedOn"
    """A training reads it."""
    TESTED_ON = "testedOn"
    """An evaluation reads it."""
    PRODUCED_BY = "producedBy"
    """A model came out of a training."""
    BASED_ON = "basedOn"
    """A training starts from another model, as fine-tuning does."""
    EVALUATED_BY = "evaluatedBy"
    """A model was judged by an evaluation; no data flows from it into the model."""
    SERVED_BY = "servedBy"
    """An endpoint answers with a model."""
    FED_BACK = "fedBack"
    """A dataset holds what an endpoint answered, or what people did with it."""
    # From a node to what it touches:
    STORED_IN = "storedIn"
    PROCESSED_IN = "processedIn"
    REGISTERED_IN = "registeredIn"
    ENCRYPTED_BY = "encryptedBy"
    RUNS_AS = "runsAs"
    REACHED_OVER = "reachedOver"


BINDINGS: Final = frozenset(
    {
        EdgeKind.STORED_IN,
        EdgeKind.PROCESSED_IN,
        EdgeKind.REGISTERED_IN,
        EdgeKind.ENCRYPTED_BY,
        EdgeKind.RUNS_AS,
        EdgeKind.REACHED_OVER,
    }
)
"""Edges that bind a node to infrastructure; no attribute travels over them."""

NO_FLOW: Final = BINDINGS | {EdgeKind.EVALUATED_BY}
"""Edges that no data flows over."""


class Confidentiality(StrEnum):
    """How closely data is held, from open to closed."""

    PUBLIC = "public"
    INTERNAL = "internal"
    CONFIDENTIAL = "confidential"
    RESTRICTED = "restricted"

    @property
    def rank(self) -> int:
        """Place in the order; a higher one is closer held."""
        return _LEVELS[self]


_LEVELS: Final = {level: rank for rank, level in enumerate(Confidentiality)}

CODES: Final = frozenset({"pci", "pfi", "phi", "pi", "sci", "spi"})
"""Kinds of protected data, as in the OASIS draft (confidentiality-code-type) without ``other``."""

PERSONAL: Final = frozenset({"pfi", "phi", "pi", "spi"})
"""Codes that mean data about people."""

SPECIAL: Final = frozenset({"phi", "spi"})
"""Codes that mean special categories: Regulation (EU) 2016/679, article 9, names health data among them."""


class RiskTier(StrEnum):
    """How much harm a model or endpoint can do, in the tiers of Regulation (EU) 2024/1689."""

    MINIMAL = "minimal"
    LIMITED = "limited"
    HIGH = "high"
    UNACCEPTABLE = "unacceptable"

    @property
    def rank(self) -> int:
        """Place in the order; a higher one is riskier."""
        return _TIERS[self]


_TIERS: Final = {tier: rank for rank, tier in enumerate(RiskTier)}
