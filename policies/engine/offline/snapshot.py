"""What a file said about a stack, in one plain type whatever the file was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from policies.engine.resource import Resource


class InputError(ValueError):
    """A file that cannot be judged. The message says why and what to do, and holds no value of the file."""


class Kind(StrEnum):
    """What a snapshot was read from."""

    STATE = "state"
    PREVIEW = "preview"
    PLATFORM = "platform"
    """A platform file alone, before any program ran."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """The resources of one stack, and what a reader must know about them."""

    kind: Kind
    resources: Sequence[Resource]
    project: str = ""
    stack: str = ""
    engine: str = ""
    """Version of the engine that wrote the file, where it says so."""
    existing: frozenset[str] = frozenset()
    """URNs of the resources that exist already; in a preview, those that are there before the update."""
    as_of: str = ""
    """When anything in the state was last changed, in the engine's own words; empty where nobody can say.

    In a preview: in the state that it starts from, and only if it announces a change. The update makes it
    another one.
    """
    left_out: Mapping[str, int] = field(default_factory=dict[str, int])
    """How many resources are not judged, by the reason."""
    missing: int = 0
    """How many resources the stack has that the file does not show."""
    partial: bool = False
    """Whether the file does not show every resource, for whatever reason."""
    notes: tuple[str, ...] = ()
    """Sentences that belong on a report, each about the whole file."""

    @property
    def settled(self) -> bool:
        """Whether nothing will become known any more."""
        return self.kind is Kind.STATE
