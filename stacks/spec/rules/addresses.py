"""Address ranges: no two overlap anywhere, and each is what its provider accepts."""

from bisect import insort
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Final

from stacks.spec import resolve, tables
from stacks.spec.problems import KeyPath, Problem, listed
from stacks.spec.rules.parts import Parts
from stacks.spec.types import EksSite

_LARGEST_SUGGESTED: Final = 16
"""A free range is suggested at this prefix length where the one that was written is larger still."""

_NODE_PREFIX: Final = 24
"""Azure CNI Overlay gives each node a /24: https://learn.microsoft.com/azure/aks/azure-cni-overlay."""

_AZURE_RESERVED: Final = 5
"""Addresses that Azure keeps in each subnet: virtual-networks-faq, as above."""


@dataclass(frozen=True, slots=True)
class _Range:
    """One range of one site; ``use`` is the key that declares it."""

    site: str
    use: str
    network: IPv4Network

    @property
    def path(self) -> KeyPath:
        return ("sites", self.site, self.use)


def _ranges(parts: Parts) -> Iterator[_Range]:
    for name, site in parts.sites.items():
        kind = tables.kinds()[site.kind]
        yield _Range(name, "cidr", site.cidr)
        pods = None if isinstance(site, EksSite) else site.pods or kind.pods
        if pods is not None:
            yield _Range(name, "pods", pods)
        services = site.services or kind.services
        if services is not None:
            yield _Range(name, "services", services)


def pod_ranges_are_known(parts: Parts) -> Iterator[Problem]:
    """A cluster of kind ``kubernetes`` has no default for its pods; kubeadm leaves ``podSubnet`` empty."""
    for name, site in parts.sites.items():
        if not isinstance(site, EksSite) and site.pods is None and tables.kinds()[site.kind].pods is None:
            yield parts.problem(
                ("sites", name, "pods"),
                "pods-unknown",
                "The range of the pods is not given, and there is no default to compare with other sites.",
                fix="Add `pods:`; `kubectl cluster-info dump | grep -m1 cluster-cidr` shows the range.",
            )


def ranges_do_not_overlap(parts: Parts) -> Iterator[Problem]:
    """Every address belongs to one use at one site; else traffic between sites has no single way to go.

    Ranges are sorted and each is compared with the one before it that reaches furthest, so that thousands of
    sites cost little; a range that overlaps several is reported with one of them.
    """
    found = sorted(_ranges(parts), key=lambda r: (r.network.network_address, r.network.prefixlen))
    blocked = _blocked(entry.network for entry in found)
    for first, second in _overlaps(found):
        earlier, later = sorted((first, second), key=lambda r: (parts.declares(*r.path), parts.line(*r.path)))
        within = tables.kinds()[parts.sites[later.site].kind].services_limits.within
        free = _free(later.network, blocked, within)
        if free is not None:  # so that no two entries are told to take the same
            insort(blocked, _ends(free))
        other = f"sites.{earlier.site}.{earlier.use} ({earlier.network}, {_origin(parts, earlier)})"
        near = str(free) if free is not None and parts.sites[later.site].kind in {"eks", "aks"} else None
        yield parts.problem(
            later.path,
            "overlap",
            f"{later.network} ({_origin(parts, later)}) overlaps {other}.",
            allowed="ranges that no other site uses for nodes, pods or services",
            fix=_overlap_fix(parts, earlier, later, free),
            near=near,
        )


def _overlaps(found: Iterable[_Range]) -> Iterator[tuple[_Range, _Range]]:
    furthest: _Range | None = None
    for entry in found:
        if furthest is not None and entry.network.network_address <= furthest.network.broadcast_address:
            yield furthest, entry
        if furthest is None or entry.network.broadcast_address > furthest.network.broadcast_address:
            furthest = entry


def _origin(parts: Parts, entry: _Range) -> str:
    if parts.declares(*entry.path):
        return f"line {parts.line(*entry.path)}"
    return f"the default of the {parts.sites[entry.site].kind} site on line {parts.line('sites', entry.site)}"


def _overlap_fix(parts: Parts, earlier: _Range, later: _Range, free: IPv4Network | None) -> str:
    suggestion = f"`{later.use}: {free}` is free" if free is not None else "no range of this size is free"
    if earlier.site == later.site:
        return f"Choose another range for one of the two; {suggestion}."
    if parts.sites[later.site].kind in {"eks", "aks"}:
        return f"Choose another range; {suggestion}."
    return (
        f"Declare the range that the cluster really uses. If it is this one, change sites.{earlier.site}, "
        f"or connect the cluster by another range; {suggestion}."
    )


def _ends(network: IPv4Network) -> tuple[int, int]:
    return int(network.network_address), int(network.broadcast_address)


def _blocked(taken: Iterable[IPv4Network]) -> list[tuple[int, int]]:
    """What cannot be suggested: ranges in use, and those that a kind of site reserves or takes by default."""
    kinds = tables.kinds().values()
    reserved = (network for kind in kinds for network in kind.reserved)
    defaults = (network for kind in kinds for network in (kind.pods, kind.services) if network is not None)
    return sorted(_ends(network) for network in (*taken, *reserved, *defaults))


