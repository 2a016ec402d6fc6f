"""What a resource costs in a month, as far as list prices tell.

A cost is a range. What has no price has no upper end, so an estimate that leaves something out is a lower
bound and says what it left out. Machines on spot cost something between nothing and their list price.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from policies.engine import Inventory, Resource, View
from policies.engine.data import read
from policies.shapes import amounts, machines
from policies.shapes.amounts import Amount

_TABLES: Final = Path(__file__).parent / "tables"
_PRICES: Final = cast("Mapping[str, Any]", read(_TABLES / "prices.toml"))
_MACHINES: Final = cast("Mapping[str, Mapping[str, Any]]", read(_TABLES / "machine_prices.toml"))
_HOURS: Final = int(_PRICES["hours"])
_ROWS: Final = {
    (str(row["kind"]), str(row.get("what", "")), str(row["region"])): row for row in _PRICES["price"]
}
_PRICED: Final = {kind for kind, _, _ in _ROWS}
_CLUSTER: Final = machines.MANAGED_CLUSTER
_ENDPOINT: Final = "aws:ec2/vpcEndpoint:VpcEndpoint"
_VOLUME: Final = "aws:ebs/volume:Volume"
# Where the kind within a kind stands, and what it is where the program says nothing.
_WHAT: Final = {
    _VOLUME: ("type", "gp2"),
    _CLUSTER: ("sku.tier", "Free"),
    "azure-native:containerregistry:Registry": ("sku.name", ""),
}

PERIODS: Final = cast("Mapping[str, int]", _PRICES["periods"])
"""How many months each period of a budget has."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one resource costs in a month, in USD."""

    urn: str
    usd: Amount
    priced: bool
    """Whether there is a price for all of it."""


def costs(stack: Inventory, package: str, *, largest: bool) -> Iterator[Cost]:
    """Yield the cost of every resource of ``package`` that costs by the hour.

    Args:
        stack: All resources.
        package: ``aws`` or ``azure-native``.
        largest: Whether pools are counted at their largest, and not at their smallest.
    """
    for kind in sorted({*_PRICED, *machines.KINDS, *_PRICES["unpriced"]}):
        if kind.startswith(f"{package}:"):
            for resource in stack.of(kind):
                parts = [*_machines(resource, stack, largest=largest), *_service(resource, stack)]
                if parts:
                    usd = amounts.total(part for part, _ in parts)
                    yield Cost(resource.urn, usd, all(priced for _, priced in parts))


def _machines(resource: Resource, stack: Inventory, *, largest: bool) -> Iterator[tuple[Amount, bool]]:
    if resource.kind not in machines.KINDS:
        return
    for group in machines.of(resource, stack):
        count = group.most if largest else group.fewest
        prices = [_machine(size, resource, stack) for size in group.types]
        hourly = amounts.greatest(prices) if prices else amounts.anything(group.at)
        if group.spot.state is not False:
            hourly = Amount(0, hourly.most, (*group.spot.because, *hourly.because))
        # None of them cost nothing, whatever one of them would cost.
        yield count * hourly * amounts.exactly(_HOURS), bool(prices) and all(map(_is_priced, prices))


def _machine(size: View, resource: Resource, stack: Inventory) -> Amount:
    name = amounts.text(size)
    place = region(resource, stack)
    if name is None or place is None or name.startswith("ml."):
        return amounts.anything(size)
    table = _MACHINES["aws" if resource.kind.startswith("aws:") else "azure"].get(place, {})
    price = {key.casefold(): usd for key, usd in table.get("hour", {}).items()}.get(name.casefold())
    return amounts.anything(size) if price is None else amounts.exactly(price)


def _is_priced(price: Amount) -> bool:
    return not math.isinf(price.most)


def _service(resource: Resource, stack: Inventory) -> Iterator[tuple[Amount, bool]]:
    """Yield what a service costs by itself, its machines aside."""
    if resource.kind in _PRICES["unpriced"]:
        yield amounts.anything(), False
    if resource.kind not in _PRICED:
        return
    count = amounts.exactly(1)
    if resource.kind == _ENDPOINT:
        # Gateway endpoints are free; an interface costs once for each subnet.
        interface = resource["vpcEndpointType"].equals("Interface")
        if interface.state is False:
            return
        count = amounts.where(interface, amounts.length(resource["subnetIds"]))
    price = _price(resource, stack)
    if price is None:
        yield amounts.anything(), False
        return
    if price["per"] == "GB-month":
        count = amounts.of(resource["size"])
    months = amounts.exactly(price["usd"] * (_HOURS if price["per"] == "hour" else 1))
    yield count * months, True


def _price(resource: Resource, stack: Inventory) -> Mapping[str, Any] | None:
    path, otherwise = _WHAT.get(resource.kind, ("", ""))
    what = ""
    if path:
        view = resource.properties.at(*path.split("."))
        known = otherwise if view.given().state is False else amounts.text(view)
        if known is None:
            return None
        what = known
    place = region(resource, stack)
    return _ROWS.get((resource.kind, what, place or "")) or _ROWS.get((resource.kind, what, "*"))


def region(resource: Resource, stack: Inventory) -> str | None:
    """Return where a resource is: by itself, by its cluster, by its zone, or by its provider."""
    for place in _places(resource, stack):
        # The first that is set decides; one that nobody knows yet leaves the region open.
        if place.given().state is not False:
            name = amounts.text(place)
            return None if name is None else name.replace(" ", "").lower()
    zone = amounts.text(resource["availabilityZone"])
    return None if zone is None else zone[:-1]


def _places(resource: Resource, stack: Inventory) -> Iterator[View]:
    yield from (resource["region"], resource["location"])
    if resource.kind == machines.AGENT_POOL:
        for cluster in stack.of(_CLUSTER):
            belongs = stack.refers(resource["resourceName"], cluster)
            if belongs.state is not False:
                yield cluster["location"] if belongs.state else amounts.unknown(cluster["location"])
    provider = stack.get(resource.provider)
    if provider is not None:
        yield from (provider["region"], provider["location"])
