"""Resources read from files: an exported state, or what the engine writes about a preview."""

from policies.engine.offline.document import read
from policies.engine.offline.snapshot import InputError, Kind, Snapshot

__all__ = ["InputError", "Kind", "Snapshot", "read"]
