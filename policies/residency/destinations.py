"""Where something goes that a property names: the country of a region, an ARN, or another resource."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from policies.engine import Inventory, Resource, Truth, View
from policies.linkage import physical, regions

Question = Callable[[str], bool]

_WHOLE: Final = "^"
"""Before a path of a table: it starts at the resource, and not where ``each`` leads."""
_REGION_OF_ARN: Final = 3


@dataclass(frozen=True, slots=True)
class Destination:
    """Where something goes."""

    shown: str
    """For a sentence."""
    country: Callable[[Question], Truth]
    """What a question about its country is answered with."""


def destinations(
    resource: Resource, place: View, entry: Mapping[str, Any], inventory: Inventory
) -> Iterator[Destination]:
    """Yield where an entry of a table says that something goes.

    Args:
        resource: The resource that the entry is about.
        place: Where ``each`` of the entry leads in it.
        entry: An entry as ``tables/copies.toml`` explains it.
        inventory: All resources.
    """
    what, path = str(entry["as"]), str(entry["to"])
    if what == "home":
        home = physical.home(resource, inventory)
        if home is not None:
            yield Destination(f"{home.region}", home.country)
        return
    start = resource.properties if path.startswith(_WHOLE) else place
    for to in start.follow(path.removeprefix(_WHOLE)):
        if to.present().state is not False:
            yield _destination(to, what, inventory)


def _destination(to: View, what: str, inventory: Inventory) -> Destination:
    match what:
        case "region":
            return Destination(f"{to}", partial(physical.country, "aws", to))
        case "location":
            return Destination(f"{to}", partial(physical.country, "azure", to))
        case "arn":
            return Destination(f"{to}", partial(physical.country, "aws", to, region_in=_of_arn))
        case "pair":
            paired = partial(physical.country, "azure", to, region_in=regions.pair_of)
            return Destination(f"the region that Azure pairs with {to}", paired)
        case _:
            return Destination(f"{to}", partial(_of_resource, to, what.split(" or "), inventory))


def _of_resource(to: View, kinds: Sequence[str], inventory: Inventory, question: Question) -> Truth:
    """Return the answer for the resource that ``to`` names; where another stack's lies, its ARN may tell."""
    for target in inventory.of(*(kind for kind in kinds if ":" in kind)):
        home = physical.home(target, inventory)
        if home is not None and (inventory.refers(to, target) | _is_uri_of(to, target)).state is True:
            return home.country(question)
    if "arn" in kinds:
        return physical.country("aws", to, question, region_in=_of_arn)
    return Truth(None, to.present().because)


def _is_uri_of(to: View, target: Resource) -> Truth:
    """Return whether a URI begins with the name of a vault: ``https://<name>.vault.azure.net/``."""
    return to.relates(target["vaultName"], lambda uri, name: str(uri).startswith(f"https://{name}.vault."))


def _of_arn(arn: str) -> str | None:
    parts = arn.split(":")
    return parts[_REGION_OF_ARN] if arn.startswith("arn:") and len(parts) > _REGION_OF_ARN else None
