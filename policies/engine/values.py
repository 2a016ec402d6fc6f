"""The values a resource carries, as the Pulumi engine sends them.

The engine marks what plain JSON cannot say with a signature key: secrets, output values, assets, archives and
references to other resources. A value that no one knows yet is one of seven fixed strings. Both come from the
engine's own sources (``sdk/go/common/resource/plugin/rpc.go`` and ``sdk/go/common/resource/sig``, v3.259.0).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, cast

SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a marker of the protocol
OUTPUT: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
ASSET: Final = "c44067f5952c0a294b673a41bacd8c17"
ARCHIVE: Final = "0def7320c3a5731c473e5ecbe6d01bc7"
REFERENCE: Final = "5cf8f73096256a8f31e491e813e4eb8e"

UNKNOWN_TEXTS: Final = frozenset(
    {
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",  # string, and what every SDK sends
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # bool
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that nobody knows before the resources it comes from exist."""


@dataclass(frozen=True, slots=True)
class Opaque:
    """An asset, an archive, or a signature this version does not know: present, but not readable."""

    what: str


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that must never be shown, with everything below it."""

    value: "Value"

    def __repr__(self) -> str:
        return "Secret([secret])"


UNKNOWN: Final = Unknown()

Value: TypeAlias = (
    "bool | int | float | str | Sequence[Value] | Mapping[str, Value] | Unknown | Opaque | Secret | None"
)
Properties: TypeAlias = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Absent:
    """Nothing was set here."""


ABSENT: Final = Absent()

Held: TypeAlias = "Value | Absent"
"""What a place in the properties of a resource can hold."""


def text(value: str) -> Value:
    """Return ``value``, or :data:`UNKNOWN` where it is one of the engine's markers."""
    return UNKNOWN if value in UNKNOWN_TEXTS else value


def number(value: float) -> Value:
    """Return whole numbers as ``int``; the wire knows only floats."""
    return int(value) if value.is_integer() else value


def mapping(fields: dict[str, Value]) -> Value:
    """Return decoded ``fields``, or what they stand for where they carry a signature."""
    signature = fields.get(SIGNATURE)
    if signature is None:
        return fields
    if signature == SECRET:
        # An exported state holds the ciphertext instead of the value, or with --show-secrets its JSON text.
        return Secret(
            _plaintext(fields["plaintext"]) if "plaintext" in fields else fields.get("value", UNKNOWN)
        )
    if signature == OUTPUT:
        value = fields.get("value", UNKNOWN)
        return Secret(value) if fields.get("secret") is True else value
    if signature == REFERENCE:
        # The engine itself sends the id, or the URN of a component, to receivers that know no references.
        return fields.get("id") or fields.get("urn", UNKNOWN)
    return Opaque({ASSET: "asset", ARCHIVE: "archive"}.get(str(signature), "unknown signature"))


def _plaintext(text_of_json: Value) -> Value:
    try:
        return from_json(json.loads(str(text_of_json)))
    except ValueError:
        return UNKNOWN


def from_json(value: Any) -> Value:
    """Decode parsed JSON: an exported state, a preview, or the body of a policy document."""
    match value:
        case str():
            return text(value)
        case bool() | int() | None:
            return value
        case float():
            return number(value)
        case Mapping():
            pairs = cast("Mapping[str, Any]", value).items()
            return mapping({str(key): from_json(item) for key, item in pairs})
        case Sequence():
            return [from_json(item) for item in cast("Sequence[Any]", value)]
        case _:
            return Opaque(type(value).__name__)


def properties_from_json(value: Mapping[str, Any]) -> Properties:
    """Decode the properties of one resource."""
    return {key: from_json(item) for key, item in value.items()}
