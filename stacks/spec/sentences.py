"""From pydantic's errors to sentences: one entry for each kind of error that the types can raise."""

import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from stacks.spec.problems import KeyPath, Problem, dotted, listed, nearest, shown
from stacks.spec.reader import Source
from stacks.spec.types import Platform

if typing.TYPE_CHECKING:
    from stacks.spec.values import OneOf


@dataclass(frozen=True, slots=True)
class _Words:
    """What a sentence needs beside the place."""

    code: str
    found: str
    allowed: str
    fix: str
    nearest: str | None = None


def problems(error: ValidationError, source: Source, root: type[BaseModel] = Platform) -> Iterator[Problem]:
    """What pydantic refused, as problems; entries that have a problem already are left out.

    ``root`` is what the whole file was meant to be.
    """
    for detail in error.errors(include_url=False):
        path, at_key = _path(detail, source)
        if any(path[: len(doubtful)] == doubtful for doubtful in source.doubtful):
            continue
        words = _words(detail, path, source.data, root)
        parent = detail["type"] in {"missing", "union_tag_not_found"}
        where = source.locate(path) if at_key or parent else source.value_at(path)
        yield Problem(
            code=words.code,
            where=where,
            path=path,
            found=words.found,
            allowed=words.allowed,
            fix=words.fix,
            nearest=words.nearest,
        )


def _path(detail: ErrorDetails, source: Source) -> tuple[KeyPath, bool]:
    """The key path of an error, and whether it is about the key itself.

    pydantic puts the tag of the union into the location of what is inside a site, and ``[key]`` behind a key
    that it refuses; the file has neither.
    """
    location = detail["loc"]
    at_key = detail["type"] == "extra_forbidden"
    if location[-1:] == ("[key]",) and location not in source.keys:
        location, at_key = location[:-1], True
    if len(location) > 2 and location[0] == "sites":  # noqa: PLR2004 - sites, name, tag, …
        location = (*location[:2], *location[3:])
    if detail["type"].startswith("union_tag"):
        location = (*location, "kind")
    return location, at_key


def _words(detail: ErrorDetails, path: KeyPath, data: Any, root: type[BaseModel]) -> _Words:
    context: Mapping[str, Any] = detail.get("ctx", {})
    if "one_of" in context:
        one_of: OneOf = context["one_of"]
        return _Words(
            detail["type"],
            f"{shown(context['found'])} is not {one_of.what}.",
            *one_of.advice(context["found"]),
        )
    if "found" in context:
        return _Words(
            detail["type"], context["found"], context["allowed"], context["fix"], context["nearest"]
        )
    if detail["type"] == "extra_forbidden":
        return _unknown_key(path, data, root)
    return _SENTENCES.get(detail["type"], _other)(detail["input"], context, path)


def _unknown_key(path: KeyPath, data: Any, root: type[BaseModel]) -> _Words:
    known = list(keys_at(path[:-1], data, root))
    key = path[-1]
    near = nearest(key, known)
    others = [] if near else _kinds_with(path, key)
    found = "This key is unknown here."
    if others:
        found = f"This key is unknown here; sites of kind {listed(others)} have it."
    fix = f"Write `{near}`." if near else "Remove it, or write one of the allowed keys."
    return _Words("unknown-key", found, ", ".join(known), fix, near)


def keys_at(path: KeyPath, data: Any, root: type[BaseModel] = Platform) -> Iterator[str]:
    """The keys that the mapping at ``path`` may have, in the order of the types."""
    annotation: Any = root
    here = data
    for step in path:
        model = _model(annotation, here)
        if model is None:
            annotation = _item(annotation)
        else:
            annotation = next(
                field.annotation for field in model.model_fields.values() if field.alias == step
            )
        here = here[step]
    model = _model(annotation, here)
    yield from (field.alias or name for name, field in (model.model_fields if model else {}).items())


def _model(annotation: Any, data: Any) -> type[BaseModel] | None:
    """The model that ``data`` is meant to be, where ``annotation`` says that it is one."""
    for candidate in _members(annotation):
        if not (isinstance(candidate, type) and issubclass(candidate, BaseModel)):
            continue
        kind = candidate.model_fields.get("kind")
        if kind is None or (isinstance(data, dict) and data.get("kind") in typing.get_args(kind.annotation)):
            return candidate
    return None


