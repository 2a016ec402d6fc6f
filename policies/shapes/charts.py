"""Helm charts: which one a release installs, and what it is told."""

from collections.abc import Collection, Iterator
from typing import Final

from policies.engine import Inventory, Resource, Truth, View
from policies.engine.view import Plain

KINDS: Final = ("kubernetes:helm.sh:Release", "kubernetes:helm.sh:Chart")
"""``helm.v3.Release``, and ``Chart`` of v3 and v4."""


def installs(release: Resource, names: Collection[str]) -> Truth:
    """Return whether a release installs a chart of one of these names, from whatever repository."""
    return release["chart"].satisfies(lambda chart: name(chart) in names)


def name(chart: Plain) -> str:
    """Return the name of a chart: the last part of ``nvidia/gpu-operator`` or ``oci://…/charts/loki``."""
    return str(chart).rstrip("/").rpartition("/")[2].partition(":")[0]


def releases(stack: Inventory, names: Collection[str]) -> Iterator[tuple[Resource, Truth]]:
    """Yield the releases that may install a chart of one of these names, with whether they do."""
    for release in stack.of(*KINDS):
        fits = installs(release, names)
        if fits.state is not False:
            yield release, fits


def value(release: Resource, *keys: str) -> View:
    """Return a value that the release sets, such as ``dcgmExporter``, ``enabled``."""
    return release["values"].at(*keys)
