"""What the reconciliation of a graph with the access of its stack says: plain records."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policies.engine import Truth
from policies.linkage.access import Grant, Identity
from policies.linkage.declared import Need


@dataclass(frozen=True, slots=True)
class End:
    """Somebody who can use a grant in the end, and for which nodes."""

    identity: Identity
    chain: tuple[Identity, ...]
    """As whom it acts, from itself to the identity that was granted something."""
    acts: Truth


@dataclass(frozen=True, slots=True)
class Use:
    """A grant used: by whom, on whose data, for which consumer."""

    grant: Grant
    end: End
    holder: str | None
    """Whose data it is; ``None`` where nobody knows yet."""
    consumer: str | None
    """The node that the identity stands for; ``None`` if it stands for none."""


@dataclass(frozen=True, slots=True)
class Link:
    """A declared edge, the data its consumer has to read, and whether its identities can read all of that."""

    need: Need
    alive: Truth
    missing: tuple[str, ...] = ()
    """The nodes whose data none of them can read, or perhaps none."""


@dataclass(frozen=True, slots=True)
class Stray:
    """A use that nobody declared, and how sure that is."""

    use: Use
    undeclared: Truth
    grantee: str
    """URN of the resource that grants it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reconciliation:
    """The declared and the physical side of one stack, compared."""

    links: Sequence[Link]
    """Every declared edge whose data lies in this stack and whose consumer has an identity in it."""
    strays: Sequence[Stray]
    """Uses that no declared path covers, certainly or perhaps; without those of the platform."""
    not_built: Sequence[str]
    """Consumers that have no identity in this stack yet."""
    outside: Sequence[str]
    """Nodes that somebody reads and whose data does not lie in this stack."""

    def by_evidence(self) -> Mapping[str, Sequence[Stray]]:
        """Return the strays by the URN of the resource that grants them."""
        found: defaultdict[str, list[Stray]] = defaultdict(list)
        for stray in self.strays:
            found[stray.grantee].append(stray)
        return found

    def by_consumer(self) -> Mapping[str, Sequence[Link]]:
        """Return the links by the id of the node that reads."""
        found: defaultdict[str, list[Link]] = defaultdict(list)
        for link in self.links:
            found[link.need.consumer].append(link)
        return found

    def record(self) -> dict[str, Any]:
        """Return it as plain data for ``trunkline graph``; a state is true, false or null for unknown."""
        return {
            "links": [
                {
                    "from": link.need.edge.upstream,
                    "to": link.need.consumer,
                    "kind": link.need.edge.kind.value,
                    "alive": link.alive.state,
                    "missing": list(link.missing),
                }
                for link in self.links
            ],
            "undeclared": [
                {
                    "identity": str(stray.use.end.identity),
                    "consumer": stray.use.consumer,
                    "holder": stray.use.holder,
                    "grantedBy": stray.grantee,
                    "certain": stray.undeclared.state is True,
                }
                for stray in self.strays
            ],
            "notBuilt": list(self.not_built),
            "outside": list(self.outside),
        }
