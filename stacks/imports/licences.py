"""The licence of a contract as an SPDX expression. What nobody knows stays a licence of its own."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, cast

from license_expression import Licensing, combine_expressions, get_spdx_licensing

from policies.engine.data import read
from policies.linkage import licences

_LINKS: Final = cast(
    "list[Mapping[str, str]]", read(Path(__file__).parent / "tables" / "licence_links.toml")["links"]
)
_WEB: Final = re.compile(r"https?://(?:www\.)?([^?#]*?)/*(?:[?#].*)?")
_LONGEST: Final = 1000
_LONGEST_NAME: Final = 80


def expression(text: str) -> str:
    """Return the SPDX expression that a text or link means; ``LicenseRef-…`` where it means none."""
    if len(text) > _LONGEST:
        return reference(text)
    if (link := _WEB.fullmatch(text.strip())) is not None:
        return _of_link(link[1]) or reference(link[1])
    if licences.is_expression(text) and not licences.unknown_ids(text):
        return str(cast("Any", _licensing().parse(text)))
    return reference(text)


def reference(text: str) -> str:
    """Return a name for a licence, or a condition, that has none."""
    word = (
        re.sub(r"[^A-Za-z0-9.]+", "-", text.removeprefix("https://")).strip("-.")[:_LONGEST_NAME].rstrip("-.")
    )
    return f"LicenseRef-{word or 'unnamed'}"


def together(expressions: Iterable[str]) -> str:
    """Return one expression that asks for all of ``expressions``."""
    return str(combine_expressions(list(dict.fromkeys(expressions)), relation="AND", licensing=_licensing()))


def keeps(own: str, given: str) -> bool:
    """Return whether whoever keeps to ``own`` keeps to ``given`` too.

    Every alternative that ``own`` leaves must hold all licences of one alternative that ``given`` leaves.
    """
    allowed = [set(choice) for choice in licences.alternatives(given)]
    return all(any(choice <= set(taken) for choice in allowed) for taken in licences.alternatives(own))


def _of_link(place: str) -> str | None:
    for link in _LINKS:
        if (match := re.fullmatch(link["pattern"], place.lower())) is not None:
            found = re.sub(r"\{([0-9])\}", lambda group: match[int(group[1])], link["id"])
            return None if licences.unknown_ids(found) else str(cast("Any", _licensing().parse(found)))
    return None


@cache
def _licensing() -> Licensing:
    return get_spdx_licensing()
