"""Conditions of AWS policy statements: those that name the caller are worked out, all others are unknown.

Source: AWS IAM User Guide, "AWS global condition context keys" and "Condition operators"; AWS KMS Developer
Guide, "AWS KMS condition keys".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, cast

from policies.engine import View
from policies.engine.values import Absent
from policies.linkage.access.globs import matches
from policies.linkage.access.model import State, any_state, both, negated
from policies.linkage.access.tables import AWS

_ANYBODY: Final = frozenset(
    key.casefold() for key in cast("Mapping[str, list[str]]", AWS["conditions"])["anybody"]
)
_EQUAL: Final = frozenset({"stringequals", "stringequalsignorecase"})
_LIKE: Final = frozenset({"stringlike", "arnlike", "arnequals"})
_OPPOSITE: Final = {
    "stringnotequals": "stringequals",
    "stringnotequalsignorecase": "stringequals",
    "stringnotlike": "stringlike",
    "arnnotlike": "arnlike",
    "arnnotequals": "arnequals",
}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a request, as far as anybody knows."""

    arn: str | None = None
    account: str | None = None


def conditions_met(condition: View, caller: Caller, *, via: str, denies: bool) -> State:
    """Return whether every condition is met for ``caller``.

    A condition on the way of a request, such as TLS, holds for whoever wants it to: it is met where it
    admits, and not where it refuses.
    """
    if isinstance(condition.raw, Absent):
        return True
    if not isinstance(condition.raw, Mapping):
        return None
    state: State = True
    for operator, keys in condition.entries():
        if not isinstance(keys.raw, Mapping):
            return None
        for key, values in keys.entries():
            state = both(state, _met(operator.casefold(), key.casefold(), values, caller, via, denies=denies))
    return state


def _met(  # noqa: PLR0913 - everything a condition is made of
    operator: str, key: str, values: View, caller: Caller, via: str, *, denies: bool
) -> State:
    if key in _ANYBODY:
        return not denies
    operator = operator.removesuffix("ifexists")
    if operator in _OPPOSITE:
        return negated(_equal(_OPPOSITE[operator], key, values, caller, via))
    return _equal(operator, key, values, caller, via) if operator in _EQUAL | _LIKE else None


def _equal(operator: str, key: str, values: View, caller: Caller, via: str) -> State:
    match key:
        case "aws:principalarn":
            actual = caller.arn
        case "aws:principalaccount" | "kms:calleraccount":
            actual = caller.account
        case "kms:viaservice":
            # Such as "s3.eu-central-1.amazonaws.com"; the region is that of the key.
            return any_state(_starts(item, via) for item in values.listed().each())
        case _:
            return None
    return any_state(_same(item, actual, like=operator in _LIKE) for item in values.listed().each())


def _same(item: View, actual: str | None, *, like: bool) -> State:
    if not isinstance(item.raw, str) or "${" in item.raw:
        return None
    if actual is None:
        return True if like and not item.raw.strip("*") else None
    return matches(item.raw, (actual,)) if like else item.raw.casefold() == actual.casefold()


def _starts(item: View, via: str) -> State:
    return item.raw.startswith(f"{via}.") if isinstance(item.raw, str) and via else None
