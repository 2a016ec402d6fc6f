"""A site on AWS: one account, one region."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import pulumi_aws as aws
from pulumi import InvokeOptions, Output, ResourceOptions, RunError

from components.cloud.aws import key
from components.core import ComponentError, SiteFacts, load
from components.site.base import Site

if TYPE_CHECKING:
    from components.site.spec import SiteSpec


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """Who runs the engine."""

    account: str
    principal: str
    """ARN of the IAM role or user; of a session, the role behind it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AwsSiteArgs:
    """Arguments of :class:`AwsSite`."""

    spec: SiteSpec
    region: str
    account: str | None
    """Refuse to work in any other account."""
    caller: Caller | None = None
    """What another site of the stack found out: the engine has the same credentials at all of them. Without
    it this site asks, and the program waits for the answer."""
    protect: bool = True
    """Refuse to delete the key of the logs."""


class AwsSite(Site):
    """A provider bound to one region and account, and the key that encrypts the site's logs."""

    TYPE: ClassVar[str] = "trunkline:site:AwsSite"

    region: str
    account: Output[str]
    partition: Output[str]
    """``aws``, ``aws-cn`` or ``aws-us-gov``: part of every ARN."""
    caller: Caller
    deployer: str
    """ARN of the IAM role or user that runs the engine."""
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
        self.caller = args.caller or self._whoami(provider)
        self.deployer = self.caller.principal
        self.account = Output.from_input(self.caller.account)
        self.partition = aws.get_partition_output(opts=self.lookup(provider)).partition

        self.logs_key = self._logs_key(args, provider).arn
        self.publish(
            region=args.region,
            country=self.facts.country,
            account=self.account,
            logs_key=self.logs_key,
        )

    def _whoami(self, provider: aws.Provider) -> Caller:
        """The account, and the IAM principal that runs the engine.

        Looked up at once and not as outputs, because how many entries a cluster has depends on it.
        """
        options = InvokeOptions(parent=self, provider=provider)
        try:
            caller = aws.get_caller_identity(opts=options)
            # Credentials are mostly those of a session; access is given to the role behind it.
            behind = aws.iam.get_session_context(arn=caller.arn, opts=options)
        except RunError:  # the engine is gone
            raise
        except Exception as error:  # noqa: BLE001, the SDK raises nothing narrower
            raise ComponentError(
                f"site {self.name}: AWS does not say who runs this ({error}); sign in to AWS, and let the "
                "identity call sts:GetCallerIdentity and read its own role (iam:GetRole)"
            ) from None
        return Caller(account=caller.account_id, principal=behind.issuer_arn)

    def _logs_key(self, args: AwsSiteArgs, provider: aws.Provider) -> aws.kms.Key:
        return key(
            self,
            f"{self.name}-logs-key",
            description=f"Encrypts the log groups of site {self.name}",
            partition=self.partition,
            account=self.account,
            tags=args.spec.tags.as_cloud_tags(),
            protect=args.protect,
            statements=[
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
                }
            ],
            provider=provider,
        )
