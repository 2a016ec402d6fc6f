"""A site on AWS: one account, one region."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from components.core import SiteFacts, load
from components.site.base import Site

if TYPE_CHECKING:
    from components.site.spec import SiteSpec


@dataclass(frozen=True, kw_only=True, slots=True)
class AwsSiteArgs:
    """Arguments of :class:`AwsSite`."""

    spec: SiteSpec
    region: str
    account: str | None
    """Refuse to work in any other account."""
    protect: bool = True
    """Refuse to delete the key of the logs."""


class AwsSite(Site):
    """A provider bound to one region and account, and the key that encrypts the site's logs."""

    TYPE: ClassVar[str] = "trunkline:site:AwsSite"

    region: str
    account: Output[str]
    partition: Output[str]
    """``aws``, ``aws-cn`` or ``aws-us-gov``: part of every ARN."""
    logs_key: Output[str]
    """ARN of the key that log groups of this site use."""

    def __init__(self, name: str, args: AwsSiteArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self.region = args.region
        self.facts = SiteFacts(
            name=name,
            kind="eks",
            region=args.region,
            country=load("components.site", "regions")["aws"].get(args.region),
        )

        provider = aws.Provider(
            f"{name}-provider",
            region=args.region,
            allowed_account_ids=[args.account] if args.account else None,
            default_tags={"tags": args.spec.tags.as_cloud_tags()},
            opts=self.child(),
        )
        self.providers = [provider]
        lookup = self.lookup(provider)
        self.account = aws.get_caller_identity_output(opts=lookup).account_id
        self.partition = aws.get_partition_output(opts=lookup).partition

        self.logs_key = self._logs_key(args, provider).arn
        self.publish(
            region=args.region,
            country=self.facts.country,
            account=self.account,
            logs_key=self.logs_key,
        )

    def _logs_key(self, args: AwsSiteArgs, provider: aws.Provider) -> aws.kms.Key:
        days = load("components.core", "defaults")["deletion_days"]
        return aws.kms.Key(
            f"{self.name}-logs-key",
            description=f"Encrypts the log groups of site {self.name}",
            enable_key_rotation=True,
            deletion_window_in_days=days["protected"] if args.protect else days["throwaway"],
            policy=Output.json_dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Sid": "AccountAdministersTheKey",
                            "Effect": "Allow",
                            "Principal": {
                                "AWS": Output.format("arn:{0}:iam::{1}:root", self.partition, self.account)
                            },
                            "Action": "kms:*",
                            "Resource": "*",
                        },
                        {
                            # The principal and the condition that CloudWatch Logs documents:
                            # AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html.
                            "Sid": "LogsServiceUsesTheKey",
                            "Effect": "Allow",
                            "Principal": {"Service": f"logs.{args.region}.amazonaws.com"},
                            "Action": [
                                "kms:Encrypt*",
                                "kms:Decrypt*",
                                "kms:ReEncrypt*",
                                "kms:GenerateDataKey*",
                                "kms:Describe*",
                            ],
                            "Resource": "*",
                            "Condition": {
                                "ArnLike": {
                                    "kms:EncryptionContext:aws:logs:arn": Output.format(
                                        "arn:{0}:logs:{1}:{2}:*", self.partition, args.region, self.account
                                    )
                                }
                            },
                        },
                    ],
                }
            ),
            tags=args.spec.tags.as_cloud_tags(),
            opts=self.child(protect=args.protect, provider=provider),
        )
