"""What a network is, said without naming a cloud."""

from dataclasses import dataclass
from ipaddress import IPv4Network

from components.core import Tags


@dataclass(frozen=True, kw_only=True, slots=True)
class NetworkSpec:
    """The part of the arguments that every kind of site honours."""

    tags: Tags
    cidr: IPv4Network
    """Range of the site. That ranges of different sites do not overlap is the spec's promise, not ours."""
