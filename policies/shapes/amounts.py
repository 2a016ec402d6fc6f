"""Sums of numbers that are only partly known.

An amount is the range a number may lie in. What nobody knows yet widens the range, so that learning less
never turns "too much" into "enough": the promise that :mod:`policies.engine.truth` keeps for yes and no.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from policies.engine import Truth, View
from policies.engine.truth import Reading
from policies.engine.values import UNKNOWN, Absent


@dataclass(frozen=True, slots=True)
class Amount:
    """A number between ``least`` and ``most``, with the readings it was made from, or that are missing."""

    least: float
    most: float
    because: tuple[Reading, ...] = ()

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(self.least + other.least, self.most + other.most, _joined(self, other))

    def __mul__(self, other: "Amount") -> "Amount":
        """Multiply two amounts that are not negative; nothing times what nobody knows is nothing."""
        most = 0.0 if 0.0 in (self.most, other.most) else self.most * other.most
        return Amount(self.least * other.least, most, _joined(self, other))

    @property
    def known(self) -> bool:
        """Whether it is one number."""
        return self.least == self.most

    def within(self, limit: "Amount") -> Truth:
        """Return whether this is not above ``limit``."""
        if self.most <= limit.least:
            return Truth(state=True, because=_joined(self, limit))
        if self.least > limit.most:
            return Truth(state=False, because=_joined(self, limit))
        return Truth(None, _joined(self, limit))


NOTHING: Final = Amount(0, 0)


def exactly(number: float) -> Amount:
    """Return an amount that is known."""
    return Amount(number, number)


def anything(view: View | None = None) -> Amount:
    """Return an amount that nobody knows, because of ``view``."""
    return Amount(0, math.inf, () if view is None else (Reading(view.urn, view.path),))


def of(view: View, absent: float | None = None) -> Amount:
    """Return the number at ``view``, which may be text.

    Args:
        view: Where the number stands. A secret one counts as unknown, since a sum could give it away.
        absent: What it is where the program sets nothing; unknown unless given.
    """
    because = (Reading(view.urn, view.path),)
    if isinstance(view.raw, Absent) and absent is not None:
        return Amount(absent, absent, because)
    number = None if view.secret else _number(view.raw)
    return anything(view) if number is None else Amount(number, number, because)


def length(view: View) -> Amount:
    """Return how many elements or entries are at ``view``; none where the program sets nothing."""
    because = (Reading(view.urn, view.path),)
    match view.raw:
        case Absent():
            return Amount(0, 0, because)
        case str():
            return anything(view)
        case Sequence() | Mapping():
            return Amount(len(view.raw), len(view.raw), because)
        case _:
            return anything(view)


def text(view: View) -> str | None:
    """Return the text at ``view`` for looking it up in a table; nothing where it is secret or not a text."""
    return view.raw if isinstance(view.raw, str) and not view.secret else None


def unknown(view: View) -> View:
    """Return the same place with a value that nobody knows: what stands there may not be what counts."""
    return replace(view, raw=UNKNOWN)


def total(amounts: Iterable[Amount]) -> Amount:
    """Return the sum."""
    return sum(amounts, NOTHING)


def where(condition: Truth, amount: Amount) -> Amount:
    """Return ``amount`` where a condition holds, nothing where not, and the range where nobody knows."""
    if condition.state is False:
        return NOTHING
    if condition.state is True:
        return amount
    return Amount(0, amount.most, (*condition.because, *amount.because)) if amount.most else NOTHING


def greatest(amounts: Iterable[Amount]) -> Amount:
    """Return the greatest of several amounts; of none, nothing."""
    found = tuple(amounts)
    because = tuple(dict.fromkeys(reading for amount in found for reading in amount.because))
    least = max((amount.least for amount in found), default=0)
    return Amount(least, max((amount.most for amount in found), default=0), because)


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _joined(one: Amount, other: Amount) -> tuple[Reading, ...]:
    """Return the readings of both, or those that are missing where one of the two is not known."""
    if one.known is not other.known:
        return other.because if one.known else one.because
    return tuple(dict.fromkeys((*one.because, *other.because)))
