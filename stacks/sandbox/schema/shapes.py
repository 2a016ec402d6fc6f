"""The shapes that SDK types describe, and how a Python type hint becomes one.

``pulumi.Input[T]`` is ``T | Awaitable[T] | Output[T]``, so a hint is a union whose awaitable members say
nothing. What is left after taking them out is the shape. Records are filled in on first use: SDK types
refer to themselves (JSON schemas do), and most of them are never needed.
"""

from __future__ import annotations

import collections.abc
import enum
import functools
import inspect
import typing
from dataclasses import dataclass
from typing import Any, Literal

import pulumi

if typing.TYPE_CHECKING:
    from collections.abc import Callable

ScalarKind = Literal["string", "integer", "number", "boolean"]

_SCALARS: dict[type, ScalarKind] = {str: "string", int: "integer", float: "number", bool: "boolean"}

_LATER = (pulumi.Output, collections.abc.Awaitable)

# ``pulumi.Input`` names its third member as the text "Output[T]", which these two names resolve.
INPUT_NAMES = {"Output": pulumi.Output, "T": type(None)}


@dataclass(frozen=True, slots=True)
class Scalar:
    """A string, number or boolean."""

    kind: ScalarKind


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a closed list of values, of the type called ``name``."""

    name: str
    values: tuple[str | float | bool, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """A list."""

    item: Shape


@dataclass(frozen=True, slots=True)
class Table:
    """An object with free keys."""

    value: Shape


@dataclass(frozen=True, slots=True)
class Field:
    """One property of a record. ``python_name`` is how a program spells it."""

    shape: Shape
    required: bool
    python_name: str


class Record:
    """An object with known keys. ``name`` is the full name of the SDK class that describes it.

    ``read`` returns the properties by the name they have on the wire; it is called on first use.
    """

    def __init__(self, name: str, read: Callable[[], dict[str, Field]]) -> None:
        self.name = name
        self._read = read

    @functools.cached_property
    def fields(self) -> dict[str, Field]:
        """Properties by the name they have on the wire."""
        return self._read()


@dataclass(frozen=True, slots=True)
class File:
    """An asset or an archive."""


@dataclass(frozen=True, slots=True)
class Anything:
    """A value the SDK says nothing about."""


@dataclass(frozen=True, slots=True)
class Either:
    """A value of any one of several shapes."""

    members: tuple[Shape, ...]


Shape = Scalar | Choice | Listing | Table | Record | File | Anything | Either

ANYTHING = Anything()


@dataclass(frozen=True, slots=True)
class ResourceType:
    """What a resource type or function takes and gives.

    ``inputs`` and ``outputs`` map wire names to fields. ``secrets`` are the outputs that the SDK declares
    secret.
    """

    token: str
    inputs: dict[str, Field]
    outputs: dict[str, Field]
    secrets: frozenset[str]


@functools.cache
def record(cls: type) -> Record:
    """Return the record an SDK class describes."""
    return Record(f"{cls.__module__}.{cls.__qualname__}", lambda: _fields(cls))


def _fields(cls: type) -> dict[str, Field]:
    init = cls.__init__
    hints = typing.get_type_hints(init, globalns=_globals(cls), localns=INPUT_NAMES)
    parameters = inspect.signature(init).parameters
    fields: dict[str, Field] = {}
    for python_name, wire_name in property_names(cls):
        parameter = parameters.get(python_name)
        if parameter is None:
            continue
        required = parameter.default is inspect.Parameter.empty
        fields[wire_name] = Field(of(hints.get(python_name, Any)), required, python_name)
    return fields


def resource_fields(cls: type[pulumi.Resource]) -> dict[str, Field]:
    """Return the outputs a resource class declares. One that may be absent is not required."""
    scope = _globals(cls)
    fields: dict[str, Field] = {}
    for python_name, wire_name in property_names(cls):
        if wire_name in ("urn", "id", "pulumi_resource_name", "pulumi_resource_type"):
            continue
        getter = typing.cast("property", inspect.getattr_static(cls, python_name)).fget
        hint = typing.get_type_hints(getter, globalns=scope, localns=INPUT_NAMES).get("return", Any)
        fields[wire_name] = Field(of(hint), not _optional(hint), python_name)
    return fields


def _globals(cls: type) -> dict[str, Any]:
    return vars(inspect.getmodule(cls))


def property_names(cls: type) -> list[tuple[str, str]]:
    """Return the (Python name, wire name) pairs that ``pulumi.getter`` recorded on a class's properties."""
    names: list[tuple[str, str]] = []
    for python_name, member in inspect.getmembers_static(cls, lambda member: isinstance(member, property)):
        wire_name = getattr(member.fget, "_pulumi_name", None)
        if wire_name is not None:
            names.append((python_name, wire_name))
    return names


def _members(hint: Any) -> list[Any]:
    """Return the alternatives of a hint, without those that only say that the value may come later."""
    origin = typing.get_origin(hint)
    if origin is pulumi.Output:
        return _members(typing.get_args(hint)[0])
    if origin is typing.Union:
        parts = [part for part in typing.get_args(hint) if typing.get_origin(part) not in _LATER]
        return [member for part in parts for member in _members(part)]
    return [hint]


def _optional(hint: Any) -> bool:
    return type(None) in _members(hint)


def of(hint: Any) -> Shape:
    """Return the shape that a type hint of an SDK describes."""
    shapes: list[Shape] = []
    for member in _members(hint):
        shape = _one(member)
        if shape is not None and shape not in shapes:
            shapes.append(shape)
    if any(isinstance(shape, Choice) for shape in shapes):
        # ``str | SomeEnum`` is how the SDKs write an enumeration; the sandbox holds programs to the list.
        shapes = [shape for shape in shapes if not isinstance(shape, Scalar)]
    if not shapes or ANYTHING in shapes:
        return ANYTHING
    return shapes[0] if len(shapes) == 1 else Either(tuple(shapes))


def _one(hint: Any) -> Shape | None:  # noqa: C901, PLR0911 - one case for each kind of hint
    if hint is type(None) or typing.is_typeddict(hint):
        return None  # a typed dictionary repeats the class that stands beside it
    if hint in _SCALARS:
        return Scalar(_SCALARS[hint])
    origin = typing.get_origin(hint)
    if origin is Literal:
        return Choice("constant", typing.get_args(hint))
    if origin in (list, collections.abc.Sequence):
        return Listing(of(typing.get_args(hint)[0]))
    if origin in (dict, collections.abc.Mapping):
        return Table(of(typing.get_args(hint)[1]))
    if not isinstance(hint, type):
        return ANYTHING
    if issubclass(hint, enum.Enum):
        return Choice(hint.__name__, tuple(member.value for member in hint))
    if issubclass(hint, (pulumi.Asset, pulumi.Archive)):
        return File()
    if issubclass(hint, pulumi.Resource):
        return Scalar("string")  # a resource arrives as its id
    if property_names(hint):
        return record(hint)
    return ANYTHING if hint is not dict else Table(ANYTHING)
