"""What a provider uses where a program sets nothing.

The engine sends only what a program sets. A rule that took "not set" for "off" would be wrong both ways, so
every default a rule relies on stands in ``tables/defaults.toml`` with its source.
"""

import functools
from typing import Any

from policies.engine import data
from policies.engine.values import from_json
from policies.engine.view import Default, Defaults


@functools.cache
def for_kind(kind: str) -> Defaults:
    """Return the defaults of ``kind`` as a tree along the paths of its properties."""
    entries: dict[str, dict[str, Any]] = data.table("defaults").get(kind, {})
    tree: dict[str, Any] = {}
    for path, entry in entries.items():
        *steps, last = path.split(".")
        node = tree
        for step in steps:
            node = node.setdefault(step, {})
        node[last] = Default(from_json(entry["value"]), entry["source"])
    return tree
