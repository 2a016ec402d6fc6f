"""AWS regions and partitions, from the endpoint table that ships with botocore."""

from __future__ import annotations

import functools
from typing import Any, cast

from botocore.loaders import Loader


@functools.cache
def _table() -> dict[str, str]:
    """Return the partition of every region."""
    endpoints = cast("dict[str, Any]", Loader().load_data("endpoints"))
    return {
        region: partition["partition"]
        for partition in endpoints["partitions"]
        for region in partition["regions"]
    }


def regions() -> frozenset[str]:
    """Return every region of every partition."""
    return frozenset(_table())


def partition_of(region: str) -> str:
    """Return the partition that ARNs of a region name, ``aws`` for a region that is not listed."""
    return _table().get(region, "aws")


def dns_suffix(partition: str) -> str:
    """Return the domain that service principals of a partition end in."""
    endpoints = cast("dict[str, Any]", Loader().load_data("endpoints"))
    return next(
        (entry["dnsSuffix"] for entry in endpoints["partitions"] if entry["partition"] == partition),
        "amazonaws.com",
    )
