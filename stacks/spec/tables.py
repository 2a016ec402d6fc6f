"""Facts about the outside world, read from the files in ``stacks/spec/data``.

Every file names its source and the day it was read. ``python -m stacks.spec.refresh`` rewrites those that
come from an installed package; the others are edited by hand when their source changes.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any, Final

DATA: Final = Path(__file__).parent / "data"


@dataclass(frozen=True, kw_only=True, slots=True)
class Region:
    """An AWS region that offers EKS."""

    partition: str
    title: str
    zones: int
    """Availability Zones that a cluster can be spread over."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Location:
    """An Azure location that takes customers' resources."""

    cloud: str
    geography: str
    zones: int
    """Availability zones; 0 where the location has none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What a kind of site accepts as a range, in prefix lengths: a smaller number is a larger range."""

    largest: int
    smallest: int
    within: tuple[IPv4Network, ...]
    source: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Pool:
    """A node pool as a data file writes it."""

    size: str
    nodes: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """What holds for every site of one kind."""

    title: str
    pods: IPv4Network | None
    services: IPv4Network | None
    version: str | None
    versions: tuple[str, ...]
    pools: Mapping[str, Pool]
    nodes_limits: Limits
    services_limits: Limits
    zone_prefix: int | None
    """The smallest range one zone needs, as a prefix length."""
    reserved: tuple[IPv4Network, ...]
    reserved_source: str
    pool_name_room: int | None
    """Characters for the names of a site and one of its pools together; nothing where there is no limit."""
    clouds: tuple[str, ...]
    """The partitions or clouds that the components know; empty where there is no such thing."""


def read(name: str) -> Any:
    """The parsed content of one data file."""
    return json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))


@cache
def countries() -> Mapping[str, str]:
    """ISO 3166-1 alpha-2 codes and English names."""
    return read("countries")["countries"]


@cache
def aws_regions() -> Mapping[str, Region]:
    """Regions that offer EKS."""
    content = read("aws_regions")
    more: Mapping[str, int] = read("aws_zones")["zones"]
    usual: int = read("aws_zones")["otherwise"]
    return {
        code: Region(partition=row["partition"], title=row["title"], zones=more.get(code, usual))
        for code, row in content["regions"].items()
    }


@cache
def azure_locations() -> Mapping[str, Location]:
    """Locations of every Azure cloud."""
    content = read("azure_locations")
    return {
        code: Location(cloud=cloud, geography=row["geography"], zones=row["zones"])
        for cloud, rows in content["clouds"].items()
        for code, row in rows.items()
    }


@cache
def instance_types() -> frozenset[str]:
    """EC2 instance types."""
    families: Mapping[str, str] = read("ec2_instance_types")["families"]
    return frozenset(f"{family}.{size}" for family, sizes in families.items() for size in sizes.split())


@cache
def kinds() -> Mapping[str, Kind]:
    """Kinds of site by the name the platform file gives them."""
    return {name: _kind(row) for name, row in read("kinds")["kinds"].items()}


def _kind(row: Mapping[str, Any]) -> Kind:
    return Kind(
        title=row["title"],
        pods=_network(row["pods"]["default"]),
        services=_network(row["services"]["default"]),
        version=row["version"]["default"],
        versions=tuple(row["version"]["supported"]),
        pools={name: Pool(**pool) for name, pool in row["nodePools"]["default"].items()},
        nodes_limits=_limits(row["nodes"]),
        services_limits=_limits(row["services"]),
        zone_prefix=row["nodes"]["zonePrefix"],
        reserved=tuple(IPv4Network(text) for text in row["reserved"]["ranges"]),
        reserved_source=row["reserved"]["source"],
        pool_name_room=row["nodePools"].get("nameRoom"),
        clouds=tuple(row.get("clouds", {}).get("served", ())),
    )


def _limits(row: Mapping[str, Any]) -> Limits:
    return Limits(
        largest=row["largest"],
        smallest=row["smallest"],
        within=tuple(IPv4Network(text) for text in row["within"]),
        source=row["source"],
    )


def _network(text: str | None) -> IPv4Network | None:
    return None if text is None else IPv4Network(text)
