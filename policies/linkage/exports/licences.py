"""Licences as the standards want them: one expression, or where a licence can be read."""

import functools
import re
from typing import Final

from license_expression import AND, Licensing, combine_expressions, get_spdx_licensing

from policies.linkage import licences
from policies.linkage.exports.told import Told
from policies.linkage.propagate import Attribute, Effective

_ON_THE_LIST: Final = re.compile(r"[A-Za-z0-9.-]+\+?")


def declared(said: Told) -> str | None:
    """Return the expression that a node declares itself; ``None`` where it declares none."""
    text = said["license"].text()
    return text if text is not None and licences.is_expression(text) else None


def concluded(effect: Effective) -> str | None:
    """Return one expression for everything that applies; ``None`` where that is not known."""
    known = sorted(text for text in effect.licences if licences.is_expression(text))
    if Attribute.LICENCES in effect.open or not known or len(known) < len(effect.licences):
        return None
    joined = combine_expressions(known, relation="AND", unique=True, licensing=_licensing())
    # A licence alone has nothing to flatten.
    flat = joined.flatten() if isinstance(joined, AND) else joined
    return str(_licensing().dedup(flat))


def link(expression: str) -> str:
    """Return where a single licence of SPDX's list can be read; any other expression as it is."""
    single = _ON_THE_LIST.fullmatch(expression) and not expression.startswith("LicenseRef-")
    return (
        f"https://spdx.org/licenses/{expression}"
        if single and not licences.unknown_ids(expression)
        else expression
    )


@functools.cache
def _licensing() -> Licensing:
    return get_spdx_licensing()
