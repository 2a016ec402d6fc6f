"""What a pack's configuration may change: enforcement, unknowns and parameters of rules, and waivers.

The file is the one that ``pulumi --policy-pack-config`` takes: an object with one entry for each rule, and
one named ``waivers``.
"""

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, cast

from policies.engine import waiver as waivers
from policies.engine.rule import Enforcement, OnUnknown, Rule, Settings
from policies.engine.waiver import LONGEST_DAYS, Waivers

WAIVERS: Final = "waivers"
"""Name under which waivers are configured, and under which their own findings are reported."""

_LEVELS: Final = {
    "disabled": Enforcement.DISABLED,
    "advisory": Enforcement.ADVISORY,
    "mandatory": Enforcement.MANDATORY,
    # No rule of this pack changes a resource, so what should be repaired must at least not pass.
    "remediate": Enforcement.MANDATORY,
}


class ConfigurationError(ValueError):
    """A configuration that cannot be used; the message says where and how to fix it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Configured:
    """How one rule is to be run."""

    enforcement: Enforcement
    unknown: OnUnknown
    settings: Settings


@dataclass(frozen=True, kw_only=True, slots=True)
class Configuration:
    """How all rules are to be run."""

    rules: Mapping[str, Configured]
    waivers: Waivers = field(default_factory=Waivers)
    waiver_enforcement: Enforcement = Enforcement.ADVISORY


def default(rules: Iterable[Rule], *, today: date | None = None) -> Configuration:
    """Return the configuration of a pack that was given none; ``today`` is the day in UTC unless given."""
    return Configuration(
        rules={
            rule.id: Configured(
                enforcement=rule.enforcement, unknown=rule.unknown, settings=rule.defaults(today)
            )
            for rule in rules
        }
    )


def read(entries: Mapping[str, Any], rules: Sequence[Rule], *, today: date | None = None) -> Configuration:
    """Read a configuration.

    Args:
        entries: The parsed file: for each rule an enforcement level, or an object with ``enforcementLevel``,
            ``unknown`` and the rule's own parameters.
        rules: The rules of the pack.
        today: The day to judge waivers and dates by; today in UTC unless given.

    Raises:
        ConfigurationError: A name, a level or a value is not one the pack knows.
    """
    by_id = {rule.id: rule for rule in rules}
    configured = dict(default(rules, today=today).rules)
    applied, waiver_enforcement = Waivers(), Enforcement.ADVISORY
    everything = entries.get("all")
    if everything is not None:
        level = _enforcement("all", _object(everything).get("enforcementLevel"))
        for rule in rules:
            configured[rule.id] = Configured(
                enforcement=level or rule.enforcement, unknown=rule.unknown, settings=rule.defaults(today)
            )
    for name, entry in entries.items():
        if name == "all":
            continue
        fields = _object(entry)
        if name == WAIVERS:
            applied = _waivers(fields, by_id, today)
            waiver_enforcement = _enforcement(name, fields.get("enforcementLevel")) or waiver_enforcement
        elif name in by_id:
            configured[name] = _rule(by_id[name], configured[name], fields)
        else:
            raise ConfigurationError(f"there is no rule {name}. {_suggest(name, [*by_id, WAIVERS])}")
    return Configuration(rules=configured, waivers=applied, waiver_enforcement=waiver_enforcement)


def schema_of(rule: Rule) -> dict[str, Any]:
    """Return the JSON Schema of each property that configures ``rule``, besides its enforcement level."""
    own = {
        name: {**parameter.schema, "description": parameter.about, "default": parameter.default}
        for name, parameter in rule.parameters.items()
    }
    return {
        "unknown": {
            "type": "string",
            "enum": [item.value for item in OnUnknown],
            "default": rule.unknown.value,
            "description": "What becomes of a question that cannot be answered yet.",
        },
        **own,
    }


WAIVERS_SCHEMA: Final[dict[str, Any]] = {
    "entries": {
        "type": "array",
        "default": [],
        # A malformed waiver is a finding, not a reason to run no rule at all; the schema asks for no more.
        "items": {},
        "description": "Waivers, each with rule, ruleVersion, subject, fingerprint, reason, ticket, "
        "requestedBy, approvedBy, created, expires and compensatingControls, and upstream where the rule "
        "looks further than its subject.",
    },
    "longestDays": {
        "type": "integer",
        "minimum": 1,
        "default": LONGEST_DAYS,
        "description": "How many days a waiver may last.",
    },
}


def _object(entry: Any) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", entry) if isinstance(entry, Mapping) else {"enforcementLevel": entry}


def _enforcement(name: str, value: Any) -> Enforcement | None:
    if value is None:
        return None
    if not isinstance(value, str) or value not in _LEVELS:
        raise ConfigurationError(f"{name}: enforcementLevel is {value!r}; it can be {_listed(_LEVELS)}")
    return _LEVELS[value]


def _rule(rule: Rule, base: Configured, fields: Mapping[str, Any]) -> Configured:
    known = schema_of(rule)
    for key in fields:
        if key not in known and key != "enforcementLevel":
            raise ConfigurationError(
                f"{rule.id} has no setting {key!r}. {_suggest(key, ['enforcementLevel', *known])}"
            )
    unknown = fields.get("unknown", base.unknown.value)
    if unknown not in {item.value for item in OnUnknown}:
        raise ConfigurationError(f"{rule.id}: unknown is {unknown!r}; it can be {_listed(OnUnknown)}")
    values = dict(base.settings.values)
    for name in rule.parameters:
        if name in fields:
            _check(f"{rule.id}.{name}", fields[name], known[name])
            values[name] = fields[name]
    return Configured(
        enforcement=_enforcement(rule.id, fields.get("enforcementLevel")) or base.enforcement,
        unknown=OnUnknown(unknown),
        settings=Settings(values, base.settings.today),
    )


def _waivers(fields: Mapping[str, Any], rules: Mapping[str, Rule], today: date | None) -> Waivers:
    for key in fields:
        if key not in WAIVERS_SCHEMA and key != "enforcementLevel":
            raise ConfigurationError(
                f"{WAIVERS} has no setting {key!r}. {_suggest(key, ['enforcementLevel', *WAIVERS_SCHEMA])}"
            )
    entries, longest = fields.get("entries", []), fields.get("longestDays", LONGEST_DAYS)
    _check(f"{WAIVERS}.entries", entries, WAIVERS_SCHEMA["entries"])
    _check(f"{WAIVERS}.longestDays", longest, WAIVERS_SCHEMA["longestDays"])
    versions = {identity: rule.version for identity, rule in rules.items()}
    return waivers.read(entries, versions, today=today, longest_days=int(longest))


def _check(where: str, value: Any, schema: Mapping[str, Any]) -> None:
    """Check a value against the few JSON Schema words that parameters use.

    The engine has checked the whole file with a real validator before; this holds where no engine runs.
    """
    wanted = schema.get("type")
    if wanted is None:
        return
    fits, called = _TYPES[wanted]
    if not fits(value):
        raise ConfigurationError(f"{where} must be {called}, not {value!r}")
    if wanted == "integer":
        least, most = schema.get("minimum", value), schema.get("maximum", value)
        if not least <= value <= most:
            raise ConfigurationError(f"{where} is {value:g}; it must be from {least:g} to {most:g}")
    if wanted == "array":
        for index, item in enumerate(value):
            _check(f"{where}[{index}]", item, schema.get("items", {}))
    if wanted == "object":
        for key, item in value.items():
            _check(f"{where}.{key}", item, schema.get("additionalProperties", {}))
    if wanted == "string":
        _check_text(where, value, schema)


def _check_text(where: str, value: str, schema: Mapping[str, Any]) -> None:
    if "enum" in schema and value not in schema["enum"]:
        raise ConfigurationError(f"{where} is {value!r}; it can be {_listed(schema['enum'])}")
    if schema.get("format") == "date" and value and not _is_day(value):
        raise ConfigurationError(f"{where} must be a day such as 2026-11-30, not {value!r}")


def _whole(value: Any) -> bool:
    if isinstance(value, float):
        return value.is_integer()  # infinity is not
    return isinstance(value, int) and not isinstance(value, bool)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


_TYPES: Final[Mapping[str, tuple[Callable[[Any], bool], str]]] = {
    "object": (lambda value: isinstance(value, Mapping), "an object"),
    "array": (lambda value: isinstance(value, Sequence) and not isinstance(value, str), "a list"),
    "integer": (_whole, "a whole number"),
    "string": (lambda value: isinstance(value, str), "a text"),
    "boolean": (lambda value: isinstance(value, bool), "true or false"),
}


def _listed(items: Iterable[str]) -> str:
    *most, last = list(items)
    return f"{', '.join(most)} or {last}"


def _suggest(name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1) or difflib.get_close_matches(name.upper(), known, n=1)
    return f"Did you mean {close[0]}?" if close else f"Known are: {', '.join(known)}."
