"""Values that an SDK types as plain strings, checked against AWS's own service models."""

from __future__ import annotations

import functools
import re
import tomllib
from importlib import resources
from typing import Any, NamedTuple, cast

from botocore.loaders import Loader

from stacks.sandbox import paths
from stacks.sandbox.schema.check import Problem, nearest, some
from stacks.sandbox.wire import Secret, Unknown


class Constraint(NamedTuple):
    """What a service model says about one value. ``model`` names the shape for error texts."""

    model: str
    allowed: tuple[str, ...]
    pattern: re.Pattern[str] | None
    least: int | None
    most: int | None


@functools.cache
def mapping() -> dict[str, dict[str, Any]]:
    """Return the data file: by type token and property path, the shape that says what is allowed."""
    data = resources.files("stacks.sandbox") / "data" / "constraints.toml"
    return tomllib.loads(data.read_text())


@functools.cache
def _shapes(service: str) -> dict[str, dict[str, Any]]:
    model = cast("dict[str, Any]", Loader().load_service_model(service, "service-2"))
    return model["shapes"]


@functools.cache
def _constraint(model: str, also: tuple[str, ...]) -> Constraint:
    service, name = model.split(".")
    shape = _shapes(service)[name]
    pattern = shape.get("pattern")
    return Constraint(
        model=model,
        allowed=(*shape.get("enum", ()), *also),
        pattern=_compiled(pattern) if pattern else None,
        least=shape.get("min"),
        most=shape.get("max"),
    )


def _compiled(pattern: str) -> re.Pattern[str] | None:
    r"""Compile a model's pattern; the few that are no Python expressions (``\p{L}``) are left out."""
    try:
        return re.compile(pattern)
    except re.error:
        return None


def constraints(token: str) -> dict[tuple[str, ...], Constraint]:
    """Return the constraints on a resource type's inputs, by path with ``*`` for every list item."""
    found: dict[tuple[str, ...], Constraint] = {}
    for written, entry in mapping().get(token, {}).items():
        model, also = (entry["shape"], tuple(entry["also"])) if isinstance(entry, dict) else (entry, ())
        found[cast("tuple[str, ...]", paths.parse(written))] = _constraint(model, also)
    return found


def check_constraints(token: str, inputs: dict[str, Any]) -> list[Problem]:
    """Check the inputs of one resource against the service models."""
    if token not in mapping():
        return []
    problems: list[Problem] = []
    for pattern, constraint in constraints(token).items():
        _check(constraint, pattern, inputs, (), problems, hidden=False)
    return problems


def _check(  # noqa: PLR0913 - one recursive walk
    constraint: Constraint,
    rest: tuple[str, ...],
    value: Any,
    path: paths.Path,
    problems: list[Problem],
    *,
    hidden: bool,
) -> None:
    if isinstance(value, Secret):
        _check(constraint, rest, value.value, path, problems, hidden=True)
    elif rest:
        step, after = rest[0], rest[1:]
        if step == "*" and isinstance(value, list):
            for index, item in enumerate(cast("list[Any]", value)):
                _check(constraint, after, item, (*path, index), problems, hidden=hidden)
        elif isinstance(value, dict) and step in value:
            _check(constraint, after, value[step], (*path, step), problems, hidden=hidden)
    elif value is not None and not isinstance(value, Unknown):
        reason = _reason(constraint, value, "the secret value" if hidden else repr(value))
        if reason:
            problems.append(Problem(path, reason))


def _reason(constraint: Constraint, value: Any, shown: str) -> str | None:
    if constraint.allowed:
        if value in constraint.allowed:
            return None
        near = nearest(value, constraint.allowed)
        hint = f" Did you mean {near!r}?" if near is not None else ""
        return f"{shown} is not a value of {constraint.model}.{hint} Allowed: {some(constraint.allowed)}"
    size, of_what = (len(value), " characters") if isinstance(value, str) else (value, "")
    if constraint.least is not None and size < constraint.least:
        return f"{shown} is too small for {constraint.model}: at least {constraint.least}{of_what}"
    if constraint.most is not None and size > constraint.most:
        return f"{shown} is too large for {constraint.model}: at most {constraint.most}{of_what}"
    if constraint.pattern is not None and isinstance(value, str) and not constraint.pattern.fullmatch(value):
        return f"{shown} does not match the pattern of {constraint.model}: {constraint.pattern.pattern}"
    return None
