"""Rules of security groups: which of them let the whole internet in, and where to."""

import ipaddress
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from policies.engine import Inventory, Resource, Truth, View, any_of
from policies.engine.data import read
from policies.engine.view import Plain

TABLE: Final[dict[str, Any]] = read(Path(__file__).parent / "tables" / "reachable.toml")

GROUP: Final = "aws:ec2/securityGroup:SecurityGroup"
DEFAULT_GROUP: Final = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
INGRESS_RULE: Final = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
OLD_RULE: Final = "aws:ec2/securityGroupRule:SecurityGroupRule"

_EVERYONE: Final = frozenset(str(name).casefold() for name in TABLE["azure"]["everyone"])
_WIDEST: Final = {4: 8, 6: 16}
"""Prefix lengths; nobody owns a wider range than the largest that registries gave out."""
_WITHOUT_PORTS: Final = ("icmp", "icmpv6", "1", "58", 1, 58)
_LONGEST: Final = 64
"""More ports than this in one range are never all meant for the world."""


def is_world(text: Plain) -> bool:
    """Return whether a source is the internet, or a part of it that nobody owns."""
    source = str(text)
    if source.casefold() in _EVERYONE:
        return True
    try:
        network = ipaddress.ip_network(source, strict=False)
    except ValueError:
        return False
    return network.prefixlen < _WIDEST[network.version]


def aws(resource: Resource) -> Iterator[tuple[View, Truth]]:
    """Yield the rules for incoming traffic that a security group or a rule of one holds.

    Each comes with whether it is for the whole internet.
    """
    if resource.kind == INGRESS_RULE:
        rule = resource.properties
        yield rule, any_of(rule[key].satisfies(is_world) for key in ("cidrIpv4", "cidrIpv6"))
    elif resource.kind == OLD_RULE:
        rule = resource.properties
        yield rule, rule["type"].equals("ingress") & _blocks(rule)
    else:
        for rule in resource["ingress"].each():
            yield rule, _blocks(rule)


def _blocks(rule: View) -> Truth:
    return any_of(
        rule[key].any(lambda one: one.satisfies(is_world)) for key in ("cidrBlocks", "ipv6CidrBlocks")
    )


def aws_ports(rule: View, allowed: Sequence[int]) -> Truth:
    """Return whether a rule opens none but the ``allowed`` ports; pings have no port."""
    protocol = rule["ipProtocol"].one_of(_WITHOUT_PORTS) | rule["protocol"].one_of(_WITHOUT_PORTS)
    return protocol | rule["fromPort"].relates(
        rule["toPort"], lambda first, last: _within(first, last, allowed)
    )


def _within(first: Plain, last: Plain, allowed: Sequence[int]) -> bool:
    try:
        start, end = int(first or 0), int(last or 0)
    except ValueError:
        return False
    return 0 <= end - start < _LONGEST and all(port in allowed for port in range(start, end + 1))


def azure(rule: View) -> Truth:
    """Return whether a rule of a network security group lets the whole internet in."""
    sources = rule["sourceAddressPrefix"].satisfies(is_world) | rule["sourceAddressPrefixes"].any(
        lambda one: one.satisfies(is_world)
    )
    return rule["direction"].equals("Inbound") & rule["access"].equals("Allow") & sources


def azure_ports(rule: View, allowed: Sequence[int]) -> Truth:
    """Return whether a rule opens none but the ``allowed`` ports."""

    def fits(text: Plain) -> bool:
        first, _, last = str(text).partition("-")
        return first.isdecimal() and _within(first, last or first, allowed)

    one, many = rule["destinationPortRange"], rule["destinationPortRanges"]
    listed = one.present() | many.filled()
    return listed & (~one.present() | one.satisfies(fits)) & many.all(lambda port: port.satisfies(fits))


def opened_to_world(group: Resource, stack: Inventory) -> Truth:
    """Return whether any rule of a security group is for the whole internet, its own or one apart from it."""
    own = any_of(world for _, world in aws(group))
    apart = [
        names & any_of(world for _, world in aws(rule))
        for rule, names in stack.referring(
            group, {INGRESS_RULE: "securityGroupId", OLD_RULE: "securityGroupId"}
        )
    ]
    return any_of((own, *apart)) if apart else own


def is_wide(first: Plain, last: Plain) -> bool:
    """Return whether the addresses from ``first`` to ``last`` are more than anyone owns, or all of Azure."""
    try:
        start, end = ipaddress.ip_address(str(first)), ipaddress.ip_address(str(last))
    except ValueError:
        return False
    if int(start) == 0:
        return True  # 0.0.0.0 alone stands for every service and virtual machine of Azure, whoever owns it
    return int(end) - int(start) >= 2 ** (start.max_prefixlen - _WIDEST[start.version])
