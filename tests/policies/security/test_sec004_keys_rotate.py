from collections.abc import Mapping
from typing import Any

from policies.engine import Resource, Verdict
from policies.security.sec004_keys_rotate import RULE
from tests.policies.cases import LATER, Cases, findings, resource, settings, told

KMS = "aws:kms/key:Key"
VAULT_KEY = "azure-native:keyvault:Key"


def vault_key(*actions: Mapping[str, Any], life: str | None = None) -> Resource:
    policy = {"attributes": {"expiryTime": life}, "lifetimeActions": list(actions)}
    properties = {"kty": "RSA", "rotationPolicy": policy}
    return resource(
        VAULT_KEY, "lake", {"resourceGroupName": "data", "vaultName": "acme", "properties": properties}
    )


ROTATE = {"action": {"type": "rotate"}, "trigger": {"timeAfterCreate": "P180D"}}
BEFORE = {"action": {"type": "rotate"}, "trigger": {"timeBeforeExpiry": "P60D"}}
TOO_SELDOM = "lake.properties.rotationPolicy.{}: the key is rotated too seldom; every 365 days is allowed"
NOTIFY = {"action": {"type": "notify"}, "trigger": {"timeBeforeExpiry": "P30D"}}


CASES = Cases(
    rule=RULE,
    good={
        "a key that rotates": [resource(KMS, "data", {"enableKeyRotation": True})],
        "a key that signs": [
            resource(KMS, "sign", {"customerMasterKeySpec": "RSA_4096", "keyUsage": "SIGN_VERIFY"})
        ],
        "a key in a store of its own": [resource(KMS, "hsm", {"customKeyStoreId": "cks-1"})],
        "a key of a vault": [vault_key(NOTIFY, ROTATE)],
        "a key that rotates before it expires": [vault_key(NOTIFY, BEFORE, life="P13M")],
    },
    bad={
        "a key that says nothing": (
            [resource(KMS, "data", {})],
            [
                (
                    "data.enableKeyRotation: the key is never rotated: enableKeyRotation is false (the "
                    "provider's default)"
                )
            ],
        ),
        "a key that would rotate too seldom if it did": (
            [resource(KMS, "data", {"enableKeyRotation": False, "rotationPeriodInDays": 730})],
            ["data.enableKeyRotation: the key is never rotated: enableKeyRotation is false"],
        ),
        "a key that rotates too seldom": (
            [resource(KMS, "data", {"enableKeyRotation": True, "rotationPeriodInDays": 730})],
            ["data.rotationPeriodInDays: the key is rotated every 730 days; 365 are allowed"],
        ),
        "a key of a vault that rotates too seldom": (
            [vault_key({**ROTATE, "trigger": {"timeAfterCreate": "P10Y"}})],
            [TOO_SELDOM.format("lifetimeActions[0].action.type")],
        ),
        "a key that rotates before it expires, in three years": (
            [vault_key(BEFORE, life="P3Y")],
            [TOO_SELDOM.format("lifetimeActions[0].action.type")],
        ),
        "a key that rotates before it expires, and never does": (
            [vault_key(BEFORE)],
            [TOO_SELDOM.format("lifetimeActions[0].action.type")],
        ),
        "a key whose times nobody can read": (
            [vault_key({**ROTATE, "trigger": {"timeAfterCreate": "a year"}})],
            [TOO_SELDOM.format("lifetimeActions[0].action.type")],
        ),
        "a key of a vault that only warns": (
            [vault_key(NOTIFY)],
            [
                (
                    "lake.properties.rotationPolicy.lifetimeActions[0].action.type: the key has no "
                    "rotation policy "
                    "that replaces it"
                ),
            ],
        ),
        "a key of a vault without a policy": (
            [resource(VAULT_KEY, "lake", {"resourceGroupName": "data", "properties": {"kty": "RSA"}})],
            [
                (
                    "lake.properties.rotationPolicy.lifetimeActions: the key has no rotation policy that "
                    "replaces it"
                )
            ],
        ),
    },
    unknown={
        "a flag from elsewhere": (
            [resource(KMS, "data", {"enableKeyRotation": LATER})],
            ["data.enableKeyRotation"],
        ),
        "a policy from elsewhere": (
            [vault_key({"action": LATER, "trigger": {"timeAfterCreate": "P180D"}})],
            ["lake.properties.rotationPolicy.lifetimeActions[0].action.type"],
        ),
    },
    waived={"a key of an old archive": [resource(KMS, "archive", {"enableKeyRotation": False})]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()


def test_the_longest_time_between_rotations_can_be_set() -> None:
    key = resource(KMS, "data", {"enableKeyRotation": True, "rotationPeriodInDays": 180})
    assert told(findings(RULE, [key])) == []
    found = findings(RULE, [key], by=settings(RULE, longestDays=90))
    assert told(found) == ["data.rotationPeriodInDays: the key is rotated every 180 days; 90 are allowed"]
    assert {finding.verdict for finding in found} == {Verdict.FAIL}
