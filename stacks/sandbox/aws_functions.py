"""The functions of the ``aws`` package that the sandbox answers."""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING, Any

from stacks.sandbox.aws_policy import policy_document
from stacks.sandbox.cloud import RefusedError
from stacks.sandbox.regions import dns_suffix, partition_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from stacks.sandbox.cloud import Settings

# Every region has at least three zones that anybody may use (AWS Global Infrastructure, November 2026).
_ZONES = "abc"


def _region(settings: Settings, arguments: dict[str, Any]) -> str:
    return arguments.get("region") or settings.options["region"]


def _availability_zones(settings: Settings, arguments: dict[str, Any]) -> dict[str, Any]:
    region = _region(settings, arguments)
    area, side, number = region.split("-")[0], region.split("-")[-2], region.split("-")[-1]
    zones = [
        (f"{region}{letter}", f"{area}{side[0]}{number}-az{index + 1}") for index, letter in enumerate(_ZONES)
    ]
    shown = [
        zone
        for zone in zones
        if zone[0] not in (arguments.get("excludeNames") or ())
        and zone[1] not in (arguments.get("excludeZoneIds") or ())
        and arguments.get("state", "available") in (None, "available")
    ]
    return {
        **arguments,
        "groupNames": [region],
        "id": region,
        "names": [name for name, _ in shown],
        "region": region,
        "zoneIds": [zone_id for _, zone_id in shown],
    }


def _caller_identity(settings: Settings, _: dict[str, Any]) -> dict[str, Any]:
    account = settings.options["account"]
    partition = partition_of(settings.options["region"])
    return {
        "accountId": account,
        "arn": f"arn:{partition}:sts::{account}:assumed-role/sandbox/trunkline",
        "id": account,
        "userId": "AROASANDBOXSANDBOX234:trunkline",
    }


def _session_context(_: Settings, arguments: dict[str, Any]) -> dict[str, Any]:
    """The role behind a session's ARN; any other ARN stands for itself, as with the real provider."""
    arn = arguments["arn"]
    session = re.fullmatch(r"arn:([\w-]+):sts::(\d{12}):assumed-role/([^/]+)/([^/]+)", arn)
    if session is None:
        return {
            "arn": arn,
            "id": arn,
            "issuerArn": arn,
            "issuerId": "",
            "issuerName": "",
            "sessionName": "",
        }
    partition, account, role, name = session.groups()
    return {
        "arn": arn,
        "id": arn,
        "issuerArn": f"arn:{partition}:iam::{account}:role/{role}",
        "issuerId": "AROASANDBOXSANDBOX234",
        "issuerName": role,
        "sessionName": name,
    }


def _region_facts(settings: Settings, arguments: dict[str, Any]) -> dict[str, Any]:
    region = _region(settings, arguments)
    if arguments.get("endpoint"):
        raise RefusedError("The sandbox looks regions up by name, not by endpoint. Leave endpoint out.")
    return {
        "description": region,
        "endpoint": f"ec2.{region}.invalid",
        "id": region,
        "name": arguments.get("name") or region,
        "region": region,
    }


def _partition(settings: Settings, _: dict[str, Any]) -> dict[str, Any]:
    partition = partition_of(settings.options["region"])
    suffix = dns_suffix(partition)
    return {
        "dnsSuffix": suffix,
        "id": partition,
        "partition": partition,
        "reverseDnsPrefix": ".".join(reversed(suffix.split("."))),
    }


def _service_principal(settings: Settings, arguments: dict[str, Any]) -> dict[str, Any]:
    region = _region(settings, arguments)
    service = arguments["serviceName"]
    # Service principals end in amazonaws.com in every partition (IAM User Guide, "AWS service principals").
    name = f"{service}.amazonaws.com"
    return {"id": name, "name": name, "region": region, "serviceName": service, "suffix": "amazonaws.com"}


def _policy_document(_: Settings, arguments: dict[str, Any]) -> dict[str, Any]:
    pretty, minified = policy_document(arguments)
    return {
        **arguments,
        "id": str(zlib.crc32(pretty.encode())),
        "json": pretty,
        "minifiedJson": minified,
    }


FUNCTIONS: dict[str, Callable[[Settings, dict[str, Any]], dict[str, Any]]] = {
    "aws:iam/getPolicyDocument:getPolicyDocument": _policy_document,
    "aws:iam/getSessionContext:getSessionContext": _session_context,
    "aws:index/getAvailabilityZones:getAvailabilityZones": _availability_zones,
    "aws:index/getCallerIdentity:getCallerIdentity": _caller_identity,
    "aws:index/getPartition:getPartition": _partition,
    "aws:index/getRegion:getRegion": _region_facts,
    "aws:index/getServicePrincipal:getServicePrincipal": _service_principal,
}
