"""The Open Data Contract Standard 3.1 as types, as far as a contract is read here.

Source: https://github.com/bitol-io/open-data-contract-standard, ``schema/odcs-json-schema-v3.1.0.json``; the
keys of 3.0 are among them. Where 3.1 closes a mapping, it is closed here, so that a misspelt key is found.
What nobody here reads may hold anything.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, PlainValidator

from stacks.spec.entry import Entry
from stacks.spec.values import Matching, text_of

Free = Annotated[str, PlainValidator(lambda value: text_of(value, allowed="text"))]
"""Any text, on as many lines as it likes."""

Version = Annotated[
    str,
    Matching(
        code="odcs-version",
        what="a version of the standard that can be read",
        pattern=r"v3\.[01]\.[0-9]{1,2}",
        allowed="v3.0.0 to v3.1.0",
        example="v3.1.0",
    ),
]


class Open(Entry):
    """A mapping that may have keys which nobody here reads."""

    model_config = ConfigDict(extra="ignore")


class Custom(Entry):
    """A property that is not part of the standard."""

    id: Any = None
    """Its id."""
    property: Free
    """What it is called."""
    value: Any = None
    """What it is."""
    description: Any = None
    """What it means."""


class Check(Open):
    """A check of quality."""

    description: Free | None = None
    """What it checks."""
    dimension: Free | None = None
    """The kind of quality, such as completeness."""


class Definition(Open):
    """A link to somebody who says more."""

    url: Free
    """Where."""
    type: Free
    """What stands there."""


class Value(Entry):
    """What a column and the item of a list have in common."""

    id: Any = None
    """Its id."""
    physical_type: Free | None = None
    """Its type in the source."""
    physical_name: Any = None
    """Its name in the source."""
    description: Free | None = None
    """What it means."""
    business_name: Any = None
    """What people call it."""
    authoritative_definitions: Any = None
    """Who says more."""
    tags: Any = None
    """Words about it."""
    custom_properties: Sequence[Custom] = ()
    """What the standard has no key for; `unit` is read."""
    primary_key: Any = None
    """Whether it is part of the key."""
    primary_key_position: Any = None
    """At which place of the key."""
    logical_type: Literal[
        "string", "date", "timestamp", "time", "number", "integer", "object", "array", "boolean"
    ] | None = None  # fmt: skip
    """Its type."""
    logical_type_options: Any = None
    """More about its type."""
    required: bool = False
    """Whether it has a value everywhere."""
    unique: Any = None
    """Whether no value stands twice."""
    partitioned: Any = None
    """Whether the table is partitioned by it."""
    partition_key_position: Any = None
    """At which place of the partition key."""
    classification: Free | None = None
    """How closely it is held."""
    encrypted_name: Any = None
    """The column with the encrypted value."""
    transform_source_objects: Any = None
    """What it was made from."""
    transform_logic: Any = None
    """How it was made."""
    transform_description: Any = None
    """How it was made, for people."""
    examples: Any = None
    """Values."""
    critical_data_element: Any = None
    """Whether it matters more than others."""
    relationships: Any = None
    """Foreign keys."""
    quality: Sequence[Check] = ()
    """Checks of it."""
    properties: Sequence["Column"] = ()
    """What an object consists of."""
    items: "Item | None" = None
    """What a list consists of."""


class Item(Value):
    """The item of a list."""

    name: Any = None
    """What it is called, which matters to nobody."""


class Column(Value):
    """A column of a table, or a part of an object."""

    name: Free
    """What it is called."""


class Table(Entry):
    """A table, or whatever else holds rows."""

    id: Any = None
    """Its id."""
    name: Free
    """What it is called."""
    logical_type: Any = None
    """`object`."""
    physical_name: Free | None = None
    """Its name in the source."""
    physical_type: Any = None
    """Table, view, topic, file."""
    description: Free | None = None
    """What it is."""
    business_name: Any = None
    """What people call it."""
    authoritative_definitions: Any = None
    """Who says more."""
    tags: Any = None
    """Words about it."""
    custom_properties: Sequence[Custom] = ()
    """What the standard has no key for."""
    data_granularity_description: Any = None
    """What a row is."""
    properties: Sequence[Column] = ()
    """Its columns."""
    relationships: Any = None
    """Foreign keys."""
    quality: Sequence[Check] = ()
    """Checks of it."""


class Description(Open):
    """What the data is for."""

    purpose: Free | None = None
    """What it is provided for."""
    limitations: Free | None = None
    """What it must not be used for."""
    authoritative_definitions: Sequence[Definition] = ()
    """Who says more."""


class Promise(Entry):
    """A property of the service level agreement."""

    id: Any = None
    """Its id."""
    property: Free
    """What is promised, such as retention."""
    value: Any = None
    """How much."""
    value_ext: Any = None
    """How much, too."""
    unit: Free | None = None
    """Of what."""
    element: Free | None = None
    """For which tables or columns."""
    driver: Any = None
    """Why."""
    description: Any = None
    """For people."""
    scheduler: Any = None
    """What checks it."""
    schedule: Any = None
    """When it is checked."""


class Channel(Entry):
    """Where questions go."""

    id: Any = None
    """Its id."""
    channel: Free
    """Its name."""
    url: Free | None = None
    """Its address."""
    description: Any = None
    """What it is for."""
    tool: Free | None = None
    """What it is, such as email."""
    scope: Any = None
    """What may be asked."""
    invitation_url: Any = None
    """How to join."""
    custom_properties: Any = None
    """What the standard has no key for."""


class Contract(Entry):
    """A whole contract."""

    api_version: Version
    """The version of the standard."""
    kind: Literal["DataContract"]
    """What the file is."""
    id: Any
    """Its id."""
    version: Free
    """The version of the contract."""
    status: Any
    """How far it has come."""
    name: Any = None
    """Its name."""
    tenant: Any = None
    """For whom."""
    tags: Any = None
    """Words about it."""
    servers: Any = None
    """Where its producer keeps the data; where it lies here is for the platform file to say."""
    data_product: Any = None
    """Its product."""
    description: Description | None = None
    """What the data is for."""
    domain: Any = None
    """Its domain."""
    tables: Sequence[Table] = Field(default=(), alias="schema")
    """Tables."""
    support: Sequence[Channel] = ()
    """Where questions go."""
    price: Any = None
    """What it costs."""
    team: Any = None
    """Who is behind it: since 3.1 a mapping, before that a list of members."""
    roles: Any = None
    """Who may read it."""
    sla_default_element: Any = None
    """Deprecated."""
    sla_properties: Sequence[Promise] = ()
    """What is promised."""
    authoritative_definitions: Sequence[Definition] = ()
    """Who says more."""
    custom_properties: Sequence[Custom] = ()
    """What the standard has no key for; keys of a dataset are read."""
    contract_created_ts: Any = None
    """When it was written."""
