"""From the engine's messages to resources, each decoded exactly once."""

from collections.abc import Iterable

from google.protobuf import struct_pb2
from pulumi.runtime.proto import analyzer_pb2

from policies.engine.resource import Resource
from policies.engine.values import UNKNOWN, Properties, Value, mapping, number, text


def decode(properties: struct_pb2.Struct) -> Properties:
    """Decode the properties of one resource."""
    return {key: _value(value) for key, value in properties.fields.items()}


def _value(value: struct_pb2.Value) -> Value:  # noqa: PLR0911 - one for each kind of the wire
    match value.WhichOneof("kind"):
        case "string_value":
            return text(value.string_value)
        case "struct_value":
            return mapping({key: _value(item) for key, item in value.struct_value.fields.items()})
        case "list_value":
            return [_value(item) for item in value.list_value.values]
        case "bool_value":
            return value.bool_value
        case "number_value":
            return number(value.number_value)
        case "null_value":
            return None
        case _:
            return UNKNOWN


def declared(request: analyzer_pb2.AnalyzeRequest) -> Resource:
    """Return the resource of an ``Analyze`` call: what the program asks for, before anything is created."""
    return Resource(
        urn=request.urn,
        type=request.type,
        name=request.name,
        inputs=decode(request.properties),
        parent=request.options.parent,
        provider=request.provider.urn,
        protect=request.options.protect,
    )


def reported(message: analyzer_pb2.AnalyzerResource, seen: Resource | None, *, settled: bool) -> Resource:
    """Return a resource of an ``AnalyzeStack`` call, joined with what ``Analyze`` said of it."""
    return Resource(
        urn=message.urn,
        type=message.type,
        name=message.name,
        inputs=None if seen is None else seen.inputs,
        outputs=decode(message.properties),
        settled=settled,
        parent=message.parent,
        provider=message.provider.urn,
        dependencies=frozenset(message.dependencies),
        property_dependencies={
            key: frozenset(urns.urns) for key, urns in message.propertyDependencies.items()
        },
        protect=message.options.protect,
    )


def stack(
    messages: Iterable[analyzer_pb2.AnalyzerResource], seen: dict[str, Resource], *, settled: bool
) -> list[Resource]:
    """Return all resources of an ``AnalyzeStack`` call."""
    return [reported(message, seen.get(message.urn), settled=settled) for message in messages]
