"""SEC-004: keys that encrypt data are replaced on a schedule."""

import math
import re
from collections.abc import Iterator
from typing import Final

from policies.engine import (
    Claim,
    Enforcement,
    OnUnknown,
    Parameter,
    Resource,
    Rule,
    Settings,
    Severity,
    Truth,
    View,
    require,
)
from policies.engine.view import Plain

_KMS: Final = "aws:kms/key:Key"


def _kms(key: Resource, settings: Settings) -> Iterator[Claim]:
    # KMS rotates symmetric keys of its own store; nothing else can be rotated by it.
    rotates = (
        key["customerMasterKeySpec"].equals("SYMMETRIC_DEFAULT")
        & key["keyUsage"].equals("ENCRYPT_DECRYPT")
        & ~key["customKeyStoreId"].given()
    )
    on, days = key["enableKeyRotation"], key["rotationPeriodInDays"]
    yield require(
        rotates.implies(on.is_true()), f"the key is never rotated: enableKeyRotation is {on}", at=on
    )
    most = settings.whole("longestDays")
    yield require(
        (rotates & on.is_true()).implies(days.at_most(most)),
        f"the key is rotated every {days} days; {most} are allowed",
        at=days,
    )


def _key_vault(key: Resource, settings: Settings) -> Iterator[Claim]:
    policy = key["properties"]["rotationPolicy"]
    actions = policy["lifetimeActions"]
    yield require(actions.any(_rotates), "the key has no rotation policy that replaces it")
    most = settings.whole("longestDays")
    expiry = policy["attributes"]["expiryTime"]
    yield require(
        actions.all(lambda action: _soon_enough(action, expiry, most)),
        f"the key is rotated too seldom; every {most} days is allowed",
    )


def _rotates(action: View) -> Truth:
    when = action["trigger"]
    return action["action"]["type"].equals("rotate") & (
        when["timeAfterCreate"].given() | when["timeBeforeExpiry"].given()
    )


def _soon_enough(action: View, expiry: View, most: int) -> Truth:
    """Return whether an action, if it rotates, does so within ``most`` days of a version's creation."""
    rotates = action["action"]["type"].equals("rotate")
    after, before = action["trigger"]["timeAfterCreate"], action["trigger"]["timeBeforeExpiry"]
    in_time = after.satisfies(lambda text: _days(text) <= most)
    # A version that never expires is never rotated "before it expires".
    before_the_end = expiry.relates(before, lambda life, rest: _days(life) - _days(rest) <= most)
    return rotates.implies(after.given().implies(in_time) & before.given().implies(before_the_end))


_DURATION: Final = re.compile(r"P(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<days>\d+)D)?")


def _days(text: Plain) -> float:
    """Return the days of an ISO 8601 duration as Key Vault writes it: a year has 365 days, a month 30."""
    found = _DURATION.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return math.nan  # compares with nothing, so what cannot be read is never soon enough
    years, months, days = (int(found[unit] or 0) for unit in ("years", "months", "days"))
    return 365 * years + 30 * months + days


RULE = Rule(
    id="SEC-004",
    version=2,
    title="Encryption keys rotate",
    why="A key that leaked unnoticed stays useful for as long as it is not replaced.",
    fix="Set enableKeyRotation on KMS keys, and a rotationPolicy with a rotate action on Key Vault keys.",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    alone={_KMS: _kms, "azure-native:keyvault:Key": _key_vault},
    parameters={
        "longestDays": Parameter(
            about="The longest time between two rotations of a key, in days.",
            schema={"type": "integer", "minimum": 90, "maximum": 2560},
            default=365,
        )
    },
)
