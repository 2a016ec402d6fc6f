"""CST-006: data that nobody reads any more moves to cheaper storage, or goes.

Every versioned store has cold data: the versions that were replaced. A store that says it is cold, or holds
checkpoints, must also do something about what is current.
"""

from collections.abc import Iterator
from typing import Final

from policies.engine import (
    Claim,
    Enforcement,
    Inventory,
    OnUnknown,
    Parameter,
    Resource,
    Rule,
    Settings,
    Severity,
    Truth,
    View,
    any_of,
    require,
)
from policies.shapes import tags

_BUCKET: Final = "aws:s3/bucket:Bucket"
_LIFECYCLE: Final = {"aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": "bucket"}
_TIERING: Final = {
    "aws:s3/bucketIntelligentTieringConfiguration:BucketIntelligentTieringConfiguration": "bucket"
}
_ACCOUNT: Final = "azure-native:storage:StorageAccount"
_POLICY: Final = {"azure-native:storage:ManagementPolicy": "accountName"}
_FLOWS: Final = {"azure-native:network:FlowLog": "storageId"}
_CLAIM: Final = "kubernetes:objectbucket.io:ObjectBucketClaim"

_NO_RULE: Final = "nothing ever moves or removes what it holds: no lifecycle rule is enabled"
_NO_CURRENT: Final = "it is marked {}, and no lifecycle rule moves or removes current objects"


def _claims(store: Resource, *, some: Truth, current: Truth, settings: Settings) -> Iterator[Claim]:
    yield require(some, _NO_RULE, at=store.properties)
    for key in settings.texts("temperatureTags"):
        for view in tags.places(store, key):
            if view.present().state is not False:
                cold = view.one_of(settings.texts("cold"))
                yield require(cold.implies(current), _NO_CURRENT.format(view), at=view)


def _bucket(bucket: Resource, stack: Inventory, settings: Settings) -> Iterator[Claim]:
    attached = [
        (names, rule)
        for configuration, names in stack.referring(bucket, _LIFECYCLE)
        for rule in configuration["rules"].each()
    ]
    tiered = any_of(
        names & ~tiers["status"].equals("Disabled") for tiers, names in stack.referring(bucket, _TIERING)
    )
    on = [(names & rule["status"].equals("Enabled"), rule) for names, rule in attached]
    on += [(rule["enabled"].is_true(), rule) for rule in bucket["lifecycleRules"].each()]
    current = any_of(active & _current(rule) for active, rule in on) | tiered
    old = any_of(
        active & (_old(rule["noncurrentVersionExpiration"]) | rule["noncurrentVersionTransitions"].filled())
        for active, rule in on
    )
    yield from _claims(bucket, some=current | old, current=current, settings=settings)


def _old(expiration: View) -> Truth:
    return expiration["noncurrentDays"].given() | expiration["days"].given()


def _current(rule: View) -> Truth:
    expiration = rule["expiration"]
    return rule["transitions"].filled() | expiration["days"].given() | expiration["date"].given()


def _account(account: Resource, stack: Inventory, settings: Settings) -> Iterator[Claim]:
    rules = [
        (names & ~rule["enabled"].one_of((False, "false")), rule["definition"]["actions"])
        for policy, names in stack.referring(account, _POLICY)
        for rule in policy["policy"]["rules"].each()
    ]
    # Network Watcher removes its own flow logs.
    flows = any_of(
        names & flow["retentionPolicy"]["enabled"].is_true()
        for flow, names in stack.referring(account, _FLOWS)
    )
    files_only = account["kind"].equals("FileStorage")
    current = (
        any_of(active & actions["baseBlob"].filled() for active, actions in rules)
        | account["accessTier"].one_of(("Cool", "Cold"))
        | flows
    )
    old = any_of(
        active & (actions["version"].filled() | actions["snapshot"].filled()) for active, actions in rules
    )
    yield from _claims(account, some=current | old | files_only, current=current, settings=settings)


def _claim(claim: Resource, _: Inventory, settings: Settings) -> Iterator[Claim]:
    rules = claim.properties.at("spec", "additionalConfig", "bucketLifecycle").parsed()["Rules"]
    on = [(rule["Status"].equals("Enabled"), rule) for rule in rules.each()]
    current = any_of(
        active & (rule["Expiration"].filled() | rule["Transitions"].filled()) for active, rule in on
    )
    old = any_of(active & rule["NoncurrentVersionExpiration"].filled() for active, rule in on)
    elsewhere = claim["spec"]["storageClassName"].one_of(settings.texts("lifecycleElsewhere"))
    current |= elsewhere
    yield from _claims(claim, some=current | old, current=current, settings=settings)


_TEXTS: Final = {"type": "array", "items": {"type": "string"}}

RULE = Rule(
    id="CST-006",
    version=1,
    title="Cold data and checkpoints move to cheaper storage or go",
    why="Checkpoints are written every hour and read once, and versions of a dataset pile up behind it "
    "unseen.",
    fix="Add a lifecycle rule: a transition or an expiration, and an expiration for replaced versions.",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    unknown=OnUnknown.DEFER,
    joined={_BUCKET: _bucket, _ACCOUNT: _account, _CLAIM: _claim},
    parameters={
        "temperatureTags": Parameter(
            about="Tags, or labels after trunkline.dev/, that say what a store holds or how often it is "
            "read.",
            schema=_TEXTS,
            default=["purpose", "access"],
        ),
        "cold": Parameter(
            about="The values of those tags which mean that data is seldom read.",
            schema=_TEXTS,
            default=["archive", "checkpoints", "cold"],
        ),
        "lifecycleElsewhere": Parameter(
            about="Storage classes whose bucket claims take no lifecycle, so that something else sets it.",
            schema=_TEXTS,
            default=["openshift-storage.noobaa.io"],
        ),
    },
)
