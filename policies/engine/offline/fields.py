"""From the JSON of one resource to a resource, with every shape checked.

A state and a preview share one form, ``apitype.ResourceV3`` of the engine (``sdk/go/common/apitype/core.go``,
v3.259.0). The resource that comes out equals the one the analyzer server is sent.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast
from urllib.parse import unquote, urlsplit

from policies.engine.offline.snapshot import InputError
from policies.engine.resource import Resource
from policies.engine.values import UNKNOWN, Properties, Secret, Value, properties_from_json

MASKED: Final = "[secret]"
"""What a preview shows in place of a secret (``pkg/backend/display/json.go``)."""

_PARTS_OF_A_URN: Final = 4
_ROOT: Final = "pulumi:pulumi:Stack"
_LIBRARIES: Final = frozenset({"site-packages", "dist-packages", "node_modules"})


def text(entry: Mapping[str, Any], key: str, where: str) -> str:
    """Return a text, or nothing where there is none.

    Raises:
        InputError: Something else stands there.
    """
    value = entry.get(key, "")
    if not isinstance(value, str):
        raise InputError(f"{where}: {key} must be a text, not {called(value)}")
    return value


def mapping(entry: Mapping[str, Any], key: str, where: str) -> Mapping[str, Any]:
    """Return an object, an empty one where there is none; errors as with :func:`text`."""
    value = entry.get(key)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise InputError(f"{where}: {key} must be an object, not {called(value)}")
    return cast("Mapping[str, Any]", value)


def sequence(entry: Mapping[str, Any], key: str, where: str) -> Sequence[Any]:
    """Return a list, an empty one where there is none; errors as with :func:`text`."""
    value = entry.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise InputError(f"{where}: {key} must be a list, not {called(value)}")
    return cast("list[Any]", value)


def called(value: object) -> str:
    """Return what a reader calls a JSON value, without the value itself."""
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case Mapping():
            return "an object"
        case _:
            return "a list"


def place(urn: str, where: str) -> tuple[str, str, str]:
    """Return stack, project and name from a URN.

    Raises:
        InputError: It is not one.
    """
    head, *rest = urn.split("::", _PARTS_OF_A_URN - 1)
    if not head.startswith("urn:pulumi:") or len(rest) < _PARTS_OF_A_URN - 1:
        raise InputError(
            f"{where}: urn must read urn:pulumi:STACK::PROJECT::TYPE::NAME. Was this file written by Pulumi?"
        )
    return head.removeprefix("urn:pulumi:"), rest[0], rest[2]


def unjudged(entry: Mapping[str, Any]) -> str:
    """Return why the engine does not send a resource to a policy pack either; nothing where it does."""
    if entry.get("external") is True:
        return "only read by the program"
    if entry.get("delete") is True:
        return "waiting for deletion"
    if entry.get("pendingReplacement") is True:
        return "deleted, and not created again yet"
    return ""


def resource(
    entry: Mapping[str, Any], where: str, *, settled: bool, outputs: Mapping[str, Any] | None = None
) -> Resource:
    """Return the resource that ``entry`` describes.

    Args:
        entry: Its JSON.
        where: What to call it in an error.
        settled: Whether its outputs are facts.
        outputs: What to take for its outputs, where that is not what ``entry`` says.

    Raises:
        InputError: A field has the wrong shape.
    """
    urn = text(entry, "urn", where)
    _, _, name = place(urn, where)
    token = text(entry, "type", where)
    if not token:
        raise InputError(f"{where}: type is missing")
    reported = mapping(entry, "outputs", where) if outputs is None else outputs
    return Resource(
        urn=urn,
        type=token,
        name=name,
        inputs=properties(mapping(entry, "inputs", where), masked=not settled),
        outputs=properties(reported, masked=not settled),
        settled=settled,
        parent=text(entry, "parent", where),
        provider=text(entry, "provider", where).rpartition("::")[0],
        dependencies=_urns(sequence(entry, "dependencies", where), f"{where}: dependencies"),
        property_dependencies={
            key: _urns(urns, f"{where}: propertyDependencies")
            for key, urns in mapping(entry, "propertyDependencies", where).items()
            if urns
        },
        protect=entry.get("protect") is True,
        source_position=None if token == _ROOT else _position(entry, where),
    )


def properties(values: Mapping[str, Any], *, masked: bool) -> Properties:
    """Decode properties as the engine sends them; a text that stands for a secret is one, if ``masked``."""
    return {key: _sent(value, masked=masked) for key, value in _shown(properties_from_json(values))}


def _sent(value: Value, *, masked: bool) -> Value:
    match value:
        case str():
            return Secret(UNKNOWN) if masked and value == MASKED else value
        case Mapping():
            return {key: _sent(item, masked=masked) for key, item in _shown(value)}
        case list():
            return [_sent(item, masked=masked) for item in value]
        case _:
            return value


def _shown(values: Properties) -> Iterator[tuple[str, Value]]:
    """Yield the properties without those that a provider keeps for itself, such as ``__defaults``.

    The engine does not send them to a policy pack either (``resource.IsInternalPropertyKey``).
    """
    return ((key, value) for key, value in values.items() if not key.startswith("__"))


def _urns(value: Any, where: str) -> frozenset[str]:
    if value is None:
        return frozenset()
    if not isinstance(value, list) or not all(isinstance(item, str) for item in cast("list[Any]", value)):
        raise InputError(f"{where} must be a list of texts")
    return frozenset(cast("list[str]", value))


def _position(entry: Mapping[str, Any], where: str) -> str | None:
    """Return file and line of the first frame in the program itself, such as ``stacks/compose.py:201``.

    What an SDK registers for the program is attributed to the line that called the SDK.
    """
    frames = [entry, *sequence(entry, "stackTrace", where)]
    for frame in frames:
        raw: Any = (
            cast("Mapping[str, Any]", frame).get("sourcePosition") if isinstance(frame, Mapping) else None
        )
        if isinstance(raw, str) and (found := _in_project(raw)) is not None:
            return found
    return None


def _in_project(position: str) -> str | None:
    """Read ``project:///file#line,column``; ``None`` outside the project or inside a library."""
    try:
        parts = urlsplit(position)
    except ValueError:
        return None
    path = unquote(parts.path).lstrip("/")
    line = parts.fragment.partition(",")[0]
    steps = path.split("/")
    if parts.scheme != "project" or not line.isdecimal() or ".." in steps or _LIBRARIES & set(steps):
        return None
    return f"{path}:{int(line)}"
