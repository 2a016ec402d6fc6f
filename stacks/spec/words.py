"""Single values about data: digests, links, days, places, names of fields."""

from datetime import date
from typing import Annotated, Final

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from stacks.spec import tables
from stacks.spec.problems import shown
from stacks.spec.values import Matching, OneOf, refuse, text_of

GROUPS: Final = ("EEA", "EU")
"""Groups of countries that may stand where a country may; ``policies`` holds their members."""

Place = Annotated[
    str,
    OneOf(
        code="place",
        what="a country code or a group of countries",
        choices=lambda: {*tables.countries(), *GROUPS},
        example="DE",
        listed_in="ISO 3166-1 (alpha-2); EU and EEA stand for their members",
    ),
]

Digest = Annotated[
    str,
    Matching(
        code="digest",
        what="a digest",
        pattern=r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}",
        allowed="sha256: and 64 hexadecimal digits, or sha512: and 128",
        example="sha256:" + "0" * 64,
    ),
]

Link = Annotated[
    str,
    Matching(
        code="link",
        what="a link",
        pattern=r"https://[A-Za-z0-9.-]{1,253}(?::[0-9]{1,5})?(?:/[!-~]*)?",
        allowed="a link that begins with https://",
        example="https://acme.example/cards/ranker",
    ),
]

FieldName = Annotated[
    str,
    Matching(
        code="field-name",
        what="the name of a field",
        pattern=r"[A-Za-z_][A-Za-z0-9_.]{0,127}",
        allowed="up to 128 letters, digits, '_' and '.', no digit first",
        example="user_id",
    ),
]

MediaType = Annotated[
    str,
    Matching(
        code="media-type",
        what="a media type",
        pattern=r"[a-z]+/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}",
        allowed="type/subtype, as in RFC 6838",
        example="application/vnd.apache.parquet",
    ),
]

Paragraph = Annotated[
    str,
    Matching(
        code="paragraph",
        what="usable here",
        pattern=r"[^\s\x00-\x1f\x7f](?:[^\x00-\x1f\x7f]{0,998}[^\s\x00-\x1f\x7f])?",
        allowed="1 to 1,000 characters on one line, no space at either end",
        example="Clicks on the shop's result pages, one row each.",
    ),
]


def _day(value: object) -> date:
    allowed = "a day as year-month-day"
    if isinstance(value, date):
        return value
    text = text_of(value, allowed=allowed)
    try:
        return date.fromisoformat(text)
    except ValueError:
        return refuse("day", f"{shown(text)} is not a day.", allowed=allowed, fix="Write it like 2026-10-31.")


Day = Annotated[
    date,
    PlainValidator(_day),
    PlainSerializer(date.isoformat, return_type=str),
    WithJsonSchema({"type": "string", "format": "date", "examples": ["2026-10-31"]}),
]

TypeName = Annotated[
    str,
    Matching(
        code="type-name",
        what="the name of a type",
        pattern=r"[A-Za-z][A-Za-z0-9_]*(?:[<(\[][A-Za-z0-9_<>()\[\], :]*[>)\]])?",
        allowed="a name such as int64, or with parameters such as array<float32> or decimal(10, 2)",
        example="int64",
    ),
]

Unit = Annotated[
    str,
    Matching(
        code="unit",
        what="a unit",
        pattern=r"[!-~]{1,32}",
        allowed="up to 32 characters without a space, as in UCUM or ISO 4217",
        example="ms",
    ),
]
