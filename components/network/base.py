"""What every network promises its callers."""

from ipaddress import IPv4Network

from components.core import PlatformComponent


class Network(PlatformComponent):
    """The private network of one site."""

    cidr: IPv4Network
