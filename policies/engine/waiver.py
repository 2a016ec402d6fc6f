"""Waivers: a person's decision, on record, that one finding may stand for a while.

A waiver that is expired, malformed, approved by its requester, or made for something else than what is there
is not applied, and that is a finding of its own. A waived finding stays visible and is never a pass.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any, Final, cast

from policies.engine.fingerprint import changed, differing
from policies.engine.resource import Resource

LONGEST_DAYS: Final = 90
"""How long a waiver may last unless the configuration says otherwise (catalogue, REL-013)."""

_TEXTS: Final = ("rule", "subject", "reason", "ticket", "requestedBy", "approvedBy", "created", "expires")
_EMPTY: Final = {"approvedBy": ": whoever approves the waiver writes their name there"}
_KEYS: Final = (*_TEXTS, "ruleVersion", "fingerprint", "upstream", "compensatingControls")


def matches(urn: str, subject: str) -> bool:
    """Return whether ``subject`` means ``urn``: it is the URN itself, or a pattern of it."""
    return urn == subject or fnmatchcase(urn, subject)  # a name such as a[0] is no pattern of itself


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
    upstream: Mapping[str, str] = field(default_factory=dict[str, str])
    """Digests of what the finding rests on besides the subject, by id, where the rule looks further."""

    def __str__(self) -> str:
        return f"waived until {self.expires.isoformat()} by {self.approved_by} ({self.ticket}: {self.reason})"

    def names(self, resource: Resource) -> bool:
        """Return whether ``resource`` is a subject of this waiver, changed or not."""
        return matches(resource.urn, self.subject)


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

    def covering(
        self,
        rule: str,
        version: int,
        resource: Resource,
        upstream: Callable[[], Mapping[str, str]] = dict[str, str],
    ) -> Waiver | None:
        """Return a waiver of this rule for this resource and what is upstream of it now, if there is one."""
        for waiver in self.valid:
            if (
                waiver.rule == rule
                and waiver.rule_version == version
                and waiver.names(resource)
                and not changed(waiver.fingerprint, resource)
                and not differing(waiver.upstream, upstream())
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
        wrong = "is missing" if value is None else "is empty" if isinstance(value, str) else "must be a text"
        hint = _EMPTY.get(key, "") if wrong == "is empty" else ""
        self.problems.append(f"{key} {wrong}{hint}")
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
        if isinstance(value, float) and value.is_integer():  # JSON has one kind of number
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            self.problems.append(
                "ruleVersion must be a whole number, the version of the rule it was approved for"
            )
            return 0
        return value

    def fingerprint(self) -> Mapping[str, str]:
        value = _digests(self.entry.get("fingerprint"))
        if not value:
            self.problems.append("fingerprint must map the inputs of the subject to their digests")
        return value or {}

    def upstream(self) -> Mapping[str, str]:
        value = _digests(self.entry.get("upstream", {}))
        if value is None:
            self.problems.append("upstream must map what the finding rests on to its digests")
        return value or {}

    def controls(self) -> tuple[str, ...]:
        value = self.entry.get("compensatingControls")
        if isinstance(value, Sequence) and not isinstance(value, str) and value:
            items = cast("Sequence[object]", value)
            if all(isinstance(item, str) and item.strip() for item in items):
                return tuple(str(item) for item in items)
        self.problems.append("compensatingControls must list what protects the subject meanwhile")
        return ()


def _digests(value: object) -> Mapping[str, str] | None:
    if not isinstance(value, Mapping):
        return None
    pairs = cast("Mapping[object, object]", value)
    if not all(isinstance(key, str) and isinstance(item, str) for key, item in pairs.items()):
        return None
    return cast("Mapping[str, str]", value)


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
        fingerprint=reader.fingerprint(),
        upstream=reader.upstream(),
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


def draft(  # noqa: PLR0913 - what a waiver says, named
    *,
    rule: str,
    version: int,
    subject: str,
    fingerprint: Mapping[str, str],
    upstream: Mapping[str, str],
    reason: str,
    ticket: str,
    requested_by: str,
    compensating_controls: Sequence[str],
    created: date,
    days: int,
) -> dict[str, Any]:
    """Return a waiver for the configuration that lacks its approver; :func:`read` refuses it until then."""
    return {
        "rule": rule,
        "ruleVersion": version,
        "subject": subject,
        "fingerprint": dict(fingerprint),
        **({"upstream": dict(upstream)} if upstream else {}),
        "reason": reason,
        "ticket": ticket,
        "requestedBy": requested_by,
        "approvedBy": "",
        "created": created.isoformat(),
        "expires": (created + timedelta(days=days)).isoformat(),
        "compensatingControls": list(compensating_controls),
    }
