"""Three-valued truth, with the readings that decided it.

Kleene's strong logic: "false and unknown" is false, "true and unknown" is unknown. It keeps the promise the
rules rest on: learning less can turn a verdict into "unknown", never a failure into a pass.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NoReturn


@dataclass(frozen=True, slots=True, order=True)
class Reading:
    """A property that was looked at."""

    urn: str
    path: str


@dataclass(frozen=True, slots=True)
class Truth:
    """True, false or unknown (``None``), and because of which readings.

    ``because`` of a true or false answer names the readings that decided it, of an unknown one the readings
    that are missing.
    """

    state: bool | None
    because: tuple[Reading, ...] = ()

    def __and__(self, other: "Truth") -> "Truth":
        return all_of((self, other))

    def __or__(self, other: "Truth") -> "Truth":
        return any_of((self, other))

    def __invert__(self) -> "Truth":
        return Truth(None if self.state is None else not self.state, self.because)

    def implies(self, other: "Truth") -> "Truth":
        """Return whether ``other`` holds wherever this does."""
        return ~self | other

    def doubtful(self) -> "Truth":
        """Return "unknown" where this holds: for a fact whose consequence cannot be seen from here."""
        return Truth(None, self.because) if self.state is True else self

    def __bool__(self) -> NoReturn:
        raise TypeError("a truth has three values; combine it with & | ~ or implies()")


YES: Final = Truth(state=True)
NO: Final = Truth(state=False)


def all_of(truths: Iterable[Truth]) -> Truth:
    """Return whether every one holds; nothing at all holds."""
    return ~any_of(~truth for truth in truths)


def any_of(truths: Iterable[Truth]) -> Truth:
    """Return whether at least one holds; of nothing, none does."""
    seen = tuple(truths)
    for state in (True, None):
        deciding = tuple(reading for truth in seen if truth.state is state for reading in truth.because)
        if any(truth.state is state for truth in seen):
            return Truth(state, tuple(dict.fromkeys(deciding)))
    return Truth(
        state=False, because=tuple(dict.fromkeys(reading for truth in seen for reading in truth.because))
    )
