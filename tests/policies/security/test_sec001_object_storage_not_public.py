from collections.abc import Mapping
from typing import Any

from policies.engine import Resource
from policies.security.sec001_object_storage_not_public import RULE
from tests.policies.cases import LATER, Cases, policy, resource, secret, urn_of

BUCKET = "aws:s3/bucket:Bucket"
BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
POLICY = "aws:s3/bucketPolicy:BucketPolicy"
ACL = "aws:s3/bucketAcl:BucketAcl"
ON: dict[str, bool] = dict.fromkeys(
    ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"), True
)
EVERYONE = "http://acs.amazonaws.com/groups/global/AllUsers"
READ = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::docs/*"}
OWNER = {"id": "canonical-id-of-the-owner"}

docs = resource(BUCKET, "docs", {"bucket": "docs"})
docs_block = resource(BLOCK, "docs-block", {"bucket": "docs", **ON})


def attached(*statements: Mapping[str, Any]) -> list[Resource]:
    return [
        docs,
        docs_block,
        resource(POLICY, "docs-policy", {"bucket": "docs", "policy": {"Statement": list(statements)}}),
    ]


OPEN = "docs-policy.policy.Statement[0].Effect: a statement allows everyone, and no condition narrows it"

CASES = Cases(
    rule=RULE,
    good={
        "a bucket with its block": [docs, docs_block],
        "a block made from the bucket, before either has a name": [
            resource(BUCKET, "docs", {}),
            resource(
                BLOCK, "docs-block", {"bucket": LATER, **ON}, made_from={"bucket": [urn_of(BUCKET, "docs")]}
            ),
            resource(BUCKET, "logs", {}),
            resource(
                BLOCK, "logs-block", {"bucket": LATER, **ON}, made_from={"bucket": [urn_of(BUCKET, "logs")]}
            ),
        ],
        "a block of the whole account": [
            docs,
            resource("aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock", "account", ON),
        ],
        "everyone of one organisation": attached(
            {**READ, "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}
        ),
        "everyone of one account, by a pattern": attached(
            {**READ, "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/*"}}}
        ),
        "everyone of one address range": attached(
            {**READ, "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}
        ),
        "everyone is refused": attached({**READ, "Effect": "Deny"}),
        "one role": attached({**READ, "Principal": {"AWS": "arn:aws:iam::111122223333:role/reader"}}),
        "a private ACL": [docs, docs_block, resource(ACL, "docs-acl", {"bucket": "docs", "acl": "private"})],
        "an account that says nothing": [
            resource(
                "azure-native:storage:StorageAccount",
                "lake",
                {"resourceGroupName": "data", "kind": "StorageV2", "sku": {"name": "Standard_ZRS"}},
            )
        ],
        "a private container": [
            resource(
                "azure-native:storage:BlobContainer",
                "raw",
                {"accountName": "lake", "resourceGroupName": "data", "publicAccess": "None"},
            )
        ],
    },
    bad={
        **{
            f"a condition that excludes nobody: {operator} {key}": (
                attached({**READ, "Condition": {operator: {key: value}}}),
                [OPEN],
            )
            for operator, key, value in (
                ("StringLike", "aws:PrincipalArn", "arn:aws:iam::*:*"),
                ("StringLike", "aws:PrincipalOrgID", "o-*"),
                ("StringEquals", "aws:PrincipalAccount", "${aws:PrincipalAccount}"),
                ("IpAddress", "aws:SourceIp", ["0.0.0.0/1", "128.0.0.0/1"]),
            )
        },
        "no block": ([docs], ["docs: no BucketPublicAccessBlock protects this bucket"]),
        "a block of another bucket": (
            [docs, resource(BLOCK, "logs-block", {"bucket": "logs", **ON})],
            ["docs: no BucketPublicAccessBlock protects this bucket"],
        ),
        "a block with one flag left out": (
            [docs, resource(BLOCK, "docs-block", {"bucket": "docs", **ON, "blockPublicPolicy": None})],
            ["docs-block.blockPublicPolicy: blockPublicPolicy is false (the provider's default)"],
        ),
        "an old ACL on the bucket": (
            [resource(BUCKET, "docs", {"bucket": "docs", "acl": "public-read"}), docs_block],
            ["docs.acl: the ACL 'public-read' lets everyone in"],
        ),
        "a secret ACL is not printed": (
            [resource(BUCKET, "docs", {"bucket": "docs", "acl": secret("public-read")}), docs_block],
            ["docs.acl: the ACL [secret] lets everyone in"],
        ),
        "an ACL for every AWS account": (
            [docs, docs_block, resource(ACL, "docs-acl", {"bucket": "docs", "acl": "authenticated-read"})],
            ["docs-acl.acl: the ACL 'authenticated-read' lets everyone in"],
        ),
        "a grant to everyone": (
            [
                docs,
                docs_block,
                resource(
                    ACL,
                    "docs-acl",
                    {
                        "bucket": "docs",
                        "accessControlPolicy": {
                            "owner": OWNER,
                            "grants": [
                                {"permission": "READ", "grantee": {"type": "Group", "uri": EVERYONE}},
                            ],
                        },
                    },
                ),
            ],
            [
                (
                    "docs-acl.accessControlPolicy.grants[0].grantee.uri: "
                    f"a grant names a group of everyone: '{EVERYONE}'"
                )
            ],
        ),
        "a policy for everyone": (
            attached(READ),
            [
                (
                    "docs-policy.policy.Statement[0].Effect: a statement allows everyone, and no "
                    "condition narrows it"
                )
            ],
        ),
        "a policy as text": (
            [docs, docs_block, resource(POLICY, "docs-policy", {"bucket": "docs", "policy": policy(READ)})],
            [OPEN],
        ),
        "everyone among others": (
            attached({**READ, "Principal": {"AWS": ["arn:aws:iam::111122223333:root", "*"]}}),
            [
                (
                    "docs-policy.policy.Statement[0].Effect: a statement allows everyone, and no "
                    "condition narrows it"
                )
            ],
        ),
        "everyone but one": (
            attached({**READ, "Principal": None, "NotPrincipal": {"AWS": "arn:aws:iam::111122223333:root"}}),
            [
                (
                    "docs-policy.policy.Statement[0].Effect: a statement allows everyone, and no "
                    "condition narrows it"
                )
            ],
        ),
        "a condition that excludes one place only": (
            attached({**READ, "Condition": {"StringNotEquals": {"aws:SourceVpc": "vpc-1"}}}),
            [
                (
                    "docs-policy.policy.Statement[0].Effect: a statement allows everyone, and no "
                    "condition narrows it"
                )
            ],
        ),
        "a condition that admits the whole internet": (
            attached({**READ, "Condition": {"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "0.0.0.0/0"]}}}),
            [
                (
                    "docs-policy.policy.Statement[0].Effect: a statement allows everyone, and no "
                    "condition narrows it"
                )
            ],
        ),
        "an account whose containers may be public": (
            [
                resource(
                    "azure-native:storage/v20240101:StorageAccount",
                    "lake",
                    {"resourceGroupName": "data", "kind": "StorageV2", "allowBlobPublicAccess": True},
                )
            ],
            ["lake.allowBlobPublicAccess: the account lets its containers be public"],
        ),
        "a public container": (
            [
                resource(
                    "azure-native:storage:BlobContainer",
                    "raw",
                    {"accountName": "lake", "resourceGroupName": "data", "publicAccess": "Blob"},
                )
            ],
            ["raw.publicAccess: the container is public: publicAccess is 'Blob'"],
        ),
    },
    unknown={
        "an ACL from elsewhere": (
            [resource(BUCKET, "docs", {"bucket": "docs", "acl": LATER}), docs_block],
            ["docs.acl"],
        ),
        "a policy with a name in it": (
            [docs, docs_block, resource(POLICY, "docs-policy", {"bucket": "docs", "policy": LATER})],
            ["docs-policy.policy.Statement[*].Effect"],
        ),
        "a block of some bucket": (
            [docs, resource(BLOCK, "some-block", {"bucket": LATER, **ON})],
            ["docs.some-block.bucket"],
        ),
        "a flag from elsewhere": (
            [docs, resource(BLOCK, "docs-block", {"bucket": "docs", **ON, "blockPublicAcls": LATER})],
            ["docs-block.blockPublicAcls"],
        ),
    },
    waived={
        "a bucket for the public": [
            resource(BUCKET, "docs", {"bucket": "docs", "acl": "public-read"}),
            docs_block,
        ],
        "a bucket without a block": [docs],
    },
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
