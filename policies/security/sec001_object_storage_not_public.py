"""SEC-001: nobody outside reads or writes an object store."""

from collections.abc import Iterator
from typing import Final

from policies.engine import (
    Claim,
    Enforcement,
    Inventory,
    OnUnknown,
    Resource,
    Rule,
    Settings,
    Severity,
    all_of,
    any_of,
    forbid,
    require,
)
from policies.engine.truth import NO
from policies.security.statements import PUBLIC_ACLS, PUBLIC_GROUPS, admits_everyone, statements

_BUCKET: Final = "aws:s3/bucket:Bucket"
_BLOCK: Final = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
_ACCOUNT_BLOCK: Final = "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock"
_FLAGS: Final = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")


def _bucket(bucket: Resource, _: Settings) -> Iterator[Claim]:
    yield from _acl(bucket, _)
    for grant in bucket["grants"].each():
        yield forbid(grant["uri"].one_of(PUBLIC_GROUPS), f"a grant names a group of everyone: {grant['uri']}")
    yield from _policy(bucket, _)


def _acl(resource: Resource, _: Settings) -> Iterator[Claim]:
    acl = resource["acl"]
    yield forbid(acl.one_of(PUBLIC_ACLS), f"the ACL {acl} lets everyone in")
    for grant in resource.properties.at("accessControlPolicy", "grants").each():
        uri = grant.at("grantee", "uri")
        yield forbid(uri.one_of(PUBLIC_GROUPS), f"a grant names a group of everyone: {uri}")


def _policy(resource: Resource, _: Settings) -> Iterator[Claim]:
    for statement in statements(resource["policy"]):
        yield forbid(admits_everyone(statement), "a statement allows everyone, and no condition narrows it")


def _block(block: Resource, _: Settings) -> Iterator[Claim]:
    for flag in _FLAGS:
        yield require(block[flag].is_true(), f"{flag} is {block[flag]}")


def _blocked(bucket: Resource, stack: Inventory, _: Settings) -> Iterator[Claim]:
    own = [names for _, names in stack.referring(bucket, {_BLOCK: "bucket"})]
    account = [
        all_of(block[flag].is_true() for flag in _FLAGS)
        for block in stack.of(_ACCOUNT_BLOCK)
        if block.provider == bucket.provider
    ]
    found = [*own, *account]
    yield require(any_of(found) if found else NO, "no BucketPublicAccessBlock protects this bucket")


def _account(account: Resource, _: Settings) -> Iterator[Claim]:
    allows = account["allowBlobPublicAccess"]
    yield forbid(allows.is_true(), "the account lets its containers be public")


def _container(container: Resource, _: Settings) -> Iterator[Claim]:
    access = container["publicAccess"]
    yield require(access.equals("None"), f"the container is public: publicAccess is {access}")


RULE = Rule(
    id="SEC-001",
    version=1,
    title="Object storage is not public",
    why="Training data and models leave through buckets that one later ACL or policy made public.",
    fix="Remove public ACLs, grants and statements; give every bucket a BucketPublicAccessBlock with all "
    "four flags on, and set allowBlobPublicAccess to false on storage accounts.",
    severity=Severity.CRITICAL,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    alone={
        _BUCKET: _bucket,
        "aws:s3/bucketAcl:BucketAcl": _acl,
        "aws:s3/bucketPolicy:BucketPolicy": _policy,
        _BLOCK: _block,
        "azure-native:storage:StorageAccount": _account,
        "azure-native:storage:BlobContainer": _container,
    },
    joined={_BUCKET: _blocked},
)
