"""The simulated ``aws`` provider."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from stacks.sandbox.aws_functions import FUNCTIONS
from stacks.sandbox.cloud import Cloud, RefusedError, Settings, Subject, slug
from stacks.sandbox.regions import partition_of, regions
from stacks.sandbox.schema.check import Problem, nearest, some
from stacks.sandbox.schema.constraints import check_constraints
from stacks.sandbox.wire import Unknown, reveal

if TYPE_CHECKING:
    from stacks.sandbox.schema.check import Problem as _Problem

ACCOUNT = "123456789012"  # AWS's own account number for documentation


class Aws(Cloud):
    """Objects live in an account and region; ``region`` on a resource wins over the provider's."""

    package = "aws"

    @override
    def configure(self, options: dict[str, Any]) -> Settings:
        region = options.get("region")
        if not region:
            raise RefusedError(
                "The aws provider has no region.",
                [Problem(("region",), "is missing: give the provider a region, for example eu-central-1")],
            )
        if region not in regions():
            near = nearest(region, regions())
            hint = f" Did you mean {near}?" if near else ""
            raise RefusedError(
                f"{region} is no AWS region.",
                [
                    Problem(
                        ("region",), f"{region!r} is no AWS region.{hint} Allowed: {some(sorted(regions()))}"
                    )
                ],
            )
        allowed = options.get("allowedAccountIds") or [ACCOUNT]
        account = _account_of_role(options) or str(allowed[0])
        tags = (options.get("defaultTags") or {}).get("tags") or {}
        return Settings(account, {"region": region, "account": account, "tags": tags})

    @override
    def scope(self, settings: Settings, properties: dict[str, Any]) -> str:
        return f"{settings.scope}/{self._region(settings, properties)}"

    def _region(self, settings: Settings, properties: dict[str, Any]) -> str:
        region = reveal(properties.get("region"))
        return region if isinstance(region, str) and region else settings.options["region"]

    @override
    def facts(self, settings: Settings, subject: Subject, inputs: dict[str, Any]) -> dict[str, Any]:
        module, _, kind = subject.type.removeprefix("aws:").partition("/")
        service = self.rules.data["services"].get(module, module)
        region = self._region(settings, inputs)
        tags = reveal(inputs.get("tags"))
        return {
            "account": settings.options["account"],
            "region": region,
            "region_of_arn": "" if service in self.rules.data["global"]["services"] else region,
            "partition": partition_of(region),
            "service": service,
            "noun": re.sub(r"(?<=[a-z])(?=[A-Z])", "-", kind.partition(":")[0]).lower(),
            "zone_id": _zone_id(inputs.get("availabilityZone")),
            "slug": slug(subject.name),
            "urn_name": subject.name,
            "tags": dict(tags) if isinstance(tags, dict) else tags or {},
        }

    @override
    def problems(self, settings: Settings, subject: Subject, inputs: dict[str, Any]) -> list[_Problem]:
        found = super().problems(settings, subject, inputs)
        found.extend(check_constraints(subject.type, inputs))
        region = reveal(inputs.get("region"))
        if isinstance(region, str) and region not in regions():
            found.append(Problem(("region",), f"{region!r} is no AWS region"))
        return found

    @override
    def prepare(self, settings: Settings, subject: Subject, inputs: dict[str, Any]) -> dict[str, Any]:
        """Add the provider's default tags, as pulumi-aws does before it checks."""
        defaults = settings.options["tags"]
        tags = inputs.get("tags")
        if not defaults or "tags" not in self.resource(subject.type).inputs or isinstance(tags, Unknown):
            return inputs
        return {**inputs, "tags": {**defaults, **(reveal(tags) or {})}}

    @override
    def invoke(self, settings: Settings, token: str, arguments: dict[str, Any]) -> dict[str, Any]:
        function = FUNCTIONS.get(token)
        if function is None:
            raise RefusedError(
                f"The sandbox does not answer {token}. It answers {some(sorted(FUNCTIONS))}. "
                "Declare what the program needs instead of looking it up, or run it against a real account."
            )
        return function(settings, arguments)


def _account_of_role(options: dict[str, Any]) -> str | None:
    """Return the account of the role that the provider would assume, for it is where objects are made."""
    roles = options.get("assumeRoles") or []
    arn = reveal(roles[-1].get("roleArn")) if roles else None
    match = re.match(r"arn:[\w-]+:iam::(\d{12}):", arn or "")
    return match.group(1) if match else None


def _zone_id(zone: Any) -> str:
    """Return a zone id such as ``euc1-az1`` for a zone such as ``eu-central-1a``."""
    match = re.match(r"([a-z]{2})-(\w)\w*?(?:-(\w)\w*)?-(\d)([a-z])$", zone if isinstance(zone, str) else "")
    if match is None:
        return "use1-az1"
    area, side, further, number, letter = match.groups()
    return f"{area}{side}{further or ''}{number}-az{ord(letter) - ord('a') + 1}"
