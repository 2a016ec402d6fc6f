"""How long a store keeps what is written into it: its lifecycle rules, with versions and soft deletion.

What is answered is a bound: whether everything is gone after so many days. A rule that covers a part of a
store only does not count, and what a store keeps besides the current version is kept as well.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

from policies.engine import Inventory, Resource, Truth, View, all_of, any_of
from policies.engine.truth import NO, Reading
from policies.engine.values import Absent

_BUCKET: Final = "aws:s3/bucket:Bucket"
_ACCOUNT: Final = "azure-native:storage:StorageAccount"
_CLAIM: Final = "kubernetes:objectbucket.io:ObjectBucketClaim"
_JOB: Final = "kubernetes:batch:Job"
_RULES: Final = {"aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": "bucket"}
_VERSIONS: Final = {"aws:s3/bucketVersioning:BucketVersioning": "bucket"}
_POLICY: Final = {"azure-native:storage:ManagementPolicy": "accountName"}
_BLOB_SERVICE: Final = {"azure-native:storage:BlobServiceProperties": "accountName"}

OBJECT_STORES: Final = frozenset({_BUCKET, _ACCOUNT, _CLAIM})
LOGS: Final[Mapping[str, str]] = {
    "aws:cloudwatch/logGroup:LogGroup": "retentionInDays",
    "azure-native:operationalinsights:Workspace": "retentionInDays",
}
"""Stores of logs, and the property that says how many days they keep them; none, or 0, means for ever."""


def gone_within(
    store: Resource, inventory: Inventory, days: int, *, path: str, around: Sequence[Resource] = ()
) -> Truth:
    """Return whether everything below ``path`` in ``store`` is gone ``days`` days after it was written.

    Args:
        store: One of :data:`OBJECT_STORES` or :data:`LOGS`.
        inventory: All resources.
        days: The most that it may be kept.
        path: The prefix that the data lies under.
        around: What else the place is made of; of a claim, the task that sets its bucket up.

    Raises:
        KeyError: It is no store that is known here.
    """
    if store.kind in LOGS:
        return _sum_within(days, store[LOGS[store.kind]], least=1)
    return _BY_KIND[store.kind](store, inventory, days, path, around)


def _bucket(
    bucket: Resource, inventory: Inventory, days: int, path: str, around: Sequence[Resource]
) -> Truth:
    del around
    rules = [
        (names & rule["status"].equals("Enabled") & _covers(rule, path), rule)
        for configuration, names in inventory.referring(bucket, _RULES)
        for rule in configuration["rules"].each()
    ]
    inline = [
        (rule["enabled"].is_true() & below_prefix(rule["prefix"], path) & ~rule["tags"].filled(), rule)
        for rule in bucket["lifecycleRules"].each()
    ]
    versioned = bucket["versioning"]["enabled"].is_true() | any_of(
        names & versioning["versioningConfiguration"]["status"].one_of(("Enabled", "Suspended"))
        for versioning, names in inventory.referring(bucket, _VERSIONS)
    )
    modern = _expires(rules, versioned, days, "noncurrentDays")
    return modern | _expires(inline, versioned, days, "days")


def _expires(rules: Sequence[tuple[Truth, View]], versioned: Truth, days: int, field: str) -> Truth:
    """An object that expires becomes an old version first, where there are versions."""
    at_once = any_of(counts & _sum_within(days, rule["expiration"]["days"]) for counts, rule in rules)
    in_the_end = any_of(
        counts
        & also
        & _sum_within(days, rule["expiration"]["days"], other["noncurrentVersionExpiration"][field])
        & ~_given(other["noncurrentVersionExpiration"]["newerNoncurrentVersions"])
        for counts, rule in rules
        for also, other in rules
    )
    return in_the_end | (at_once & ~versioned)


def _covers(rule: View, path: str) -> Truth:
    """Return whether a rule of S3 holds for everything below ``path``."""
    only = rule["filter"]
    some = any_of(
        (
            only["and"].filled(),
            only["tag"]["key"].filled(),
            _given(only["objectSizeGreaterThan"]),
            _given(only["objectSizeLessThan"]),
        )
    )
    return below_prefix(rule["prefix"], path) & below_prefix(only["prefix"], path) & ~some


def _account(
    account: Resource, inventory: Inventory, days: int, path: str, around: Sequence[Resource]
) -> Truth:
    """Azure counts the days of a version from when it was written; what is deleted softly is still there."""
    del path, around
    services = list(inventory.referring(account, _BLOB_SERVICE))
    versioned = any_of(names & service["isVersioningEnabled"].is_true() for service, names in services)

    def gone(after: View) -> Truth:
        """Return whether what is deleted ``after`` days is gone, soft deletion included."""
        softly = [
            (names & policy["enabled"].is_true()).implies(_sum_within(days, after, policy["days"]))
            for policy, names in ((service["deleteRetentionPolicy"], names) for service, names in services)
        ]
        return _sum_within(days, after) & all_of(softly)

    return any_of(
        _everywhere(rule, names)
        & gone(after)
        & versioned.implies(
            gone(rule["definition"]["actions"]["version"]["delete"]["daysAfterCreationGreaterThan"])
        )
        for policy, names in inventory.referring(account, _POLICY)
        for rule in policy["policy"]["rules"].each()
        for after in _after(rule["definition"]["actions"]["baseBlob"]["delete"])
    )


def _everywhere(rule: View, names: Truth) -> Truth:
    """Return whether a rule of Azure is on and holds for the whole account."""
    filters = rule["definition"]["filters"]
    # A prefix begins with a container, and whether it holds this data cannot be seen from here.
    part = filters["prefixMatch"].filled().doubtful()
    return names & ~rule["enabled"].equals(expected=False) & ~filters["blobIndexMatch"].filled() & ~part


def _after(delete: View) -> list[View]:
    return [
        delete[field]
        for field in (
            "daysAfterModificationGreaterThan",
            "daysAfterCreationGreaterThan",
            "daysAfterLastAccessTimeGreaterThan",
        )
        if not isinstance(delete[field].raw, Absent)
    ]


def _claim(claim: Resource, inventory: Inventory, days: int, path: str, around: Sequence[Resource]) -> Truth:
    """A claim of Rook carries its lifecycle; for other provisioners a task sets it through S3."""
    del inventory
    documents = [claim["spec"]["additionalConfig"]["bucketLifecycle"], *_set_by_tasks(around)]
    found: list[Truth] = []
    for document in documents:
        if isinstance(document.raw, Absent):
            continue
        rules = [
            (
                rule["Status"].equals("Enabled")
                & below_prefix(rule["Prefix"], path)
                & below_prefix(rule["Filter"]["Prefix"], path),
                rule,
            )
            for rule in document.parsed()["Rules"].each()
        ]
        # Nothing in a claim says whether old versions are kept, so they are taken to be.
        found += [
            counts
            & also
            & _sum_within(
                days, rule["Expiration"]["Days"], other["NoncurrentVersionExpiration"]["NoncurrentDays"]
            )
            for counts, rule in rules
            for also, other in rules
        ]
    return any_of(found) if found else NO


def _set_by_tasks(around: Sequence[Resource]) -> Iterator[View]:
    """Yield what a task hands to ``aws s3api put-bucket-lifecycle-configuration``."""
    for job in around:
        if job.kind != _JOB:
            continue
        for container in job["spec"]["template"]["spec"]["containers"].each():
            arguments = list(container["args"].each())
            for before, after in pairwise(arguments):
                if before.raw == "--lifecycle-configuration":
                    yield after


_BY_KIND: Final[Mapping[str, Callable[[Resource, Inventory, int, str, Sequence[Resource]], Truth]]] = {
    _BUCKET: _bucket,
    _ACCOUNT: _account,
    _CLAIM: _claim,
}


def below_prefix(prefix: View, path: str) -> Truth:
    """Return whether what lies below ``path`` lies below ``prefix``; without a prefix, everything does."""
    return ~prefix.filled() | prefix.satisfies(lambda text: f"{path}/".startswith(str(text)))


def _given(number: View) -> Truth:
    """Return whether a number that is not 0 stands here; providers report 0 for what nobody set."""
    return number.present() & ~number.equals(0)


def _sum_within(most: int, *days: View, least: int = 0) -> Truth:
    """Return whether all ``days`` are set and no more than ``most`` together; an unknown one may be 0."""
    total, open_, because = 0, list[Reading](), list[Reading]()
    for view in days:
        reading = Reading(view.urn, view.path)
        because.append(reading)
        match view.raw:
            case bool() | str() | Absent():
                return Truth(state=False, because=(reading,))
            case int() | float():
                if view.raw < least:
                    return Truth(state=False, because=(reading,))
                total += int(view.raw)
            case _:
                open_.append(reading)
    if total > most:
        return Truth(state=False, because=tuple(because))
    return Truth(None, tuple(open_)) if open_ else Truth(state=True, because=tuple(because))
