"""Values as the engine sends them, and as the sandbox handles them.

On the wire a property is a ``google.protobuf.Value``; secrets, unknowns, assets, resource references and
outputs are structs that carry a signature (``sdk/go/common/resource/sig``, Pulumi 3.259). Here they become
plain Python values and the three classes below, once, at the edge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from google.protobuf import struct_pb2

SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a public marker, no password
_ASSET: Final = "c44067f5952c0a294b673a41bacd8c17"
_ARCHIVE: Final = "0def7320c3a5731c473e5ecbe6d01bc7"
_REFERENCE: Final = "5cf8f73096256a8f31e491e813e4eb8e"
_OUTPUT: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"

_UNKNOWN_TEXT: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
# The engine has one sentinel for each kind of unknown value; a provider needs no difference.
_UNKNOWN_TEXTS: Final = frozenset(
    {
        _UNKNOWN_TEXT,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # bool
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)


class Unknown:
    """A value that only an update can tell. There is one, :data:`UNKNOWN`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that must not be shown. Its ``repr`` shows nothing."""

    value: Any

    def __repr__(self) -> str:
        return "Secret(...)"


@dataclass(frozen=True, slots=True)
class Blob:
    """An asset or an archive, kept as the engine sent it."""

    fields: dict[str, Any]

    @property
    def is_archive(self) -> bool:
        """True for an archive, false for an asset."""
        return self.fields[SIGNATURE] == _ARCHIVE


def decode(struct: struct_pb2.Struct) -> dict[str, Any]:
    """Return the properties of a message as Python values; whole numbers become ``int``."""
    return {key: _decode(value) for key, value in struct.fields.items()}


def _decode(value: struct_pb2.Value) -> Any:  # noqa: PLR0911 - one case for each kind
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        text = value.string_value
        return UNKNOWN if text in _UNKNOWN_TEXTS else text
    if kind == "struct_value":
        fields = value.struct_value.fields
        if SIGNATURE in fields:
            return _decode_signed({key: _decode(item) for key, item in fields.items()})
        return {key: _decode(item) for key, item in fields.items()}
    if kind == "list_value":
        return [_decode(item) for item in value.list_value.values]
    if kind == "bool_value":
        return value.bool_value
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    return None


def _decode_signed(fields: dict[str, Any]) -> Any:
    signature = fields[SIGNATURE]
    if signature == SECRET:
        return secret(fields.get("value"))
    if signature == _OUTPUT:
        inner = fields.get("value", UNKNOWN)
        return secret(inner) if fields.get("secret") else inner
    if signature == _REFERENCE:
        # Providers see a resource as its id; a component has none and stands for itself by URN.
        identifier = fields.get("id", fields.get("urn"))
        return UNKNOWN if identifier == "" else identifier
    return Blob(fields)


def encode(properties: dict[str, Any]) -> struct_pb2.Struct:
    """Return the message that carries these properties."""
    struct = struct_pb2.Struct()
    for key, item in properties.items():
        _encode(struct.fields[key], item)
    return struct


def _encode(into: struct_pb2.Value, value: Any) -> None:  # noqa: C901 - one case for each kind
    if isinstance(value, str):
        into.string_value = value
    elif isinstance(value, bool):
        into.bool_value = value
    elif isinstance(value, (int, float)):
        into.number_value = value
    elif value is None:
        into.null_value = struct_pb2.NULL_VALUE
    elif isinstance(value, dict):
        # An empty object is still an object: touching the field sets it.
        fields = into.struct_value.fields
        into.struct_value.SetInParent()
        for key, item in value.items():  # pyright: ignore[reportUnknownVariableType] - checked at the edge
            _encode(fields[key], item)
    elif isinstance(value, list):
        into.list_value.SetInParent()
        for item in value:  # pyright: ignore[reportUnknownVariableType] - checked at the edge
            _encode(into.list_value.values.add(), item)
    elif isinstance(value, Unknown):
        into.string_value = _UNKNOWN_TEXT
    elif isinstance(value, Secret):
        fields = into.struct_value.fields
        fields[SIGNATURE].string_value = SECRET
        _encode(fields["value"], value.value)
    elif isinstance(value, Blob):
        _encode(into, value.fields)
    else:
        msg = f"cannot send a {type(value).__name__} to the engine"
        raise TypeError(msg)


def secret(value: Any) -> Secret:
    """Mark a value as secret, once however often it is asked for."""
    return value if isinstance(value, Secret) else Secret(value)


def reveal(value: Any) -> Any:
    """Return the value under a secret marker, or the value itself."""
    return value.value if isinstance(value, Secret) else value


def exposed(value: Any) -> Any:
    """Return a value with every secret marker taken off, at any depth. Never to be shown or stored."""
    if isinstance(value, Secret):
        return exposed(value.value)
    if isinstance(value, dict):
        return {key: exposed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [exposed(item) for item in value]
    return value


def contains_unknown(value: Any) -> bool:
    """Tell whether anything in a value is unknown."""
    if isinstance(value, dict):
        return any(contains_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(contains_unknown(item) for item in value)
    return isinstance(reveal(value), Unknown) or (isinstance(value, Secret) and contains_unknown(value.value))


def contains_secret(value: Any) -> bool:
    """Tell whether anything in a value is secret."""
    if isinstance(value, dict):
        return any(contains_secret(item) for item in value.values())
    if isinstance(value, list):
        return any(contains_secret(item) for item in value)
    return isinstance(value, Secret)


def public(properties: dict[str, Any]) -> dict[str, Any]:
    """Leave out the engine's own bookkeeping, such as ``__defaults``."""
    return {key: value for key, value in properties.items() if not key.startswith("__")}
