"""The vocabulary of data in a platform file: sources, datasets, feature views, models and endpoints.

Words are those of the OASIS data provenance draft and D&TA 1.0.0, in camelCase. Nearly everything may be left
out here: which of it is needed is for the rules of ``policies`` to say, which also say why.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import Field

from stacks.spec.entry import Entry
from stacks.spec.scalars import Contact, Country, Duration, Name, RelativePath, Text
from stacks.spec.words import Day, Digest, FieldName, Link, MediaType, Paragraph, Place

Code = Literal["pci", "pfi", "phi", "pi", "sci", "spi"]
Confidentiality = Literal["public", "internal", "confidential", "restricted"]
Purpose = Literal[
    "alignment",
    "evaluation",
    "other",
    "pre-training",
    "production",
    "quality-assurance",
    "research",
    "staging-testing",
    "synthetic-data-generation",
    "training",
]
Method = Literal[
    "data-augmentation",
    "data-mining",
    "feeds",
    "machine-generated-ml-ops",
    "other",
    "primary-user-source",
    "simulations",
    "social-media",
    "syndication",
    "transfer-learning",
    "user-generated-content",
    "web-scraping-crawling",
]
Technology = Literal[
    "data-anonymization",
    "data-encryption",
    "data-masking",
    "data-minimization",
    "data-redaction",
    "differential-privacy",
    "federated-learning",
    "homomorphic-encryption",
    "k-anonymity",
    "l-diversity",
    "other",
    "pseudonymization",
    "secure-multi-party-computation",
    "t-closeness",
    "tokenization",
]
RiskTier = Literal["minimal", "limited", "high", "unacceptable"]
Stage = Literal["development", "staging", "production"]


class Steward(Entry):
    """Who answers for data, a model or an endpoint."""

    team: Name
    """The team."""
    contact: Contact
    """An email address that a person reads."""


class Issuer(Entry):
    """The organisation that a source comes from."""

    name: Text
    """Its legal name."""
    url: Link | None = None
    """Where it can be found."""


class Classification(Entry):
    """Which kinds of protected data are inside, and who looked."""

    contains: Sequence[Code] = ()
    """Kinds that were found: pci, pfi, phi, pi, sci, spi (OASIS data provenance draft)."""
    evaluated: Sequence[Code | Literal["all"]] = ()
    """Kinds that were looked for; `[all]` for every one."""
    tool: Text | None = None
    """What looked, with its version."""


class Quality(Entry):
    """What is known to be wrong with data."""

    limitations: Paragraph | None = None
    """What it must not be used for, and why."""
    biases: Paragraph | None = None
    """Known biases, or how their absence was checked."""
    gaps: Paragraph | None = None
    """What is missing."""


class Reduction(Entry):
    """A transform that lowers a classification."""

    technology: Technology
    """What was done."""
    tool: Text | None = None
    """What did it, with its version."""
    parameters: Mapping[FieldName, Text] = {}
    """How it was set."""
    removes: Sequence[Code] = ()
    """Kinds of protected data that are gone afterwards."""
    lowers_to: Confidentiality | None = None
    """The confidentiality that is left."""
    evidence: Digest | None = None
    """Digest of the report that shows the result."""


class Provenance(Entry):
    """What sources and datasets have in common."""

    owner: Steward | None = None
    """Who answers for it."""
    about: Paragraph | None = None
    """What it is."""
    version: Text | None = None
    """The version of the data."""
    digest: Digest | None = None
    """Digest of the snapshot."""
    live: bool = False
    """Whether it changes without a new version."""
    license: Text | None = None
    """An SPDX expression, or `LicenseRef-...`."""
    classification: Classification | None = None
    """Kinds of protected data inside."""
    confidentiality: Confidentiality | None = None
    """How closely it is held."""
    purposes: Sequence[Purpose] | None = None
    """What it may be used for."""
    consents: Sequence[Text] = ()
    """Where the consent, or another legal basis, is written down."""
    storage_allowed: Sequence[Place] | None = None
    """Countries, or EU or EEA, that may hold it."""
    storage_forbidden: Sequence[Place] = ()
    """Countries that must not hold it."""
    processing_included: Sequence[Place] | None = None
    """Countries that may work on it."""
    processing_excluded: Sequence[Place] = ()
    """Countries that must not work on it."""
    on_prem_only: bool = False
    """Whether it may never reach a public cloud."""
    retention: Duration | None = None
    """It must be gone this long after it was written."""
    origin: Sequence[Country] = ()
    """Countries it was collected in."""
    method: Sequence[Method] = ()
    """How it came about."""
    date: Day | None = None
    """The day it was compiled."""
    format: Sequence[MediaType] = ()
    """Media types."""
    quality: Quality | None = None
    """Known limitations, biases and gaps."""


class Source(Provenance):
    """Data that comes from outside the platform."""

    issuer: Issuer | None = None
    """Who issued it."""
    url: Link | None = None
    """Where it is described."""
    third_party: bool = True
    """Whether another organisation made it."""


class Partition(Entry):
    """Which part of something else a dataset is."""

    of: Name
    """The source or dataset that was split; `from` names it as well."""
    name: Name
    """The part; parts with different names have no row in common."""


class Dataset(Provenance):
    """Data in an object store of the platform."""

    store: Name
    """The object store that holds it."""
    path: RelativePath | None = None
    """The prefix inside the store; without it, its own name."""
    made_from: Sequence[Name] = Field(default=(), alias="from")
    """Sources and datasets it was made from."""
    fields_file: RelativePath | None = Field(default=None, alias="schema")
    """A file with its fields: name, type, unit, nullable."""
    contract: RelativePath | None = None
    """A data contract (ODCS 3) or Croissant file that says what is not said here."""
    reduces: Sequence[Reduction] = ()
    """Transforms on the way that lower the classification."""
    partition: Partition | None = None
    """The part of a source or dataset that it is, where that was split, for training and evaluation say."""
    hold: bool = False
    """Whether it is kept although nothing reads it."""


class FeatureView(Entry):
    """Features computed from datasets."""

    reads: Sequence[Name] = Field(min_length=1)
    """Datasets and feature views it is computed from."""
    site: Name
    """Where it is computed and served."""
    store: Name | None = None
    """The object store that keeps it for training."""
    online: bool = False
    """Whether it is served with low latency."""
    owner: Steward | None = None
    """Who answers for it."""
    about: Paragraph | None = None
    """What it is."""
    entity: FieldName | None = None
    """The field it is looked up by."""
    fields_file: RelativePath | None = Field(default=None, alias="schema")
    """A file with its fields."""
    expects: Mapping[Name, Sequence[FieldName]] = {}
    """The fields it uses of each input."""
    confidentiality: Confidentiality | None = None
    """How closely it is held."""
    reduces: Sequence[Reduction] = ()
    """Transforms that lower the classification."""


class Signature(Entry):
    """Who signed a model."""

    identity: Text
    """The identity in the certificate, or the name of the key."""
    issuer: Link | None = None
    """The OpenID Connect issuer of that identity; without it, a key of one's own."""
    verified: bool = False
    """Whether admission refuses the model without it."""


