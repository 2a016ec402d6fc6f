"""SEC-006: the API of a cluster is not open to the world."""

import ipaddress
from collections.abc import Iterator, Mapping
from functools import partial

from policies.engine import (
    Claim,
    Enforcement,
    OnUnknown,
    Parameter,
    Resource,
    Rule,
    Settings,
    Severity,
    Truth,
    View,
    forbid,
    require,
)
from policies.engine.view import Plain


def _eks(cluster: Resource, settings: Settings) -> Iterator[Claim]:
    network = cluster["vpcConfig"]
    yield from _narrow(network["endpointPublicAccess"].is_true(), network["publicAccessCidrs"], settings)


def _aks(cluster: Resource, settings: Settings) -> Iterator[Claim]:
    access = cluster["apiServerAccessProfile"]
    public = ~access["enablePrivateCluster"].is_true() & ~cluster["publicNetworkAccess"].equals("Disabled")
    yield from _narrow(public, access["authorizedIPRanges"], settings)


def _narrow(public: Truth, ranges: View, settings: Settings) -> Iterator[Claim]:
    # Both clouds take an empty list for none, and then admit everyone.
    yield require(
        public.implies(ranges.filled()),
        f"the API server is public, and {ranges.path.rpartition('.')[2]} does not narrow it",
        at=ranges,
    )
    widest = {4: settings.whole("widestPrefix"), 6: settings.whole("widestPrefixV6")}
    for item in ranges.each():
        yield forbid(
            public & item.satisfies(partial(_wide, widest)), f"the API server is open to {item}", at=item
        )


def _wide(widest: Mapping[int, int], value: Plain) -> bool:
    """Return whether a range is wider than allowed; what is not a range is taken for the worst."""
    try:
        network = ipaddress.ip_network(str(value), strict=False)
    except ValueError:
        return True
    return network.prefixlen < widest[network.version]


RULE = Rule(
    id="SEC-006",
    version=1,
    title="The cluster API is not reachable from the whole internet",
    why="Whoever reaches the API server needs one leaked token, or one flaw in it, to own every workload.",
    fix="Use the private endpoint (endpointPublicAccess false, enablePrivateCluster true), or name the few "
    "ranges that may reach the public one.",
    severity=Severity.CRITICAL,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    alone={"aws:eks/cluster:Cluster": _eks, "azure-native:containerservice:ManagedCluster": _aks},
    parameters={
        "widestPrefix": Parameter(
            about="The shortest prefix of an IPv4 range that may reach a public API server.",
            schema={"type": "integer", "minimum": 1, "maximum": 32},
            default=8,
        ),
        "widestPrefixV6": Parameter(
            about="The shortest prefix of an IPv6 range that may reach a public API server.",
            schema={"type": "integer", "minimum": 1, "maximum": 128},
            default=20,
        ),
    },
)
