"""What scalar types are made of: refusing with a sentence, matching a pattern, choosing from a list.

A refusal is a ``PydanticCustomError`` whose context carries ``found``, ``allowed``, ``fix`` and ``nearest``;
``stacks.spec.sentences`` turns it into a ``Problem``.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final, NoReturn

from pydantic import GetCoreSchemaHandler
from pydantic_core import PydanticCustomError, core_schema

from stacks.spec.problems import nearest, shown

_LONGEST_TEXT: Final = 1024
"""No value is longer than this, and no pattern is tried on a longer one."""


def refuse(code: str, found: str, *, allowed: str, fix: str, near: str | None = None) -> NoReturn:
    """Refuse a value with a sentence.

    Raises:
        PydanticCustomError: always.
    """
    context = {"found": found, "allowed": allowed, "fix": fix, "nearest": near}
    raise PydanticCustomError(code, "{found}", context)  # pyright: ignore[reportArgumentType] - a plain str is fine


def text_of(value: object, *, allowed: str) -> str:
    """``value`` if it is text; else refuse it, and say how YAML is told that it is text."""
    if isinstance(value, str):
        return value
    number = isinstance(value, int | float)
    fix = "Put the value in quotes, so that YAML reads it as text." if number else "Write text here."
    return refuse("not-text", f"{shown(value)} is not text.", allowed=allowed, fix=fix)


@dataclass(frozen=True, kw_only=True, slots=True)
class Matching:
    """Text that matches ``pattern`` as a whole."""

    code: str
    what: str
    pattern: str
    allowed: str
    example: str

    def matches(self, text: str) -> bool:
        """Whether the text would be accepted."""
        return len(text) <= _LONGEST_TEXT and re.fullmatch(self.pattern, text) is not None

    def check(self, value: object) -> str:
        """The text itself, or a refusal."""
        text = text_of(value, allowed=self.allowed)
        if not self.matches(text):
            found = f"{shown(text)} is not {self.what}."
            refuse(self.code, found, allowed=self.allowed, fix=f"Write it like {self.example!r}.")
        return text

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(self, schema: object, handler: object) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^(?:{self.pattern})$", "examples": [self.example]}


@dataclass(frozen=True, kw_only=True, slots=True)
class OneOf:
    """Text from a closed list that a data file holds."""

    code: str
    what: str
    choices: Callable[[], Collection[str]]
    example: str
    listed_in: str
    """Where all of them can be read: the lists are too long for a sentence."""

    def check(self, value: object) -> str:
        """The text itself, or a refusal."""
        text = text_of(value, allowed=f"a text listed in {self.listed_in}")
        if text not in self.choices():
            code: Any = self.code  # typed as a literal string, and taken as any
            raise PydanticCustomError(code, "{found}", {"found": text, "one_of": self})
        return text

    def advice(self, text: str) -> tuple[str, str, str | None]:
        """What is allowed instead of ``text``, what to do, and the closest choice.

        Apart from :meth:`check`, because it costs milliseconds and only what is reported needs it.
        """
        choices = list(self.choices())
        close = get_close_matches(text, choices, n=5, cutoff=0.4) if len(text) < _LONGEST_TEXT else []
        few = (
            f"{', '.join(close)} and {len(choices) - len(close)} more" if close else f"one of {len(choices)}"
        )
        near = nearest(text, choices)
        return f"{few}, listed in {self.listed_in}", f"Write it like {(near or self.example)!r}.", near

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(self, schema: object, handler: object) -> dict[str, Any]:
        return {"type": "string", "enum": sorted(self.choices()), "examples": [self.example]}