class Model(Entry):
    """A model: trained here from `reads`, or taken over from somebody else."""

    reads: Sequence[Name] = ()
    """Datasets and feature views it is trained on."""
    base: Name | None = None
    """The model that training starts from."""
    site: Name | None = None
    """Where it is trained."""
    store: Name | None = None
    """The object store that keeps it."""
    evaluated_on: Sequence[Name] = ()
    """Datasets and feature views it is evaluated on."""
    owner: Steward | None = None
    """Who answers for it."""
    about: Paragraph | None = None
    """What it is."""
    version: Text | None = None
    """Its version."""
    digest: Digest | None = None
    """Digest of its weights."""
    license: Text | None = None
    """An SPDX expression, or `LicenseRef-...`."""
    card: Text | None = None
    """Where its model card is."""
    signature: Signature | None = None
    """Who signed it."""
    issuer: Issuer | None = None
    """Who made it, if somebody else did."""
    third_party: bool = False
    """Whether somebody else made it."""
    risk_tier: RiskTier | None = None
    """Its tier of risk (Regulation (EU) 2024/1689)."""
    intended_use: Paragraph | None = None
    """What it is for."""
    stage: Stage | None = None
    """How far it has come; without it, that of the platform's environment."""
    distributed: bool = False
    """Whether its weights leave the organisation."""
    confidentiality: Confidentiality | None = None
    """How closely it is held."""
    expects: Mapping[Name, Sequence[FieldName]] = {}
    """The fields that training uses of each input."""
    reduces: Sequence[Reduction] = ()
    """What training does that lowers the classification, such as differential privacy."""


class Monitoring(Entry):
    """How an endpoint is watched."""

    metrics: bool = True
    """Whether requests, errors and latency are measured."""
    drift: Text | None = None
    """The measure of drift, such as `psi over 0.2`."""


class Endpoint(Entry):
    """A service that answers with a model."""

    serves: Name
    """The model."""
    site: Name
    """Where it runs."""
    reads: Sequence[Name] = ()
    """Feature views it looks up to answer."""
    feeds: Sequence[Name] = ()
    """Datasets that keep what it answers, or what people do with it."""
    exposure: Literal["internal", "public"] = "internal"
    """Who can reach it."""
    authentication: Literal["oidc", "mtls", "iam"] | None = None
    """How callers prove who they are."""
    owner: Steward | None = None
    """Who answers for it."""
    about: Paragraph | None = None
    """What it is."""
    risk_tier: RiskTier | None = None
    """Its tier of risk."""
    intended_use: Paragraph | None = None
    """What it is for."""
    stage: Stage | None = None
    """How far it has come; without it, that of the platform's environment."""
    commercial: bool = True
    """Whether its answers are used commercially."""
    distributed: bool | None = None
    """Whether its answers leave the organisation; without it, those of a public endpoint do."""
    fields_file: RelativePath | None = Field(default=None, alias="schema")
    """A file with the fields of a request."""
    expects: Mapping[Name, Sequence[FieldName]] = {}
    """The fields it uses of each feature view."""
    monitoring: Monitoring | None = None
    """How it is watched."""
