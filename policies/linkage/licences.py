"""Licence expressions: whether they say anything, which alternatives they leave, and what those allow.

SPDX expressions are read with ``license-expression``, which carries SPDX's list of ids. What an id allows
stands in ``tables/licences.toml``. An id that is not in the table allows nothing and forbids nothing here:
its terms are not known.
"""

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias, cast

from license_expression import (
    AND,
    OR,
    ExpressionError,
    LicenseSymbol,
    LicenseWithExceptionSymbol,
    Licensing,
    get_spdx_licensing,
)

from policies.engine.data import read

TABLE: Final = Path(__file__).parent / "tables" / "licences.toml"
"""Where the obligations stand."""

_TABLE: Final = read(TABLE)
_LIFTS_SHARE_ALIKE: Final = frozenset(cast("list[str]", _TABLE["exceptions"]["share_alike"]))
_REFERENCE: Final = re.compile(r"(DocumentRef-[A-Za-z0-9.-]+:)?LicenseRef-[A-Za-z0-9.-]+")
"""SPDX 2.3, annex D: a licence that is not on SPDX's list."""
_MOST: Final = 64
"""Alternatives of an expression that are looked at; no real one has more."""

Allowed: TypeAlias = bool | None
"""Whether something is allowed; ``None`` where it depends on facts that no declaration holds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """What one licence asks for and allows; the fields are explained in ``tables/licences.toml``."""

    attribution: bool = False
    commercial: Allowed = True
    distribution: Allowed = True
    derivatives: Literal["yes", "private", "no"] = "yes"
    share_alike: Literal["no", "same", "any"] = "no"
    compatible: frozenset[str] = frozenset()
    network: bool = False
    use_restrictions: bool = False
    trains_others: bool = True
    source: str = ""

    @property
    def free(self) -> bool:
        """Whether it asks for no more than credit."""
        return self == Terms(attribution=self.attribution, source=self.source)


@dataclass(frozen=True, order=True, slots=True)
class Licence:
    """One licence of an expression, with its exception if it has one."""

    id: str
    exception: str = ""

    def __str__(self) -> str:
        return f"{self.id} WITH {self.exception}" if self.exception else self.id

    @property
    def terms(self) -> Terms | None:
        """What it asks for; ``None`` where nobody here knows."""
        terms = _terms().get(self.id)
        if terms is None or not self.exception:
            return terms
        if self.exception in _LIFTS_SHARE_ALIKE:
            return _without_share_alike(terms)
        # An exception only adds to what is allowed. What the licence forbids may be what it adds.
        return terms if terms.free else None


def is_expression(text: str) -> bool:
    """Return whether ``text`` is an SPDX expression in form, whatever its ids mean."""
    return _parsed(text) is not None


def unknown_ids(text: str) -> Sequence[str]:
    """Return the ids of ``text`` that are neither on SPDX's lists nor references, in alphabetical order."""
    ids, exceptions = _spdx_ids()
    found = _licences(text)
    strange = {item.id for item in found if item.id not in ids and not _REFERENCE.fullmatch(item.id)}
    return sorted(strange | {item.exception for item in found if item.exception} - exceptions)


def alternatives(text: str) -> Sequence[Sequence[Licence]]:
    """Return the choices that an expression leaves; of each, every licence applies.

    Text that is no expression leaves one choice, a licence that nobody knows.
    """
    parsed = _parsed(text)
    if parsed is None:
        return [[Licence(text)]]
    return sorted(sorted(choice) for choice in _choices(parsed))


def accepts(needed: Licence, own: str) -> Allowed:
    """Return whether what must be licensed like ``needed`` may be licensed as ``own`` says.

    Whoever receives it may take any alternative of ``own``, so every one must do.
    """
    terms = needed.terms
    if terms is None:
        return None
    allowed = {needed.id, *terms.compatible}
    answers = [any(licence.id in allowed for licence in choice) for choice in alternatives(own)]
    return all(answers)


def carries_restrictions(own: str, vouched: Iterable[str]) -> Allowed:
    """Return whether every alternative of ``own`` binds its receivers to a list of forbidden uses.

    Args:
        own: An expression.
        vouched: Ids of licences that somebody has found to do so.
    """
    by_hand = set(vouched)
    answers: list[Allowed] = []
    for choice in alternatives(own):
        known = [licence.terms for licence in choice]
        if any(terms is not None and terms.use_restrictions for terms in known) or any(
            licence.id in by_hand for licence in choice
        ):
            answers.append(True)
        else:
            answers.append(None if None in known else False)
    return False if False in answers else None if None in answers else True


@functools.cache
def _terms() -> Mapping[str, Terms]:
    found: dict[str, Terms] = {}
    for group in cast("list[dict[str, Any]]", _TABLE["licences"]):
        fields = {key: value for key, value in group.items() if key not in {"ids", "compatible"}}
        for key in ("commercial", "distribution"):
            if fields.get(key) == "depends":
                fields[key] = None
        terms = Terms(**fields, compatible=frozenset(group.get("compatible", ())))
        found |= dict.fromkeys(group["ids"], terms)
    return found


def _without_share_alike(terms: Terms) -> Terms:
    return Terms(
        attribution=terms.attribution,
        commercial=terms.commercial,
        distribution=terms.distribution,
        derivatives=terms.derivatives,
        use_restrictions=terms.use_restrictions,
        trains_others=terms.trains_others,
        source=terms.source,
    )


def _choices(node: Any) -> set[frozenset[Licence]]:
    match node:
        case LicenseWithExceptionSymbol():
            return {frozenset({Licence(node.license_symbol.key, node.exception_symbol.key)})}
        case LicenseSymbol():
            return {frozenset({Licence(node.key)})}
        case OR():
            return {choice for part in node.args for choice in _choices(part)}
        case AND():
            joined: set[frozenset[Licence]] = {frozenset()}
            for part in node.args:
                joined = {one | other for one in joined for other in _choices(part)}
                if len(joined) > _MOST:
                    return {frozenset({Licence(str(node))})}
            return joined
        case _:
            return {frozenset({Licence(str(node))})}


def _licences(text: str) -> set[Licence]:
    return {licence for choice in alternatives(text) for licence in choice}


@functools.lru_cache(maxsize=4096)
def _parsed(text: str) -> Any:
    """Return the tree of an expression; ``None`` for text that is none.

    ``NONE`` and ``NOASSERTION`` are words of SPDX documents and no licences.
    """
    if not text.strip() or text.strip().upper() in {"NONE", "NOASSERTION"}:
        return None
    try:
        return _licensing().parse(text, validate=False, strict=False)
    except (ExpressionError, ValueError):
        return None


@functools.cache
def _licensing() -> Licensing:
    return get_spdx_licensing()


@functools.cache
def _spdx_ids() -> tuple[frozenset[str], frozenset[str]]:
    """Return the ids of licences, and those of exceptions."""
    symbols = cast("Mapping[str, LicenseSymbol]", _licensing().known_symbols)
    exceptions = frozenset(key for key, symbol in symbols.items() if symbol.is_exception)
    return frozenset(symbols) - exceptions, exceptions