def _free(
    wanted: IPv4Network, blocked: Iterable[tuple[int, int]], within: Iterable[IPv4Network]
) -> IPv4Network | None:
    """The first range of the wanted size, at most a /16, that overlaps nothing blocked (which is sorted)."""
    prefix = max(wanted.prefixlen, _LARGEST_SUGGESTED)
    size = 1 << (32 - prefix)
    for block in sorted(within, key=lambda block: not block.overlaps(wanted)):
        start, last = _ends(block)
        for begin, end in blocked:
            if begin <= start + size - 1 and end >= start:
                start = (end // size + 1) * size
        if start + size - 1 <= last:
            return IPv4Network((IPv4Address(start), prefix))
    return None


def networks_have_a_possible_size(parts: Parts) -> Iterator[Problem]:
    """A site's own network has a size that its provider takes; sources stand in kinds.json."""
    for name, site in parts.sites.items():
        limits = tables.kinds()[site.kind].nodes_limits
        if not limits.largest <= site.cidr.prefixlen <= limits.smallest:
            larger = site.cidr.prefixlen < limits.largest
            prefix = limits.largest if larger else limits.smallest
            yield parts.problem(
                ("sites", name, "cidr"),
                "network-size",
                f"{site.cidr} is too {'large' if larger else 'small'} for {tables.kinds()[site.kind].title}.",
                allowed=f"/{limits.largest} to /{limits.smallest} ({limits.source})",
                fix=f"Take a /{prefix}, for example {site.cidr.network_address}/{prefix}.",
            )


def networks_hold_their_zones(parts: Parts) -> Iterator[Problem]:
    """A VPC is cut into equal blocks, one for each zone and at least one over; a block is a /26 or larger.

    Pods take addresses of the zone's block: https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html.
    """
    for name, site in parts.eks():
        zone_prefix = tables.kinds()["eks"].zone_prefix
        if zone_prefix is None:
            continue
        needed = zone_prefix - site.zones.bit_length()
        if needed < site.cidr.prefixlen <= tables.kinds()["eks"].nodes_limits.smallest:
            yield parts.problem(
                ("sites", name, "cidr"),
                "zones-do-not-fit",
                f"{site.cidr} is too small for {site.zones} zones.",
                allowed=f"/{needed} or larger, so that each zone has a /{zone_prefix}",
                fix=f"Take a /{needed}, or fewer zones.",
            )


def service_ranges_are_possible(parts: Parts) -> Iterator[Problem]:
    """A service range has the size and address space that its provider takes; sources stand in kinds.json."""
    for name, site in parts.sites.items():
        kind, path = tables.kinds()[site.kind], ("sites", name, "services")
        limits = kind.services_limits
        if site.services is None:
            continue
        if not limits.largest <= site.services.prefixlen <= limits.smallest:
            larger = site.services.prefixlen < limits.largest
            prefix = limits.largest if larger else limits.smallest
            yield parts.problem(
                path,
                "services-size",
                f"{site.services} is too {'large' if larger else 'small'} for the services of {kind.title}.",
                allowed=f"/{limits.largest} to /{limits.smallest} ({limits.source})",
                fix=f"Take a /{prefix}, for example {site.services.network_address}/{prefix}.",
            )
        if not any(site.services.subnet_of(block) for block in limits.within):
            yield parts.problem(
                path,
                "services-space",
                f"{site.services} is not address space that {kind.title} takes for services.",
                allowed=f"a range within {listed(str(block) for block in limits.within)} ({limits.source})",
                fix=f"Choose a range there, for example {kind.services}.",
            )


def reserved_ranges_are_left_alone(parts: Parts) -> Iterator[Problem]:
    """Some ranges are in use inside the provider or the cluster; sources stand in kinds.json."""
    for entry in _ranges(parts):
        kind = tables.kinds()[parts.sites[entry.site].kind]
        reserved = next((network for network in kind.reserved if network.overlaps(entry.network)), None)
        if reserved is not None:
            yield parts.problem(
                entry.path,
                "reserved",
                f"{entry.network} overlaps {reserved}, which {kind.title} keeps for itself.",
                allowed=f"anything but {listed(str(n) for n in kind.reserved)} ({kind.reserved_source})",
                fix="Choose another range.",
            )


def pod_ranges_hold_their_nodes(parts: Parts) -> Iterator[Problem]:
    """Each node of an AKS site has a /24 of the pods and an address in the first half of the network."""
    for name, site in parts.aks():
        most = sum(pool.nodes.most for pool in resolve.node_pools(site).values())
        pods = resolve.ranges(site).pods
        room = 1 << max(0, _NODE_PREFIX - pods.prefixlen) if pods.prefixlen <= _NODE_PREFIX else 0
        if most > room:
            needed = max(0, _NODE_PREFIX - (most - 1).bit_length())
            yield parts.problem(
                ("sites", name, "pods"),
                "pods-do-not-fit",
                f"{pods} has pods for {room} nodes, and the node pools grow to {most}.",
                allowed=f"/{needed} or larger: each node takes a /{_NODE_PREFIX}",
                fix=f"Take a /{needed} for `pods`, or smaller node pools.",
            )
        addresses = site.cidr.num_addresses // 2 - _AZURE_RESERVED
        if most > addresses:
            yield parts.problem(
                ("sites", name, "cidr"),
                "nodes-do-not-fit",
                f"{site.cidr} has addresses for {addresses} nodes, and the node pools grow to {most}.",
                allowed="a network whose first half has an address for each node",
                fix="Take a larger range, or smaller node pools.",
            )
