"""AWS: keys that their account administers, and roles that one service may assume."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi import Input, Output
from pulumi_aws import kms

from components.core import load

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pulumi import ProviderResource

    from components.core import PlatformComponent

Statement = dict[str, Any]
"""One statement of an IAM policy document; values may be outputs."""


def key(  # noqa: PLR0913, what every key has to be told, by name
    owner: PlatformComponent,
    name: str,
    *,
    description: str,
    partition: Input[str],
    account: Input[str],
    tags: Mapping[str, str],
    protect: bool,
    statements: Sequence[Statement] = (),
    provider: ProviderResource | None = None,
) -> kms.Key:
    """A key that rotates. Its account administers it; ``statements`` say who else may use it.

    Without the first statement a key can become one that nobody may administer:
    https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
    """
    days = load("components.core", "defaults")["deletion_days"]
    administration: Statement = {
        "Sid": "AccountAdministersTheKey",
        "Effect": "Allow",
        "Principal": {"AWS": Output.format("arn:{0}:iam::{1}:root", partition, account)},
        "Action": "kms:*",
        "Resource": "*",
    }
    return kms.Key(
        name,
        description=description,
        enable_key_rotation=True,
        deletion_window_in_days=days["protected"] if protect else days["throwaway"],
        policy=document(administration, *statements),
        tags=dict(tags),
        opts=owner.child(protect=protect, provider=provider),
    )


def trust(
    service: str,
    *actions: str,
    account: Input[str] | None = None,
    source: Input[str] | None = None,
) -> Output[str]:
    """The trust policy of a role that ``service`` assumes.

    ``account`` and ``source``, an ARN that may hold wildcards, say whose resource the service has to act for;
    without them anybody's would do. Not every service can tell: EC2 cannot for instance profiles.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """
    condition: dict[str, Any] = {}
    if account is not None:
        condition["StringEquals"] = {"aws:SourceAccount": account}
    if source is not None:
        condition["ArnLike"] = {"aws:SourceArn": source}
    statement: Statement = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": list(actions) or ["sts:AssumeRole"],
    }
    return document(statement | ({"Condition": condition} if condition else {}))


def document(*statements: Statement) -> Output[str]:
    """An IAM policy document."""
    return Output.json_dumps({"Version": "2012-10-17", "Statement": list(statements)})
