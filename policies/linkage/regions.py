"""Countries: which one a region lies in, and which ones a group stands for.

What the tables do not know is not known: a region of tomorrow has no country here, and a word that is neither
a country nor a group could mean any place.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, cast

from policies.engine.data import read

_TABLE: Final = read(Path(__file__).parent / "tables" / "regions.toml")
_BY_PROVIDER: Final = {provider: cast("Mapping[str, str]", _TABLE[provider]) for provider in ("aws", "azure")}
_PAIRS: Final = cast("Mapping[str, str]", _TABLE["azure_pairs"])

COUNTRIES: Final = frozenset(cast("list[str]", _TABLE["iso3166"]["codes"]))
"""ISO 3166-1 alpha-2 codes."""

GROUPS: Final[Mapping[str, frozenset[str]]] = {
    name: frozenset(members) for name, members in cast("dict[str, list[str]]", _TABLE["groups"]).items()
}
"""Words that stand for several countries."""

PROVIDERS: Final = frozenset(_BY_PROVIDER)
"""Providers whose regions are known here."""


def expand(words: Iterable[str]) -> tuple[frozenset[str], bool]:
    """Return the countries that ``words`` name, groups by their members, and whether every word is known."""
    countries: set[str] = set()
    known = True
    for word in words:
        code = word.strip().upper()
        if code in GROUPS:
            countries |= GROUPS[code]
        elif code in COUNTRIES:
            countries.add(code)
        else:
            known = False
    return frozenset(countries), known


def shown(countries: Iterable[str]) -> str:
    """Return countries for a sentence, with the name of a group for its members where all are there."""
    left, names = set(countries), list[str]()
    for name in sorted(GROUPS, key=lambda name: -len(GROUPS[name])):
        if GROUPS[name] <= left:
            names.append(name)
            left -= GROUPS[name]
    return ", ".join([*names, *sorted(left)]) or "no country"


def country_of(provider: str, region: str) -> str | None:
    """Return the country of a region; ``None`` where the table does not say.

    Args:
        provider: ``aws`` or ``azure``.
        region: Its name; Azure's may be written as people read it, such as "West Europe".
    """
    return _BY_PROVIDER.get(provider, {}).get(normal(region))


def pair_of(region: str) -> str | None:
    """Return the region where Azure keeps the copy of what is geo-redundant in ``region``."""
    return _PAIRS.get(normal(region))


def normal(region: str) -> str:
    """Return a region's name as the providers' APIs write it."""
    return region.casefold().replace(" ", "")
