"""What an object store is, said without naming a cloud."""

from dataclasses import dataclass

from components.core import Tags


@dataclass(frozen=True, kw_only=True, slots=True)
class ObjectStoreSpec:
    """The part of the arguments that every kind of site honours."""

    tags: Tags
    noncurrent_after: int
    """Days that a replaced or deleted object can be brought back; at least this long, everywhere."""
    expire_after: int | None = None
    """Days after which an object is deleted; without it, it is kept."""
    receives_logs: bool = False
    """Other stores write their access logs here."""
    protect: bool = True
    """Refuse to delete the store, its data and its key."""
