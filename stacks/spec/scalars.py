"""Single values of a platform file: what each accepts, what it becomes, and what it says when it refuses."""

import re
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Network
from pathlib import PurePosixPath, PureWindowsPath
from typing import Annotated, Any, ClassVar, Final

from pydantic import GetCoreSchemaHandler, PlainSerializer, PlainValidator, WithJsonSchema
from pydantic_core import core_schema

from stacks.spec import tables
from stacks.spec.problems import listed, shown
from stacks.spec.values import Matching, OneOf, refuse, text_of

DAYS_IN_A_YEAR: Final = 365
LONGEST_DURATION: Final = timedelta(days=100 * DAYS_IN_A_YEAR)
MOST_NODES: Final = 1000
"""Nodes in one pool; the limit of AKS: https://learn.microsoft.com/azure/aks/quotas-skus-regions."""

PRIVATE: Final = tuple(
    IPv4Network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
)
"""RFC 1918, and the shared address space of RFC 6598."""


NAME: Final = Matching(
    code="name",
    what="a name",
    pattern=r"[a-z](?:[a-z0-9-]{0,22}[a-z0-9])?",
    allowed="1 to 24 lower-case letters, digits and hyphens, a letter first, no hyphen last",
    example="ml-platform",
)
Name = Annotated[str, NAME]
"""A DNS label of at most 24 characters: short enough to be part of a name at every provider."""

Text = Annotated[
    str,
    Matching(
        code="text",
        what="usable here",
        pattern=r"[^\s\x00-\x1f\x7f](?:[^\x00-\x1f\x7f]{0,251}[^\s\x00-\x1f\x7f])?",
        allowed="1 to 253 characters on one line, no space at either end",
        example="dc1",
    ),
]

Contact = Annotated[
    str,
    Matching(
        code="contact",
        what="an email address",
        pattern=r"[A-Za-z0-9.!#%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
        r"(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+",
        allowed="an email address that a person reads",
        example="ml-platform@acme.example",
    ),
]

ResourceName = Annotated[
    str,
    Matching(
        code="resource-name",
        what="a name that Kubernetes accepts",
        pattern=r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?",
        allowed="up to 253 lower-case letters, digits, hyphens and dots, a letter or digit at both ends",
        example="fast-ssd",
    ),
]
"""A DNS subdomain name: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/."""

LabelKey = Annotated[
    str,
    Matching(
        code="label-key",
        what="a Kubernetes label key",
        pattern=r"(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?/)?[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?",
        allowed="a name of up to 63 letters, digits, '-', '_' and '.', with a DNS prefix and '/' if needed",
        example="acme.example/pool",
    ),
]
"""https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/."""

LabelValue = Annotated[
    str,
    Matching(
        code="label-value",
        what="a Kubernetes label value",
        pattern=r"(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?",
        allowed="up to 63 letters, digits, '-', '_' and '.', a letter or digit at both ends",
        example="general",
    ),
]

TagKey = Annotated[
    str,
    Matching(
        code="tag-key",
        what="a tag that every site can carry",
        pattern=r"(?!aws|azure|microsoft|windows|trunkline)[a-z](?:[a-z0-9._-]{0,61}[a-z0-9])?",
        allowed="up to 63 lower-case letters, digits, '-', '_' and '.', a letter first, "
        "not beginning with aws, azure, microsoft, windows or trunkline",
        example="cost-centre",
    ),
]
"""A tag key on AWS and Azure and a label name on Kubernetes; the reserved prefixes are theirs and ours.

Lower case only, because Azure does not tell ``Team`` from ``team``.
"""

TagValue = Annotated[
    str,
    Matching(
        code="tag-value",
        what="a tag value that every site can carry",
        pattern=r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?",
        allowed="1 to 63 letters, digits, '-', '_' and '.', a letter or digit at both ends",
        example="cc-4711",
    ),
]

Country = Annotated[
    str,
    OneOf(
        code="country",
        what="a country code",
        choices=tables.countries,
        example="DE",
        listed_in="ISO 3166-1 (alpha-2)",
    ),
]

AwsRegion = Annotated[
    str,
    OneOf(
        code="aws-region",
        what="an AWS region that offers EKS",
        choices=tables.aws_regions,
        example="eu-central-1",
        listed_in="stacks/spec/data/aws_regions.json",
    ),
]

