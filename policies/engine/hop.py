"""One step of the path that proves a finding about the graph."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Hop:
    """A node on the path, and where it is declared."""

    node: str
    """What a reader calls it, such as ``dataset clicks``."""
    urn: str = ""
    edge: str = ""
    """How the path came here from the hop before, such as ``trainedOn``; empty at its start."""
    position: str = ""
    """File and line where that edge is declared, or the node at the start, such as ``acme.yaml:31``."""

    def __str__(self) -> str:
        place = f" ({self.position})" if self.position else ""
        return f"-[{self.edge}]-> {self.node}{place}" if self.edge else f"{self.node}{place}"


def drawn(path: Sequence[Hop]) -> str:
    """Return a path on one line: ``dataset clicks (acme.yaml:31) -[trainedOn]-> training ranker (…)``."""
    return " ".join(str(hop) for hop in path)
