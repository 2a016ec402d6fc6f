"""Names for objects that the program gave none, as the real providers make them."""

from __future__ import annotations

import hashlib
import re
import uuid
from typing import TYPE_CHECKING

from stacks.sandbox import templates

if TYPE_CHECKING:
    from stacks.sandbox.rules import Naming


def seed(urn: str, attempt: int) -> str:
    """Return what everything generated for one object derives from.

    The engine offers a random seed for each run. The sandbox does not use it: the same program gets the same
    names and ids in every fresh sandbox, so that previews and reports can be compared. ``attempt`` counts
    the objects that a URN has at the same time, so that a replacement differs from what it replaces.
    """
    return hashlib.sha256(f"{urn}#{attempt}".encode()).hexdigest()


def name(naming: Naming, resource_name: str, object_seed: str) -> str:
    """Return a name within the rules of a type."""
    if naming.value:
        return naming.value
    if naming.uuid:
        return str(uuid.UUID(bytes=templates.digest(f"{object_seed}/name", 16), version=4))
    suffix = templates.digest(f"{object_seed}/name", naming.suffix).hex()[: naming.suffix]
    room = naming.limit - len(naming.prefix) - len(naming.separator) - naming.suffix
    stem = resource_name.lower() if naming.lower else resource_name
    if naming.characters:
        stem = re.sub(f"[^{naming.characters}]", "", stem)
    return f"{naming.prefix}{stem[:room]}{naming.separator}{suffix}"
