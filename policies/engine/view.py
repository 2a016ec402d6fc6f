"""A cursor over the properties of one resource: the only way a rule reads them.

Reading never fails. What is not there is absent, what nobody knows yet is unknown, and both travel on
through every further step. Every question answers with a :class:`Truth` that remembers the path it read. A
view shows itself in messages (``f"{view}"``), with ``[secret]`` for what arrived secret; it hands out no bare
value.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NoReturn, TypeAlias, cast

from policies.engine.truth import Reading, Truth, all_of, any_of
from policies.engine.values import ABSENT, UNKNOWN, Absent, Held, Opaque, Secret, Unknown, Value, from_json

Plain: TypeAlias = bool | int | float | str | None
Defaults: TypeAlias = "Mapping[str, Defaults | Default]"

EACH: Final = "[]"
"""Step of a path: every element of a list."""
EVERY: Final = "*"
"""Step of a path: every value of a mapping."""

_LONGEST: Final = 80
_NOTHING: Final[Mapping[str, "Defaults | Default"]] = {}


@dataclass(frozen=True, slots=True)
class Default:
    """What the provider uses where the program says nothing, and who says so."""

    value: Value
    source: str


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A place in the properties of the resource ``urn``."""

    urn: str
    path: str
    raw: Held
    """For the engine only: a rule asks a question instead, and shows the view itself."""
    defaults: "Defaults | Default" = field(default_factory=dict)
    secret: bool = False
    assumed: bool = False
    """Whether the value is the provider's default, not the program's."""
    adrift: bool = False
    """Whether a place above is unknown, so that nobody knows what is set here, if anything."""

    # -- moving --------------------------------------------------------------------------------------------

    def __getitem__(self, key: str) -> "View":
        path = f"{self.path}.{key}" if self.path else key
        node = self.defaults.get(key, _NOTHING) if isinstance(self.defaults, Mapping) else _NOTHING
        value: Held
        match self.raw:
            case Absent():
                value = ABSENT
            case Mapping():
                value = self.raw.get(key)
            case _:
                value = UNKNOWN  # unknown, opaque, or not the shape the provider's schema promises
        return self._child(path, value, node)

    def at(self, *keys: str) -> "View":
        """Return the view at the end of ``keys``."""
        view = self
        for key in keys:
            view = view[key]
        return view

    def each(self) -> Iterator["View"]:
        """Yield the elements of a list: of an absent one none, of an unknown one a single unknown element."""
        node = self.defaults.get(EACH, _NOTHING) if isinstance(self.defaults, Mapping) else _NOTHING
        match self.raw:
            case Absent():
                return
            case str():
                yield self._child(f"{self.path}[*]", UNKNOWN, node)
            case Sequence():
                for index, item in enumerate(self.raw):
                    yield self._child(f"{self.path}[{index}]", item, node)
            case _:
                yield self._child(f"{self.path}[*]", UNKNOWN, node)

    def entries(self) -> Iterator[tuple[str, "View"]]:
        """Yield the entries of a mapping; a key of a secret or unknown mapping is ``*``."""
        above = f"{self.path}." if self.path else ""
        match self.raw:
            case Absent():
                return
            case Mapping():
                for key in sorted(self.raw):
                    shown = "*" if self.secret else key
                    yield key, self._child(f"{above}{shown}", self.raw[key], _NOTHING)
            case _:
                yield "*", self._child(f"{above}*", UNKNOWN, _NOTHING)

    def follow(self, path: str) -> Iterator["View"]:
        """Yield every place that ``path`` leads to, such as ``spec.jobs.[].template.spec`` or ``specs.*``."""
        head, _, rest = path.partition(".")
        if not head:
            yield self
            return
        match head:
            case "[]":
                steps: Iterator[View] = self.each()
            case "*":
                steps = (view for _, view in self.entries())
            case _:
                steps = iter((self[head],))
        for step in steps:
            yield from step.follow(rest)

    def below(self, key: str = "") -> Iterator[tuple[str, "View"]]:
        """Yield this place and every place below it, each with the nearest key above it.

        What lies below an unknown place is not known either; such a place stands for all of it.
        """
        yield key, self
        match self.raw:
            case Mapping():
                for name, view in self.entries():
                    yield from view.below(name)
            case str():
                pass
            case Sequence():
                for view in self.each():
                    yield from view.below(key)
            case _:
                pass

    def parsed(self) -> "View":
        """Return the same place with JSON text read; text that is not JSON is unknown, and no text is absent.

        Providers report a policy document that nobody attached as an empty text.
        """
        if not isinstance(self.raw, str):
            return self
        if not self.raw.strip():
            return replace(self, raw=ABSENT)
        try:
            inner = from_json(json.loads(self.raw))
        except (ValueError, RecursionError):
            inner = UNKNOWN
        return replace(self, raw=inner)

    def listed(self) -> "View":
        """Return a single value as a list of one, where a document allows either."""
        match self.raw:
            case str():
                return replace(self, raw=[self.raw])
            case Mapping():
                return replace(self, raw=[cast("Value", self.raw)])
            case bool() | int() | float():
                return replace(self, raw=[self.raw])
            case _:
                return self

    def _child(self, path: str, value: Held, node: "Defaults | Default") -> "View":
        secret = self.secret
        if isinstance(value, Secret):
            secret, value = True, value.value
        if value is None:
            value = ABSENT
        if isinstance(value, Absent) and isinstance(node, Default):
            return View(self.urn, path, node.value, _NOTHING, secret, assumed=True)
        held = isinstance(self.raw, Absent | Mapping | Sequence) and not isinstance(self.raw, str)
        return View(self.urn, path, value, node, secret, self.assumed, adrift=not held)

    # -- asking --------------------------------------------------------------------------------------------

    def present(self) -> Truth:
        """Return whether something is set here."""
        match self.raw:
            case Unknown():
                # A program that passes a value on sets it, but the value may turn out to be null.
                return self._truth(None)
            case Absent():
                return self._truth(state=False)
            case _:
                return self._truth(state=True)

    def given(self) -> Truth:
        """Return whether the program sets something here, be it a reference to what does not exist yet.

        For keys and other references. An unknown value counts as given: should it turn out to be null, the
        update knows before it creates the resource. Below an unknown place nobody knows what is given.
        """
        if self.adrift:
            return self._truth(None)
        return self._truth(not isinstance(self.raw, Absent) and self.raw != "")

    def filled(self) -> Truth:
        """Return whether a list, mapping or text with something in it is set here."""
        match self.raw:
            case Unknown() | Opaque():
                return self._truth(None)
            case Absent():
                return self._truth(state=False)
            case str() | Sequence() | Mapping():
                return self._truth(len(self.raw) > 0)
            case _:
                return self._truth(state=True)

    def satisfies(self, predicate: Callable[[Plain], bool]) -> Truth:
        """Return what ``predicate`` says of the scalar here; an absent value does not satisfy it."""
        match self.raw:
            case Absent():
                return self._truth(state=False)
            case None | bool() | int() | float() | str():
                return self._truth(predicate(self.raw))
            case Unknown() | Opaque() | Secret():
                return self._truth(None)
            case _:
                return self._truth(state=False)  # a list or a mapping is no scalar

    def equals(self, expected: Plain) -> Truth:
        """Return whether the value is ``expected``; texts are compared without regard to case.

        Azure treats its enumerations that way, and no value that a rule compares with differs by case alone.
        """
        return self.one_of((expected,))

    def one_of(self, expected: Collection[Plain]) -> Truth:
        """Return whether the value is one of ``expected``; texts are compared without regard to case."""
        wanted = {_folded(item) for item in expected}
        return self.satisfies(lambda value: _folded(value) in wanted)

    def is_true(self) -> Truth:
        """Return whether the value is true, or text that says so."""
        return self.one_of((True, "true"))

    def at_most(self, most: float) -> Truth:
        """Return whether the value is a number not above ``most``."""
        return self.satisfies(
            lambda value: isinstance(value, int | float) and not isinstance(value, bool) and value <= most
        )

    def relates(self, other: "View", predicate: Callable[[Plain, Plain], bool]) -> Truth:
        """Return what ``predicate`` says of the scalars here and at ``other``; it needs both to hold."""
        here, there = self.raw, other.raw
        both = all_of((self.satisfies(lambda _: True), other.satisfies(lambda _: True)))
        if isinstance(here, bool | int | float | str) and isinstance(there, bool | int | float | str):
            return Truth(predicate(here, there), both.because)
        return both

    def any(self, question: Callable[["View"], Truth]) -> Truth:
        """Return whether ``question`` holds for at least one element of the list here."""
        answer = any_of(question(view) for view in self.each())
        return answer if answer.because else self._truth(answer.state)

    def all(self, question: Callable[["View"], Truth]) -> Truth:
        """Return whether ``question`` holds for every element of the list here; true where there is none."""
        answer = all_of(question(view) for view in self.each())
        return answer if answer.because else self._truth(answer.state)

    def _truth(self, state: bool | None) -> Truth:  # noqa: FBT001 - the answer itself, not an option
        return Truth(state, (Reading(self.urn, self.path),))

    # -- showing -------------------------------------------------------------------------------------------

    def __str__(self) -> str:
        """Show the value for a message: short, and never a secret."""
        if self.secret:
            return "[secret]"
        match self.raw:
            case Absent():
                return "not set"
            case Unknown():
                return "[unknown]"
            case Opaque():
                return f"[{self.raw.what}]"
            case str():
                shown = self.raw if len(self.raw) <= _LONGEST else f"{self.raw[:_LONGEST]}…"
                shown = f"'{shown}'"
            case bool():
                shown = "true" if self.raw else "false"
            case int() | float():
                shown = str(self.raw)
            case _:
                shown = "a list" if isinstance(self.raw, Sequence) else "a mapping"
        return f"{shown} (the provider's default)" if self.assumed else shown

    __repr__ = __str__

    def __eq__(self, other: object) -> NoReturn:
        raise TypeError("compare a view with equals(), which has three answers")

    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> NoReturn:
        raise TypeError("ask a view with present(), filled() or is_true(), which have three answers")

    def __iter__(self) -> NoReturn:
        raise TypeError("iterate with each() or entries(), which know what to do with an unknown list")

    def __contains__(self, item: object) -> NoReturn:
        raise TypeError("ask with any(), which has three answers")


def _folded(value: Plain) -> Plain:
    if isinstance(value, str):
        return value.casefold()
    # True == 1 in Python, but not in any provider's schema.
    return f"bool:{value}" if isinstance(value, bool) else value
