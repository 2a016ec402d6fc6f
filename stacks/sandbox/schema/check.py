"""Check a value against a shape, and say in sentences what is wrong and where."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import Any

from stacks.sandbox.paths import Path, text
from stacks.sandbox.schema.shapes import (
    Anything,
    Choice,
    Either,
    Field,
    File,
    Listing,
    Record,
    Scalar,
    ScalarKind,
    Shape,
    Table,
)
from stacks.sandbox.wire import Blob, Secret, Unknown

_SHOWN = 60  # characters of a value that an error repeats
_LISTED = 24  # allowed values that an error lists before it counts the rest

_ARTICLE: dict[ScalarKind, str] = {
    "string": "a string",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at one property path."""

    path: Path
    reason: str

    @property
    def property(self) -> str:
        """The path as Pulumi writes it."""
        return text(self.path)


@dataclass(slots=True)
class _Walk:
    """One check. ``hidden`` is true below a secret, whose value no error may repeat."""

    problems: list[Problem] = field(default_factory=list[Problem])
    hidden: bool = False

    def report(self, path: Path, reason: str) -> None:
        self.problems.append(Problem(path, reason))

    def check(  # noqa: C901, PLR0912 - one branch for each shape
        self, shape: Shape, value: Any, path: Path
    ) -> None:
        if isinstance(value, Unknown):
            return
        if isinstance(value, Secret):
            outer, self.hidden = self.hidden, True
            self.check(shape, value.value, path)
            self.hidden = outer
            return
        match shape:
            case Scalar(kind):
                if not _is(kind, value):
                    self._mistyped(path, value, _ARTICLE[kind], text_wanted=kind == "string")
            case Choice():
                self._choice(shape, value, path)
            case Record():
                if isinstance(value, dict):
                    self.record(shape.fields, value, path)
                else:
                    self._mistyped(path, value, f"an object ({some(sorted(shape.fields))})")
            case Listing(item):
                if isinstance(value, list):
                    for index, element in enumerate(value):
                        self.check(item, element, (*path, index))
                else:
                    self._mistyped(path, value, "a list")
            case Table(item):
                if isinstance(value, dict):
                    for key, element in value.items():
                        if element is not None:
                            self.check(item, element, (*path, key))
                else:
                    self._mistyped(path, value, "an object")
            case Either(members):
                self._either(members, value, path)
            case File():
                if not isinstance(value, Blob):
                    self._mistyped(path, value, "an asset or an archive")
            case Anything():
                pass

    def record(self, fields: dict[str, Field], value: dict[str, Any], path: Path) -> None:
        for key, element in value.items():
            known = fields.get(key)
            if known is not None:
                if element is not None:
                    self.check(known.shape, element, (*path, key))
            elif not key.startswith("__"):
                self.report((*path, key), _no_such_property(key, fields))
        for key, known in fields.items():
            if known.required and value.get(key) is None:
                spelled = f" (in Python {known.python_name})" if known.python_name != key else ""
                self.report((*path, key), f"is missing; {key}{spelled} is required here")

    def _choice(self, shape: Choice, value: Any, path: Path) -> None:
        if value in shape.values:
            return
        if not isinstance(value, (str, int, float)):
            self._mistyped(path, value, f"one of {some(shape.values)}")
            return
        near = nearest(value, shape.values)
        hint = f" Did you mean {near!r}?" if near is not None else ""
        self.report(path, f"{self._shown(value)} is not allowed.{hint} Allowed: {some(shape.values)}")

    def _either(self, members: tuple[Shape, ...], value: Any, path: Path) -> None:
        best: list[Problem] | None = None
        for member in members:
            attempt = _Walk(hidden=self.hidden)
            attempt.check(member, value, path)
            if not attempt.problems:
                return
            # The alternative that comes closest is the one the program meant: it fits deepest.
            if best is None or _severity(attempt.problems, path) < _severity(best, path):
                best = attempt.problems
        self.problems.extend(best or ())

    def _mistyped(self, path: Path, value: Any, wanted: str, *, text_wanted: bool = False) -> None:
        document = text_wanted and isinstance(value, (dict, list))
        hint = (
            "; write a JSON document as text, for example with pulumi.Output.json_dumps" if document else ""
        )
        self.report(path, f"is {self._described(value)}, but must be {wanted}{hint}")

    def _described(self, value: Any) -> str:  # noqa: PLR0911 - one word for each kind
        match value:
            case None:
                return "null"
            case dict():
                return "an object"
            case list():
                return "a list"
            case Blob():
                return "an archive" if value.is_archive else "an asset"
            case bool():
                return "a boolean" if self.hidden else f"the boolean {str(value).lower()}"
            case str():
                return f"the string {self._shown(value)}" if not self.hidden else "a secret string"
            case _:
                return f"the number {self._shown(value)}" if not self.hidden else "a secret number"

    def _shown(self, value: Any) -> str:
        if self.hidden:
            return "the secret value"
        written = repr(value)
        return written if len(written) <= _SHOWN else written[: _SHOWN - 1] + "…"


def _is(kind: ScalarKind, value: Any) -> bool:
    if kind == "string":
        return isinstance(value, str)
    if kind == "boolean":
        return isinstance(value, bool)
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (kind == "number" and isinstance(value, float))


def _severity(problems: list[Problem], path: Path) -> tuple[bool, int]:
    return any(problem.path == path for problem in problems), len(problems)


def _no_such_property(key: str, fields: dict[str, Field]) -> str:
    near = nearest(key, fields)
    hint = f" Did you mean {near}?" if near is not None else ""
    return f"no such property.{hint} Allowed here: {some(sorted(fields))}"


def nearest(value: Any, allowed: Any) -> Any:
    """Return the allowed value that is spelled most like ``value``, or None."""
    by_text = {str(item).lower().replace("_", ""): item for item in allowed}
    near = difflib.get_close_matches(str(value).lower().replace("_", ""), by_text, 1, 0.6)
    return by_text[near[0]] if near else None


def some(values: Any) -> str:
    """List values, and count what would be too many to read."""
    shown = [str(value) for value in values]
    rest = len(shown) - _LISTED
    return ", ".join(shown[:_LISTED]) + (f" and {rest} more" if rest > 0 else "") if shown else "nothing"


def check_inputs(fields: dict[str, Field], inputs: dict[str, Any]) -> list[Problem]:
    """Check a resource's inputs. Unknown values pass: only an update can tell."""
    walk = _Walk()
    walk.record(fields, inputs, ())
    return walk.problems
