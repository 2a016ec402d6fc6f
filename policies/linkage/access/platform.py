"""Identities of the platform, which reach stores without being anybody's consumer."""

from collections.abc import Mapping, Sequence
from typing import Final, cast

from policies.engine import Inventory
from policies.linkage.access.aws import Aws
from policies.linkage.access.globs import matches
from policies.linkage.access.model import Identity, IdentityKind, Target
from policies.linkage.access.tables import PLATFORM

_SERVICES: Final = frozenset(cast("Sequence[str]", PLATFORM["services"]["names"]))
_NODES: Final = cast("Mapping[str, Sequence[str]]", PLATFORM["nodes"])
_CLUSTER: Final = cast("Mapping[str, Sequence[str]]", PLATFORM["cluster"])
_LISTS: Final = {
    IdentityKind.USER: "users",
    IdentityKind.GROUP: "groups",
    IdentityKind.SERVICE_ACCOUNT: "service_accounts",
    IdentityKind.WORKLOAD: "service_accounts",
}


class Platform:
    """Who belongs to the platform, by the table of this package."""

    def __init__(self, inventory: Inventory, aws: Aws) -> None:
        self._inventory = inventory
        self._aws = aws

    def has(self, identity: Identity, target: Target) -> bool:
        """Return whether ``identity`` is the platform's where it reaches ``target``."""
        match identity.kind:
            case IdentityKind.SERVICE:
                return identity.name in _SERVICES
            case IdentityKind.ROLE:
                return self._role(identity, target)
            case IdentityKind.RESOURCE:
                return self._pulls(target) and self._kind(identity.urn) in _NODES["resources"]
            case _:
                return _any(_patterns(identity.kind), _called(identity))

    def _role(self, identity: Identity, target: Target) -> bool:
        services = self._aws.trusted_services(identity.urn)
        if not services:
            return False
        if _SERVICES.issuperset(services):
            return True
        return self._pulls(target) and set(services) <= set(_NODES["services"])

    def _pulls(self, target: Target) -> bool:
        return self._kind(target.urn) in _NODES["pull"]

    def _kind(self, urn: str) -> str:
        resource = self._inventory.get(urn)
        return "" if resource is None else resource.kind


def _patterns(kind: IdentityKind) -> Sequence[str]:
    return _CLUSTER.get(_LISTS.get(kind, ""), ())


def _called(identity: Identity) -> str:
    """Return the name that a pattern is for: of a workload, its namespace and name without its kind."""
    return identity.name.rpartition(" ")[2]


def _any(patterns: Sequence[str], name: str) -> bool:
    return any(matches(pattern, (name,)) is True for pattern in patterns)
