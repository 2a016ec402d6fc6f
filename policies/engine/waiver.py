"""Waivers: a person's decision, on record, that one finding may stand for a while.

A waiver that is expired, malformed, approved by its requester, or made for something else than what is there
is not applied, and that is a finding of its own. A waived finding stays visible and is never a pass.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any, Final, cast

from policies.engine.fingerprint import changed
from policies.engine.resource import Resource

LONGEST_DAYS: Final = 90
"""How long a waiver may last unless the configuration says otherwise (catalogue, REL-013)."""

_TEXTS: Final = ("rule", "subject", "reason", "ticket", "requestedBy", "approvedBy", "created", "expires")
_KEYS: Final = (*_TEXTS, "ruleVersion", "fingerprint", "compensatingControls")


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiver:
    """An approved exception. Field names in a configuration are the same in camelCase."""

    rule: str
    rule_version: int
    subject: str
    """URN of the resource; ``*`` stands for any text, so that one waiver serves several stacks."""
    fingerprint: Mapping[str, str]
    reason: str
    ticket: str
    requested_by: str
    approved_by: str
    created: date
    expires: date
    """The last day the waiver counts, in UTC."""
    compensating_controls: tuple[str, ...]

    def __str__(self) -> str:
        return f"waived until {self.expires.isoformat()} by {self.approved_by} ({self.ticket}: {self.reason})"

    def names(self, resource: Resource) -> bool:
        """Return whether ``resource`` is a subject of this waiver, changed or not."""
        return fnmatchcase(resource.urn, self.subject)


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """A waiver that is not applied, and why."""

    label: str
    problem: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Waivers:
    """The waivers of a configuration, sorted into those that may apply and those that may not."""

    valid: tuple[Waiver, ...] = ()
    refused: tuple[Refused, ...] = ()

    def covering(self, rule: str, version: int, resource: Resource) -> Waiver | None:
        """Return a waiver of this rule for this resource as it is now, if there is one."""
        for waiver in self.valid:
            if (
                waiver.rule == rule
                and waiver.rule_version == version
                and waiver.names(resource)
                and not changed(waiver.fingerprint, resource)
            ):
                return waiver
        return None


@dataclass(slots=True)
class _Reader:
    """Reads one waiver and collects everything that is wrong with it."""

    entry: Mapping[str, Any]
    problems: list[str] = field(default_factory=list[str])

    def text(self, key: str) -> str:
        value = self.entry.get(key)
        if isinstance(value, str) and value.strip():
            return value.strip()
        self.problems.append(f"{key} is missing" if value is None else f"{key} must be a text")
        return ""

    def day(self, key: str) -> date:
        text = self.text(key)
        try:
            return date.fromisoformat(text) if text else date.min
        except ValueError:
            self.problems.append(f"{key} must be a day such as 2026-11-30, not {text!r}")
            return date.min

    def version(self) -> int:
        value = self.entry.get("ruleVersion")
        if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value) or value < 1:
            self.problems.append(
                "ruleVersion must be a whole number, the version of the rule it was approved for"
            )
            return 0
        return int(value)

    def digests(self) -> Mapping[str, str]:
        value = self.entry.get("fingerprint")
        if isinstance(value, Mapping) and value:
            pairs = cast("Mapping[object, object]", value)
            if all(isinstance(key, str) and isinstance(item, str) for key, item in pairs.items()):
                return cast("Mapping[str, str]", value)
        self.problems.append("fingerprint must map the inputs of the subject to their digests")
        return {}

    def controls(self) -> tuple[str, ...]:
        value = self.entry.get("compensatingControls")
        if isinstance(value, Sequence) and not isinstance(value, str) and value:
            items = cast("Sequence[object]", value)
            if all(isinstance(item, str) and item.strip() for item in items):
                return tuple(str(item) for item in items)
        self.problems.append("compensatingControls must list what protects the subject meanwhile")
        return ()


def read(
    entries: Sequence[Any],
    versions: Mapping[str, int],
    *,
    today: date | None = None,
    longest_days: int = LONGEST_DAYS,
) -> Waivers:
    """Read waivers from a configuration; nothing that is wrong with one of them raises.

    Args:
        entries: The waivers as parsed JSON.
        versions: The current version of every rule, by id.
        today: The day to judge by; today in UTC unless given.
        longest_days: How many days a waiver may last.
    """
    now = today or datetime.now(UTC).date()
    valid: list[Waiver] = []
    refused: list[Refused] = []
    for position, entry in enumerate(entries, start=1):
        if not isinstance(entry, Mapping):
            refused.append(Refused(label=f"waiver {position}", problem="it must be an object"))
            continue
        fields = cast("Mapping[str, Any]", entry)
        waiver, problems = _read_one(fields, versions, now, timedelta(days=longest_days))
        label = (
            f"waiver {position} ({fields.get('rule') or 'no rule'}, {fields.get('ticket') or 'no ticket'})"
        )
        if problems:
            refused.extend(Refused(label=label, problem=problem) for problem in problems)
        else:
            valid.append(waiver)
    return Waivers(valid=tuple(valid), refused=tuple(refused))


def _read_one(
    entry: Mapping[str, Any], versions: Mapping[str, int], now: date, longest: timedelta
) -> tuple[Waiver, list[str]]:
    reader = _Reader(entry)
    waiver = Waiver(
        rule=reader.text("rule"),
        rule_version=reader.version(),
        subject=reader.text("subject"),
        fingerprint=reader.digests(),
        reason=reader.text("reason"),
        ticket=reader.text("ticket"),
        requested_by=reader.text("requestedBy"),
        approved_by=reader.text("approvedBy"),
        created=reader.day("created"),
        expires=reader.day("expires"),
        compensating_controls=reader.controls(),
    )
    problems = reader.problems
    problems += [f"{key} is not a field of a waiver" for key in sorted(set(entry) - set(_KEYS))]
    if problems:
        return waiver, problems
    if waiver.rule not in versions:
        problems.append(f"there is no rule {waiver.rule}")
    elif versions[waiver.rule] != waiver.rule_version:
        problems.append(
            f"it was approved for version {waiver.rule_version} of {waiver.rule}, "
            f"which is now at version {versions[waiver.rule]}"
        )
    if waiver.requested_by.casefold() == waiver.approved_by.casefold():
        problems.append(f"{waiver.approved_by} approved a waiver of their own")
    if waiver.created > now:
        problems.append(f"it was created on {waiver.created.isoformat()}, which is in the future")
    if waiver.expires < now:
        problems.append(f"it expired on {waiver.expires.isoformat()}")
    elif waiver.expires - waiver.created > longest:
        problems.append(f"it lasts {(waiver.expires - waiver.created).days} days; {longest.days} are allowed")
    return waiver, problems