AzureLocation = Annotated[
    str,
    OneOf(
        code="azure-location",
        what="an Azure location",
        choices=tables.azure_locations,
        example="westeurope",
        listed_in="stacks/spec/data/azure_locations.json",
    ),
]

AwsAccount = Annotated[
    str,
    Matching(
        code="aws-account",
        what="an AWS account id",
        pattern=r"[0-9]{12}",
        allowed="12 digits, in quotes",
        example="123456789012",
    ),
]

_UUID: Final = r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"

AzureSubscription = Annotated[
    str,
    Matching(
        code="azure-subscription",
        what="an Azure subscription id",
        pattern=_UUID,
        allowed="a UUID, as `az account show --query id` prints it",
        example="11111111-2222-3333-4444-555555555555",
    ),
]

EntraObjectId = Annotated[
    str,
    Matching(
        code="entra-object-id",
        what="the object id of a Microsoft Entra group",
        pattern=_UUID,
        allowed="a UUID, as `az ad group show --query id` prints it",
        example="11111111-2222-3333-4444-555555555555",
    ),
]

IamPrincipalArn = Annotated[
    str,
    Matching(
        code="iam-principal",
        what="the ARN of an IAM role or user",
        pattern=r"arn:aws[a-z-]*:iam::[0-9]{12}:(?:role|user)/[A-Za-z0-9+=,.@_/-]{1,576}",
        allowed="arn:<partition>:iam::<account>:role/<name> or …:user/<name>",
        example="arn:aws:iam::123456789012:role/platform-admin",
    ),
]

KubernetesVersion = Annotated[
    str,
    Matching(
        code="kubernetes-version",
        what="a Kubernetes minor version",
        pattern=r"1\.[1-9][0-9]",
        allowed='major and minor in quotes, for example "1.35"',
        example="1.35",
    ),
]


def _cidr(value: object, *, private: bool) -> IPv4Network:
    space = listed(str(block) for block in PRIVATE)
    allowed = f"an IPv4 range within {space}" if private else "an IPv4 range"
    example = "10.1.0.0/16" if private else "203.0.113.0/24"
    if isinstance(value, IPv4Network):
        return value
    text = text_of(value, allowed=allowed)
    if re.fullmatch(r"[0-9.]{7,15}/[0-9]{1,2}", text) is None:
        found = f"{shown(text)} is not an IPv4 range."
        refuse("cidr", found, allowed=allowed, fix=f"Write address and prefix length, like {example!r}.")
    try:
        network = IPv4Network(text, strict=False)
    except ValueError:
        refuse(
            "cidr", f"{shown(text)} is not an IPv4 range.", allowed=allowed, fix=f"Write it like {example!r}."
        )
    if str(network.network_address) != text.partition("/")[0]:
        refuse(
            "cidr-host-bits",
            f"{shown(text)} names a single address within a range.",
            allowed=allowed,
            fix=f"Write the first address of the range: {str(network)!r}.",
            near=str(network),
        )
    if private and not any(network.subnet_of(block) for block in PRIVATE):
        refuse(
            "cidr-public",
            f"{shown(text)} is not private address space.",
            allowed=allowed,
            fix="Choose a private range that no connected network uses.",
        )
    return network


_CIDR_PATTERN: Final = r"^(?:[0-9]{1,3}\.){3}[0-9]{1,3}/[0-9]{1,2}$"

Cidr = Annotated[
    IPv4Network,
    PlainValidator(lambda value: _cidr(value, private=True)),
    PlainSerializer(str),
    WithJsonSchema({"type": "string", "pattern": _CIDR_PATTERN, "examples": ["10.1.0.0/16"]}),
]
"""A private IPv4 range (RFC 1918, RFC 6598) without host bits."""

AnyCidr = Annotated[
    IPv4Network,
    PlainValidator(lambda value: _cidr(value, private=False)),
    PlainSerializer(str),
    WithJsonSchema({"type": "string", "pattern": _CIDR_PATTERN, "examples": ["203.0.113.0/24"]}),
]
"""An IPv4 range without host bits, public or private."""

_UNITS: Final = {"d": 1, "w": 7, "y": DAYS_IN_A_YEAR}