def _members(annotation: Any) -> Iterator[Any]:
    """The types that an annotation stands for, without ``Annotated`` and unions."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        yield from _members(typing.get_args(annotation)[0])
    elif origin in {typing.Union, types.UnionType}:
        for member in typing.get_args(annotation):
            yield from _members(member)
    else:
        yield annotation


def _item(annotation: Any) -> Any:
    """The type of the items of a mapping or list."""
    for candidate in _members(annotation):
        if arguments := typing.get_args(candidate):
            return arguments[-1]
    return None


def _kinds_with(path: KeyPath, key: object) -> list[str]:
    """The kinds of site that know ``key``, if ``path`` is inside a site."""
    site_key = 3
    if len(path) != site_key or path[0] != "sites":
        return []
    found: list[str] = []
    site: Any = typing.get_args(Platform.model_fields["sites"].annotation)[-1]
    for model in _members(site):
        if any(field.alias == key for field in model.model_fields.values()):
            found.extend(typing.get_args(model.model_fields["kind"].annotation))
    return found


_Sentence = Callable[[Any, Mapping[str, Any], KeyPath], _Words]


def _missing(_found: Any, _context: Mapping[str, Any], path: KeyPath) -> _Words:
    return _Words("missing-key", "This key is missing.", "", f"Add `{path[-1]}: …`.")


def _no_kind(_found: Any, _context: Mapping[str, Any], _path: KeyPath) -> _Words:
    kinds = listed(_all_kinds())
    return _Words(
        "missing-key", "This key is missing, so nothing else of the site was checked.", kinds, "Add it."
    )


def _unknown_kind(found: Any, _context: Mapping[str, Any], _path: KeyPath) -> _Words:
    tag = found["kind"]
    near = nearest(tag, _all_kinds())
    fix = f"Write {near!r}." if near else "Write one of the allowed kinds."
    return _Words("kind", f"{shown(tag)} is not a kind of site.", listed(_all_kinds()), fix, near)


def _all_kinds() -> list[str]:
    return [
        kind
        for model in _members(typing.get_args(Platform.model_fields["sites"].annotation)[-1])
        for kind in typing.get_args(model.model_fields["kind"].annotation)
    ]


def _choice(found: Any, context: Mapping[str, Any], _path: KeyPath) -> _Words:
    choices = [word.strip("'") for word in str(context["expected"]).replace(" or ", ", ").split(", ")]
    near = nearest(found, choices)
    fix = f"Write {near!r}." if near else "Write one of the allowed values."
    return _Words("choice", f"{shown(found)} is not a choice here.", listed(choices), fix, near)


def _number(found: Any, _context: Mapping[str, Any], _path: KeyPath) -> _Words:
    fix = "Write it without quotes." if isinstance(found, str) else "Write a whole number."
    return _Words("not-a-number", f"{shown(found)} is not a whole number.", "a whole number", fix)


def _switch(found: Any, _context: Mapping[str, Any], _path: KeyPath) -> _Words:
    return _Words(
        "not-a-switch", f"{shown(found)} is neither true nor false.", "true or false", "Write true."
    )


def _range(found: Any, context: Mapping[str, Any], _path: KeyPath) -> _Words:
    if "ge" in context:
        return _Words(
            "too-small", f"{shown(found)} is too small.", f"{context['ge']} or more", "Write a larger number."
        )
    return _Words(
        "too-large", f"{shown(found)} is too large.", f"{context['le']} or less", "Write a smaller number."
    )


def _mapping(found: Any, _context: Mapping[str, Any], path: KeyPath) -> _Words:
    fix = "Write its keys below it, indented, or as {key: value}."
    name = dotted(path[-1:]) or "the file"
    return _Words("not-a-mapping", _stands(found), f"a mapping; `{name}` has keys of its own", fix)


def _stands(found: Any) -> str:
    text = shown(found)
    return f"{text[0].upper()}{text[1:]} stands here."


def _list(found: Any, _context: Mapping[str, Any], _path: KeyPath) -> _Words:
    return _Words("not-a-list", _stands(found), "a list", "Write it as [a, b], or as lines with `- `.")


def _length(_found: Any, context: Mapping[str, Any], _path: KeyPath) -> _Words:
    if "min_length" in context:
        count = context["min_length"]
        return _Words(
            "too-few", "Nothing stands here.", f"at least {count} entry", "Add an entry, or remove the key."
        )
    found = f"There are {context['actual_length'] or 'too many'} entries."
    return _Words("too-many", found, f"at most {context['max_length']}", "Remove some.")


_SENTENCES: Final[Mapping[str, _Sentence]] = {
    "missing": _missing,
    "union_tag_not_found": _no_kind,
    "union_tag_invalid": _unknown_kind,
    "literal_error": _choice,
    "int_type": _number,
    "bool_type": _switch,
    "greater_than_equal": _range,
    "less_than_equal": _range,
    "dict_type": _mapping,
    "model_type": _mapping,
    "model_attributes_type": _mapping,
    "is_instance_of": _list,
    "sequence_str": _list,
    "too_short": _length,
    "too_long": _length,
}


def _other(found: Any, _context: Mapping[str, Any], _path: KeyPath) -> _Words:
    return _Words(
        "value", f"{shown(found)} is not accepted here.", "", "See docs/spec.md for what may stand here."
    )
