"""Where logs, metrics and traces about an endpoint go."""

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import urlsplit

from policies.engine import Inventory, Resource, Truth, View, any_of
from policies.engine.data import read
from policies.engine.truth import YES
from policies.linkage import Node, physical, regions
from policies.residency.destinations import Destination, Question, destinations

_TABLE: Final = read(Path(__file__).parent / "tables" / "telemetry.toml")
_SINKS: Final = cast("list[dict[str, Any]]", _TABLE["sinks"])
_HOSTS: Final = cast("Mapping[str, str]", _TABLE["hosts"])
_INSIDE: Final = (".svc", ".svc.cluster.local", ".local", ".internal", "localhost")


@dataclass(frozen=True, slots=True)
class Sink:
    """Somewhere that telemetry goes."""

    resource: Resource
    gets: Truth
    """Whether it gets telemetry of the endpoint."""
    to: Destination


def sinks(endpoint: Node, inventory: Inventory, hosts: Mapping[str, Sequence[str]]) -> Iterator[Sink]:
    """Yield every sink that gets, or may get, telemetry of what runs where ``endpoint`` does.

    Args:
        endpoint: The endpoint.
        inventory: All resources.
        hosts: For countries, the hosts that lie there; ``*`` stands for any text.
    """
    around = {
        part.resource.urn: part
        for place in endpoint.places
        for part in physical.resources_of(place, inventory)
    }
    for entry in _SINKS:
        for resource in inventory.of(entry["kind"]):
            gets = _gets(resource, entry, around, inventory)
            if gets.state is not False:
                yield from _of(resource, entry, gets, inventory, hosts)


def _gets(
    sink: Resource, entry: Mapping[str, Any], around: Mapping[str, physical.Part], inventory: Inventory
) -> Truth:
    """Return whether a sink belongs to one of the places, lives in it, or names a part of it."""
    found = [around[urn].belongs for urn in (sink.urn, sink.provider) if urn in around]
    if "of" in entry:
        found += [
            part.belongs & inventory.refers(view, part.resource)
            for part in around.values()
            if part.resource.kind == entry["original"]
            for view in sink.properties.follow(entry["of"])
        ]
    return any_of(found)


def _of(
    sink: Resource,
    entry: Mapping[str, Any],
    gets: Truth,
    inventory: Inventory,
    hosts: Mapping[str, Sequence[str]],
) -> Iterator[Sink]:
    for place in sink.properties.follow(entry.get("each", "")):
        on = gets & _is_on(place, entry)
        if entry["as"] == "url":
            for url in place.follow(entry["to"]):
                answer = functools.partial(_of_host, url, hosts)
                yield Sink(sink, on & url.filled(), Destination(f"{url}", answer))
        else:
            for to in destinations(sink, place, entry, inventory):
                yield Sink(sink, on, to)


def _is_on(place: View, entry: Mapping[str, Any]) -> Truth:
    """Return whether an entry is about this one: the chart of a release may be named with its repository."""
    if "when" not in entry:
        return YES
    return any_of(
        view.satisfies(lambda value: str(value).rpartition("/")[2] in entry["is"])
        for view in place.follow(entry["when"])
    )


def _of_host(to: View, hosts: Mapping[str, Sequence[str]], question: Question) -> Truth:
    """Return what is answered of the country of a host; one inside the cluster is where the cluster is."""

    def country(value: object) -> str | None:
        return _country(_host(str(value)), hosts)

    inside = to.satisfies(lambda value: _is_inside(_host(str(value))))
    known = to.satisfies(lambda value: country(value) is not None)
    if inside.state is not False or known.state is not True:
        return inside if inside.state is True else Truth(None, known.because)
    return to.satisfies(lambda value: question(country(value) or ""))


def _host(url: str) -> str:
    """Return the host of a URL, or of text that is a host already."""
    text = url if "//" in url else f"//{url}"
    try:
        return (urlsplit(text).hostname or "").rstrip(".")
    except ValueError:
        return ""


def _is_inside(host: str) -> bool:
    return bool(host) and ("." not in host or host.endswith(_INSIDE) or host.startswith("127."))


def _country(host: str, hosts: Mapping[str, Sequence[str]]) -> str | None:
    for country, patterns in sorted(hosts.items()):
        if any(fnmatchcase(host, pattern.casefold()) for pattern in patterns):
            return country.upper()
    suffixes = [host[index:] for index in range(len(host)) if index == 0 or host[index - 1] == "."]
    for suffix in suffixes:
        if suffix in _HOSTS:
            return _HOSTS[suffix]
    labels = host.split(".")
    if host.endswith((".amazonaws.com", ".aws")):
        named = [regions.country_of("aws", label) for label in labels]
    elif host.endswith((".azure.com", ".windows.net", ".microsoft.com")):
        # Azure numbers what it has several of: "westeurope-1".
        named = [regions.country_of("azure", label.rpartition("-")[0] or label) for label in labels]
    else:
        return None
    return next(filter(None, named), None)
