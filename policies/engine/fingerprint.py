"""A fingerprint of what a waiver was approved for, so that the waiver ends when the resource changes.

It holds one short digest for each top-level input. That way a reviewer sees which property changed, and what
is unknown in a preview is compared as soon as the update knows it. Secret values are not part of it: a digest
of a short secret can be guessed, and waivers are kept in version control.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, Final

from policies.engine.resource import Resource
from policies.engine.values import Opaque, Secret, Unknown, Value

_LENGTH: Final = 16
_UNKNOWN: Final = "unknown"
"""Recorded for an input that was not known when the waiver was drafted; it matches anything."""
_HIDDEN: Final = "secret"
_ANNOTATIONS: Final = frozenset({"pulumi.com/autonamed", "pulumi.com/patchForce"})
_DECLARATIONS: Final = "trunkline:catalogue:"
_POSITION: Final = frozenset({"position"})
"""Where a declaration is written: a line that moves changes nothing that was approved."""


def fingerprint(resource: Resource) -> dict[str, str]:
    """Return the fingerprint of ``resource`` as it stands in the program."""
    declared = resource.outputs if resource.inputs is None else resource.inputs
    left_out = _POSITION if resource.type.startswith(_DECLARATIONS) else frozenset[str]()
    return {
        key: _digest(value, resource.name, left_out)
        for key, value in sorted((declared or {}).items())
        if value is not None and key not in left_out
    }


def changed(approved: Mapping[str, str], resource: Resource) -> list[str]:
    """Return the inputs of ``resource`` that are not as ``approved``, by name."""
    return differing(approved, fingerprint(resource))


def differing(approved: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Return the names under which digests are not as ``approved``; an unknown one matches anything."""
    return sorted(
        key
        for key in {*approved, *now}
        if _UNKNOWN not in {approved.get(key), now.get(key)} and approved.get(key) != now.get(key)
    )


def _digest(value: Value, name: str, left_out: frozenset[str]) -> str:
    if isinstance(value, Unknown) or _holds_unknown(value):
        return _UNKNOWN
    if isinstance(value, Secret):
        return _HIDDEN
    stable = _stable(value, name, left_out | _ANNOTATIONS)
    canonical = json.dumps(stable, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()[:_LENGTH]


def _holds_unknown(value: Value) -> bool:
    match value:
        case Unknown():
            return True
        case Secret():
            return False
        case str():
            return False
        case Mapping():
            return any(_holds_unknown(item) for item in value.values())
        case list() | tuple():
            return any(_holds_unknown(item) for item in value)
        case _:
            return False


def _stable(value: Value, name: str, left_out: frozenset[str]) -> Any:
    """Return ``value`` without what changes from run to run: secrets, and names the provider makes up."""
    match value:
        case Secret():
            return "[secret]"
        case Opaque():
            return f"[{value.what}]"
        case str():
            made_up = re.fullmatch(re.escape(name) + r"-?[0-9a-f]{7,8}", value, re.IGNORECASE)
            return "[generated name]" if made_up else value
        case Mapping():
            return {key: _stable(item, name, left_out) for key, item in value.items() if key not in left_out}
        case list() | tuple():
            return [_stable(item, name, left_out) for item in value]
        case _:
            return value
