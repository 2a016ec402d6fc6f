"""Small questions that several rules ask of what a declaration says."""

import re
from typing import Final

from policies.engine import Truth, View
from policies.engine.view import Plain
from policies.linkage.reductions import DIGEST

_CONTACT: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+|https://\S+")


def said(view: View) -> Truth:
    """Return whether a text with something in it stands here."""
    return view.satisfies(lambda value: isinstance(value, str) and bool(value.strip()))


def pinned(view: View) -> Truth:
    """Return whether a digest stands here: ``sha256:`` or ``sha512:`` and its digits."""
    return view.satisfies(lambda value: _matches(DIGEST, value))


def reachable(view: View) -> Truth:
    """Return whether this is an address that a person reads: an e-mail address or a link."""
    return view.satisfies(lambda value: _matches(_CONTACT, value))


def _matches(pattern: str | re.Pattern[str], value: Plain) -> bool:
    return isinstance(value, str) and re.fullmatch(pattern, value) is not None
