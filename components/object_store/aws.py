"""Object store on Amazon S3."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pulumi import Input, Output, ResourceOptions
from pulumi_aws import s3

from components.cloud.aws import Statement, document, key
from components.core import after, load
from components.object_store.base import ObjectStore

if TYPE_CHECKING:
    from components.object_store.spec import ObjectStoreSpec


@dataclass(frozen=True, kw_only=True, slots=True)
class S3StoreArgs:
    """Arguments of :class:`S3Store`."""

    spec: ObjectStoreSpec
    account: Input[str]
    partition: Input[str]
    log_target: Input[str] | None = None
    """Name of the bucket that receives access logs."""


class S3Store(ObjectStore):
    """A bucket with a key of its own.

    A store that receives logs is encrypted with Amazon's key instead: S3 delivers access logs to no bucket
    that uses another (https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html).
    """

    TYPE: ClassVar[str] = "trunkline:object_store:S3Store"

    def __init__(self, name: str, args: S3StoreArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._choices = load("components.object_store", "choices")
        spec = args.spec

        self.bucket = s3.Bucket(
            f"{name}-bucket",
            # A stack that may be thrown away may be thrown away with its data.
            force_destroy=not spec.protect,
            tags=spec.tags.as_cloud_tags(),
            opts=self.child(protect=spec.protect),
        )
        private = self._private()
        versions = self._versioned()
        self._encrypted(args)
        self._lifecycle(spec, versions)
        policy = self._policy(args, private)
        if args.log_target is not None:
            s3.BucketLogging(
                f"{name}-logging",
                bucket=self.bucket.bucket,
                target_bucket=args.log_target,
                target_prefix=f"{name}/",
                opts=self.child(),
            )

        self.uri = Output.format("s3://{0}", self.bucket.bucket)
        # S3 refuses to log into a bucket before its policy lets S3 in.
        self.log_target = after(self.bucket.bucket, policy)
        self.publish(uri=self.uri, bucket=self.bucket.bucket)

    def _private(self) -> s3.BucketPublicAccessBlock:
        s3.BucketOwnershipControls(
            f"{self.name}-ownership",
            bucket=self.bucket.bucket,
            # Without access lists, policies are the only thing that grants access.
            rule={"object_ownership": "BucketOwnerEnforced"},
            opts=self.child(),
        )
        return s3.BucketPublicAccessBlock(
            f"{self.name}-private",
            bucket=self.bucket.bucket,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=self.child(),
        )

    def _versioned(self) -> s3.BucketVersioning:
        return s3.BucketVersioning(
            f"{self.name}-versions",
            bucket=self.bucket.bucket,
            versioning_configuration={"status": "Enabled"},
            opts=self.child(),
        )

    def _encrypted(self, args: S3StoreArgs) -> None:
        spec = args.spec
        own = (
            None
            if spec.receives_logs
            else key(
                self,
                f"{self.name}-key",
                description=f"Encrypts the objects of {self.name}",
                partition=args.partition,
                account=args.account,
                tags=spec.tags.as_cloud_tags(),
                protect=spec.protect,
            )
        )
        s3.BucketServerSideEncryptionConfiguration(
            f"{self.name}-encryption",
            bucket=self.bucket.bucket,
            rules=[
                {
                    "apply_server_side_encryption_by_default": (
                        {"sse_algorithm": "aws:kms", "kms_master_key_id": own.arn}
                        if own
                        else {"sse_algorithm": "AES256"}
                    ),
                    # One call to KMS for many objects instead of one for each.
                    "bucket_key_enabled": own is not None,
                }
            ],
            opts=self.child(),
        )

    def _lifecycle(self, spec: ObjectStoreSpec, versions: s3.BucketVersioning) -> None:
        rules: list[s3.BucketLifecycleConfigurationRuleArgsDict] = [
            {
                "id": "remove-abandoned-uploads",
                "status": "Enabled",
                "filter": {"prefix": ""},
                "abort_incomplete_multipart_upload": {
                    "days_after_initiation": self._choices["abandoned_upload_days"]
                },
            },
            {
                "id": "remove-old-versions",
                "status": "Enabled",
                "filter": {"prefix": ""},
                "noncurrent_version_expiration": {"noncurrent_days": spec.noncurrent_after},
            },
        ]
        if spec.expire_after is not None:
            rules.append(
                {
                    "id": "expire",
                    "status": "Enabled",
                    "filter": {"prefix": ""},
                    "expiration": {"days": spec.expire_after},
                }
            )
        s3.BucketLifecycleConfiguration(
            f"{self.name}-lifecycle",
            bucket=self.bucket.bucket,
            rules=rules,
            # S3 takes a rule about versions only from a bucket that has them.
            opts=self.child(depends_on=[versions]),
        )

    def _policy(self, args: S3StoreArgs, private: s3.BucketPublicAccessBlock) -> s3.BucketPolicy:
        # From the name, which a preview knows, and not from the ARN, so that a preview can judge the policy.
        arn = Output.format("arn:{0}:s3:::{1}", args.partition, self.bucket.bucket)
        everything = [arn, Output.format("{0}/*", arn)]
        statements: list[Statement] = [
            {
                "Sid": "DenyWithoutTls",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": everything,
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            },
            {
                "Sid": "DenyOldTls",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": everything,
                "Condition": {"NumericLessThan": {"s3:TlsVersion": self._choices["aws"]["lowest_tls"]}},
            },
        ]
        if args.spec.receives_logs:
            statements.append(
                {
                    "Sid": "S3DeliversAccessLogs",
                    "Effect": "Allow",
                    "Principal": {"Service": "logging.s3.amazonaws.com"},
                    "Action": "s3:PutObject",
                    "Resource": Output.format("{0}/*", arn),
                    "Condition": {"StringEquals": {"aws:SourceAccount": args.account}},
                }
            )
        return s3.BucketPolicy(
            f"{self.name}-policy",
            bucket=self.bucket.bucket,
            policy=document(*statements),
            # S3 refuses two changes of a bucket's access at a time.
            opts=self.child(depends_on=[private]),
        )
