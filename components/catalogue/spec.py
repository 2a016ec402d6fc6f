"""What a declared node is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pulumi import Input


@dataclass(frozen=True, kw_only=True, slots=True)
class NodeArgs:
    """Arguments of every node of the catalogue."""

    properties: Mapping[str, Any]
    """What it declares, in the words of ``docs/policies/linkage.md``, without its places and identities."""
    places: Sequence[Mapping[str, Input[str]]] = ()
    """Where it lies and is worked on, ``resource`` being the URN of what is there."""
    identities: Sequence[Input[str]] = field(default=())
    """Identities it runs as, by the name its site knows them by."""