def _duration(value: object) -> timedelta:
    allowed = "a whole number and d (days), w (weeks) or y (years of 365 days), at most 100y"
    if isinstance(value, timedelta):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        refuse("duration", f"{value} has no unit.", allowed=allowed, fix=f"Write '{value}d' for days.")
    text = text_of(value, allowed=allowed)
    if (match := re.fullmatch(r"([1-9][0-9]{0,4})([dwy])", text)) is None:
        return refuse(
            "duration", f"{shown(text)} is not a duration.", allowed=allowed, fix="Write it like '400d'."
        )
    length = timedelta(days=int(match[1]) * _UNITS[match[2]])
    if length > LONGEST_DURATION:
        refuse(
            "duration",
            f"{shown(text)} is longer than 100 years.",
            allowed=allowed,
            fix="Write '100y' or less.",
        )
    return length


Duration = Annotated[
    timedelta,
    PlainValidator(_duration),
    PlainSerializer(lambda value: f"{value.days}d", return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^[1-9][0-9]{0,4}[dwy]$", "examples": ["30d", "8w", "7y"]}),
]
"""Whole days; a year is 365 days."""


@dataclass(frozen=True, slots=True)
class NodeRange:
    """How many nodes a pool has: never fewer than ``fewest``, never more than ``most``."""

    fewest: int
    most: int

    ALLOWED: ClassVar[str] = f"a number, or fewest..most, up to {MOST_NODES}"

    def __str__(self) -> str:
        return str(self.most) if self.fewest == self.most else f"{self.fewest}..{self.most}"

    @classmethod
    def read(cls, value: object) -> "NodeRange":
        """Read ``3`` or ``2..4``."""
        if isinstance(value, NodeRange):
            return value
        match = re.fullmatch(r"([0-9]{1,5})\.\.([0-9]{1,5})", value) if isinstance(value, str) else None
        if match is not None:
            fewest, most = int(match[1]), int(match[2])
        elif isinstance(value, int) and not isinstance(value, bool):
            fewest = most = value
        else:
            found = f"{shown(value)} is not a number of nodes."
            refuse("nodes", found, allowed=cls.ALLOWED, fix="Write it like 3 or 2..4.")
        if fewest > most:
            found = f"{shown(value)} ends below its beginning."
            refuse(
                "nodes", found, allowed=cls.ALLOWED, fix=f"Write {most}..{fewest}.", near=f"{most}..{fewest}"
            )
        if fewest < 0 or not 1 <= most <= MOST_NODES:
            found = f"{shown(value)} is outside what a pool can have."
            refuse(
                "nodes", found, allowed=cls.ALLOWED, fix=f"Let the pool have 1 to {MOST_NODES} nodes at most."
            )
        return cls(fewest, most)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: object, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls.read, serialization=core_schema.to_string_ser_schema()
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: object, handler: object) -> dict[str, Any]:
        return {
            "anyOf": [
                {"type": "integer", "minimum": 1, "maximum": MOST_NODES},
                {"type": "string", "pattern": r"^[0-9]{1,5}\.\.[0-9]{1,5}$"},
            ],
            "examples": ["2..4", 3],
        }


def _relative_path(value: object) -> str:
    allowed = "a path below the folder of the platform file, with forward slashes"
    text = text_of(value, allowed=allowed)
    path = PurePosixPath(text)
    outside = path.is_absolute() or PureWindowsPath(text).drive or ".." in path.parts or text.startswith("~")
    if outside:
        found = f"{shown(text)} leads out of the folder of the platform file."
        refuse(
            "path-escape",
            found,
            allowed=allowed,
            fix="Put the file beside the platform file and name it here.",
        )
    if not path.parts or "\\" in text or len(text) > 255 or re.search(r"[\x00-\x1f\x7f]", text):  # noqa: PLR2004
        found = f"{shown(text)} is not a path."
        refuse("path", found, allowed=allowed, fix="Write it like 'kubeconfigs/dc1.yaml'.")
    return text


RelativePath = Annotated[
    str,
    PlainValidator(_relative_path),
    WithJsonSchema(
        {"type": "string", "pattern": r"^(?!/|~|.*\.\./)[^\\]+$", "examples": ["kubeconfigs/dc1.yaml"]}
    ),
]
"""A file below the folder of the platform file. The loader also refuses links that lead elsewhere."""
