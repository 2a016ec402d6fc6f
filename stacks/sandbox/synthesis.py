"""Make up what a cloud would answer: the outputs of an object, from its inputs and the SDK's output types.

Inputs come back as they were given. What the SDK declares besides is computed: by the type's own template,
by the template for that property name, or by its type alone. A property that the SDK marks as optional is
one a cloud may leave out, and stays out unless the type's rules say otherwise.

While an object only exists in a preview, everything computed is unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stacks.sandbox import paths
from stacks.sandbox.schema.shapes import Choice, Either, Field, Listing, Record, Scalar, Shape, Table
from stacks.sandbox.templates import Filler, MissingError
from stacks.sandbox.wire import UNKNOWN, Secret, Unknown, public, secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stacks.sandbox.rules import TypeRules
    from stacks.sandbox.schema.shapes import ResourceType

_DEPTH = 6  # SDK types may contain themselves; no computed value is nested deeper than this
_EMPTY: dict[str, Any] = {"integer": 0, "number": 0, "boolean": False}
_KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}

Pattern = tuple[str, ...]


class Synthesis:
    """The outputs of one object."""

    def __init__(
        self, resource: ResourceType, rules: TypeRules, *, seed: str, facts: Mapping[str, Any], known: bool
    ) -> None:
        """``known`` is false in a preview of a creation."""
        self._resource = resource
        self._rules = rules
        self._seed = seed
        self._facts = facts
        self._known = known
        self._own = {_pattern(written): template for written, template in rules.outputs.items()}
        self._late: list[tuple[Pattern, Shape, Any]] = []
        self._filler = Filler(seed, facts, {})

    def complete(self, inputs: dict[str, Any]) -> dict[str, Any]:
        """Return outputs in which everything the SDK declares as always present is present."""
        result = {key: value for key, value in public(inputs).items() if value is not None}
        self._filler = Filler(self._seed, self._facts, result)
        self._record(self._resource.outputs, result, (), 0, made_up=False)
        # A template may need a value that was computed after its own turn.
        late, self._late = self._late, []
        for at, shape, template in late:
            value = self._default(template, at)
            result = paths.put(
                result, at, self._by_type(shape, at, 0, made_up=False) if value is None else value
            )
        # Azure's inputs name the object; its answer does not repeat them.
        declared = {key: value for key, value in result.items() if key in self._resource.outputs}
        return self._marked(declared)

    def sparse(self, inputs: dict[str, Any]) -> dict[str, Any]:
        """Return outputs that add to the inputs only what the type's rules name, as an API server does."""
        result = {key: value for key, value in public(inputs).items() if value is not None}
        for written, template in self._rules.outputs.items():
            path = paths.parse(written)
            if paths.get(result, path) is not None or path[0] not in self._resource.outputs:
                continue
            filler = Filler(self._seed, self._facts, result)
            try:
                value = filler.fill(template, written) if self._known else UNKNOWN
            except MissingError:
                continue
            result = paths.put(result, path, value)
        return self._marked(result)

    def _marked(self, result: dict[str, Any]) -> dict[str, Any]:
        for written in self._resource.secrets | self._rules.secrets:
            path = paths.parse(written)
            value = paths.get(result, path)
            if value is not None:
                result = paths.put(result, path, secret(value))
        return result

    def _record(
        self, fields: dict[str, Field], into: dict[str, Any], at: Pattern, depth: int, *, made_up: bool
    ) -> None:
        for name, field in fields.items():
            here = (*at, name)
            value = into.get(name)
            if value is None:
                value = self._absent(field, here, depth, made_up=made_up)
            else:
                value = self._given(field.shape, value, here, depth)
            if value is not None:
                into[name] = value

    def _absent(self, field: Field, at: Pattern, depth: int, *, made_up: bool) -> Any:
        """Return a value for a property that no input gives, or None to leave it out."""
        named = self._names_below(at)
        whole = made_up and self._rules.optional_inside
        if not (field.required or whole or at in self._own or (named and isinstance(field.shape, Table))):
            return None
        if not self._known:
            return UNKNOWN
        if at in self._own:
            return self._filled(self._own[at], at, field.shape)
        # What a program could have given and did not is empty; what only the cloud computes is made up.
        return self._by_type(field.shape, at, depth, made_up=made_up or at[0] not in self._resource.inputs)

    def _names_below(self, at: Pattern) -> bool:
        return any(len(own) > len(at) and own[: len(at)] == at for own in self._own)

    def _given(  # noqa: PLR0911 - one case for each shape
        self, shape: Shape, value: Any, at: Pattern, depth: int
    ) -> Any:
        """Complete the computed properties inside a value that the program gave."""
        if isinstance(value, Secret):
            return Secret(self._given(shape, value.value, at, depth))
        match shape:
            case Record() if isinstance(value, dict):
                inner = {key: item for key, item in value.items() if item is not None}
                self._record(shape.fields, inner, at, depth + 1, made_up=False)
                return inner
            case Listing(item) if isinstance(value, list):
                return [self._given(item, element, (*at, "*"), depth) for element in value]
            case Table(item) if isinstance(value, dict):
                return {key: self._given(item, element, (*at, "*"), depth) for key, element in value.items()}
            case Table(item) if isinstance(value, list):
                # Azure takes identities as a list of ids and answers with what it knows of each id.
                if not self._known:
                    return UNKNOWN
                return {str(key): self._by_type(item, (*at, "*"), depth + 1, made_up=True) for key in value}
            case _:
                return value

    def _by_type(  # noqa: PLR0911 - one case for each shape
        self, shape: Shape, at: Pattern, depth: int, *, made_up: bool
    ) -> Any:
        if depth > _DEPTH:
            return None
        default = self._named_default(at)
        if default is not None and _fits(shape, default):
            return default
        match shape:
            case Scalar("string"):
                return self._filler.fill(f"{at[-1]}-{{hex:8}}", ".".join(at)) if made_up else ""
            case Scalar(kind):
                return _EMPTY[kind]
            case Choice():
                return shape.values[0]
            case Record():
                made: dict[str, Any] = {}
                self._record(shape.fields, made, at, depth + 1, made_up=made_up)
                return made
            case Listing(item):
                # A list has an item where the type's rules say something about its items.
                below = (*at, "*")
                return (
                    [self._by_type(item, below, depth + 1, made_up=True)] if self._names_below(below) else []
                )
            case Table():
                return self._table(at)
            case Either(members):
                return self._by_type(members[0], at, depth, made_up=made_up)
            case _:
                return None

    def _named_default(self, at: Pattern) -> Any:
        """Return what properties of this name hold; some names mean something at the top only."""
        name = at[-1]
        template = self._rules.defaults.get(name)
        if template is None and len(at) == 1:
            template = self._rules.top.get(name)
        return None if template is None else self._default(template, at)

    def _table(self, at: Pattern) -> dict[str, Any]:
        """Return the entries that the type's rules name below an object with free keys."""
        made: Any = {}
        for own, template in self._own.items():
            if len(own) > len(at) and own[: len(at)] == at:
                made = paths.put(made, own[len(at) :], self._default(template, own))
        return made

    def _filled(self, template: Any, at: Pattern, shape: Shape) -> Any:
        try:
            return self._filler.fill(template, ".".join(at))
        except MissingError:
            if "*" not in at:
                self._late.append((at, shape, template))
            return None

    def _default(self, template: Any, at: Pattern) -> Any:
        try:
            return self._filler.fill(template, ".".join(at))
        except MissingError:
            return None


def _pattern(written: str) -> Pattern:
    return tuple(str(step) for step in paths.parse(written))


def _fits(shape: Shape, value: Any) -> bool:
    match shape:
        case Scalar(kind):
            return isinstance(value, _KINDS[kind])
        case Table():
            return isinstance(value, (dict, Unknown))
        case Choice():
            return value in shape.values
        case _:
            return False
