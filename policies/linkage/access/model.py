"""What the physical side is made of: identities, what they may do, and who may act as whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from policies.engine import Truth
from policies.engine.truth import Reading

State = bool | None
"""True, false, or not known."""


class Action(StrEnum):
    """What an identity may do with a resource."""

    READ = "read"
    WRITE = "write"
    DECRYPT = "decrypt"
    """Use a key; without it, encrypted data cannot be read."""
    ADMIN = "admin"
    """Change who may do what."""
    REACH = "reach"
    """Open a connection to it."""


class IdentityKind(StrEnum):
    """What an identity is. The value is what a message calls it."""

    ROLE = "role"
    USER = "user"
    GROUP = "group"
    ACCOUNT = "account"
    SERVICE = "service"
    MANAGED = "managed identity"
    PRINCIPAL = "principal"
    """A principal of Entra that is not in the stack."""
    SERVICE_ACCOUNT = "service account"
    WORKLOAD = "workload"
    RESOURCE = "resource"
    """A cloud resource that runs as a role."""
    EVERYONE = "everyone"
    SOMEBODY = "somebody"
    """Nobody knows yet who."""


@dataclass(frozen=True, slots=True, order=True)
class Identity:
    """Somebody or something that may be let in."""

    kind: IdentityKind
    name: str
    """How others name it: an ARN, ``namespace/name``, an object id; of a resource, how the program does."""
    urn: str = ""
    """The resource that it is; empty where the stack has none."""
    cluster: str = ""
    """URN of the provider of its cluster, for what is known in one cluster alone."""
    hidden: bool = False
    """Whether its name arrived secret."""

    def __str__(self) -> str:
        if self.kind in _ALONE:
            return _ALONE[self.kind]
        return f"{self.kind} {'[secret]' if self.hidden else self.name}"


_ALONE: Final = {IdentityKind.EVERYONE: "everyone", IdentityKind.SOMEBODY: "somebody not known yet"}
EVERYONE: Final = Identity(IdentityKind.EVERYONE, "*")


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """A resource, or the part of it below ``path``."""

    urn: str
    path: str | None = ""
    """Where in the store the data lies, such as ``clicks/``; empty for all of it, ``None`` if not known."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """An identity may act on a target."""

    identity: Identity
    target: Target
    actions: frozenset[Action]
    holds: Truth
    """True, or unknown; what is certainly refused is no grant."""
    evidence: Reading
    """The property that grants it."""
    through: str = ""
    """URN of the resource that says what is granted, where the evidence only hands it out."""
    explicit: bool = True
    """Whether somebody granted it, as opposed to nobody having closed a way."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """``actor`` may act as ``identity``, and so do what that may."""

    identity: Identity
    actor: Identity
    holds: Truth
    evidence: Reading


def known(reading: Reading) -> Truth:
    """Return "true" because of ``reading``."""
    return Truth(state=True, because=(reading,))


def doubtful(*readings: Reading) -> Truth:
    """Return "unknown" because of ``readings``."""
    return Truth(None, tuple(dict.fromkeys(readings)))


def any_state(states: Iterable[State]) -> State:
    """Return whether one of ``states`` is true; like :func:`policies.engine.any_of`, without its readings."""
    found: State = False
    for state in states:
        if state is True:
            return True
        if state is None:
            found = None
    return found


def both(one: State, other: State) -> State:
    """Return whether both are true."""
    if one is False or other is False:
        return False
    return None if one is None or other is None else True


def negated(state: State) -> State:
    """Return the opposite."""
    return None if state is None else not state
