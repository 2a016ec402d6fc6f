"""Physical names: pure, bounded, and the same on every run."""

import hashlib
import re

from components.core.errors import ComponentError

_DIGEST = 7


def physical_name(name: str, *, limit: int, separator: str = "-", salt: str = "") -> str:
    """Turn ``name`` into one a provider accepts: lower-case letters, digits and ``separator``.

    A name that needs no change is kept as it is. Any other is cleaned, cut and given a digest of the
    original, so that two names never become one. A ``salt`` always adds the digest: pass the account or
    subscription where the provider wants a name that nobody else in the world has. Pass ``separator=""``
    where only letters and digits are allowed. Prefer auto-naming wherever the provider supports it.

    Raises:
        ComponentError: The name has no usable character, or the limit leaves no room for one.
    """
    clean = re.sub(r"[^a-z0-9]+", separator, name.lower()).strip("-")
    if clean == name and len(clean) <= limit and not salt:
        return clean
    digest = hashlib.sha256(f"{salt}/{name}".encode() if salt else name.encode()).hexdigest()[:_DIGEST]
    room = limit - _DIGEST - len(separator)
    if not clean or room < 1:
        msg = f"cannot make a name of at most {limit} characters from {name!r}; use letters and digits"
        raise ComponentError(msg)
    return f"{clean[:room].rstrip('-')}{separator}{digest}"
