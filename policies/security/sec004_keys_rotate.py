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
    actions = key["properties"]["rotationPolicy"]["lifetimeActions"]
    yield require(actions.any(_rotates), "the key has no rotation policy that replaces it")
    most = settings.whole("longestDays")
    yield require(
        actions.all(lambda action: _soon_enough(action, most)),
        f"the key is rotated too seldom; every {most} days is allowed",
    )


def _rotates(action: View) -> Truth:
    when = action["trigger"]
    return action["action"]["type"].equals("rotate") & (
        when["timeAfterCreate"].given() | when["timeBeforeExpiry"].given()
    )


def _soon_enough(action: View, most: int) -> Truth:
    after = action["trigger"]["timeAfterCreate"]
    rotates = action["action"]["type"].equals("rotate") & after.given()
    return rotates.implies(after.satisfies(lambda text: _days(text) <= most))


_DURATION: Final = re.compile(r"P(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<days>\d+)D)?")


def _days(text: Plain) -> float:
    """The days of an ISO 8601 duration as Key Vault writes it: a year has 365 days, a month 30."""
    found = _DURATION.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return math.inf
    years, months, days = (int(found[unit] or 0) for unit in ("years", "months", "days"))
    return 365 * years + 30 * months + days


RULE = Rule(
    id="SEC-004",
    version=1,
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
