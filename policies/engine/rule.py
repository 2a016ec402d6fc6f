"""What a rule is: data, and pure functions from a resource to claims about it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, Final, TypeAlias, cast

from policies.engine.hop import Hop
from policies.engine.inventory import Inventory
from policies.engine.resource import Resource
from policies.engine.truth import Truth
from policies.engine.view import View


class Severity(StrEnum):
    """How bad a violation is."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Enforcement(StrEnum):
    """What a violation does to a deployment."""

    DISABLED = "disabled"
    ADVISORY = "advisory"
    MANDATORY = "mandatory"


class OnUnknown(StrEnum):
    """What becomes of a question that cannot be answered yet."""

    FAIL = "fail"
    """It counts as a violation, in a preview too."""
    WARN = "warn"
    """It is shown, and never blocks."""
    DEFER = "defer"
    """It is shown in a preview, and counts as a violation if the update cannot answer it either."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that must hold, and what is wrong where it does not."""

    holds: Truth
    wrong: str
    at: str | None = None
    """The property to point at; the first that decided unless given."""
    witness: tuple[Hop, ...] = ()
    """The path through the graph that proves it, where there is one."""


def require(holds: Truth, wrong: str, at: View | None = None, *, witness: Iterable[Hop] = ()) -> Claim:
    """Claim that something holds.

    Args:
        holds: What must hold.
        wrong: The sentence to show where it does not, without path or advice.
        at: The property of the resource to point at, where it is not the first that was read.
        witness: The path through the graph that proves it.
    """
    return Claim(holds, wrong, None if at is None else at.path, tuple(witness))


def forbid(happens: Truth, wrong: str, at: View | None = None, *, witness: Iterable[Hop] = ()) -> Claim:
    """Claim that something is not the case; otherwise like :func:`require`."""
    return require(~happens, wrong, at, witness=witness)


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameter:
    """A setting of a rule that a pack's configuration may change."""

    about: str
    schema: Mapping[str, Any]
    """JSON Schema of the value; the engine checks the configuration with it."""
    default: Any


@dataclass(frozen=True, slots=True)
class Settings:
    """The values of a rule's parameters, checked when the configuration was read."""

    values: Mapping[str, Any] = field(default_factory=dict[str, Any])
    today: date = field(default_factory=lambda: datetime.now(UTC).date())
    """The day of the evaluation, in UTC; rules read no clock, they ask for :meth:`day`."""

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts."""
        return tuple(cast("Iterable[str]", self.values[name]))

    def text(self, name: str) -> str:
        """Return one text."""
        return str(self.values[name])

    def whole(self, name: str) -> int:
        """Return a whole number."""
        return int(self.values[name])

    def flag(self, name: str) -> bool:
        """Return a yes or no."""
        return bool(self.values[name])

    def day(self, name: str) -> date:
        """Return a day; the day of the evaluation where the text is empty."""
        text = self.text(name)
        return date.fromisoformat(text) if text else self.today

    def lists(self, name: str) -> Mapping[str, tuple[str, ...]]:
        """Return an object of lists of texts."""
        table = cast("Mapping[str, Iterable[str]]", self.values[name])
        return {key: tuple(texts) for key, texts in table.items()}


ANY_KIND: Final = "*"
"""Among the checks of a rule: every kind of resource that has no check of its own."""

Alone: TypeAlias = Callable[[Resource, Settings], Iterable[Claim]]
"""A check of one resource by itself; it can refuse the resource before it is created."""
Joined: TypeAlias = Callable[[Resource, Inventory, Settings], Iterable[Claim]]
"""A check of one resource among all others; the engine runs it when all are known."""
Upstream: TypeAlias = Callable[[Resource, Inventory], Mapping[str, str]]
"""Digests of what a finding about a resource rests on, by id; ``unknown`` where nobody knows it yet."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One rule of the catalogue. Its controls stand in the family's ``controls.toml`` under its id."""

    id: str
    version: int
    """Raised when a finding would come out differently; a waiver names the version it was approved for."""
    title: str
    why: str
    fix: str
    severity: Severity
    enforcement: Enforcement
    unknown: OnUnknown
    alone: Mapping[str, Alone] = field(default_factory=dict[str, Alone])
    """Checks by the kind of resource they judge."""
    joined: Mapping[str, Joined] = field(default_factory=dict[str, Joined])
    parameters: Mapping[str, Parameter] = field(default_factory=dict[str, Parameter])
    upstream: Upstream | None = None
    """What else a waiver was approved for, besides the resource itself: it ends when any of it changes."""

    def __post_init__(self) -> None:
        if self.upstream is not None and self.alone:
            # Upstream is read from all resources. A check that answers before they are known would accept a
            # waiver that the same rule refuses at the end, when the resource exists already.
            raise ValueError(f"{self.id}: a rule with upstream judges among all resources only")

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of resource this rule judges, or :data:`ANY_KIND` among them."""
        return frozenset(self.alone) | frozenset(self.joined)

    def judges(self, kind: str) -> bool:
        """Return whether the rule judges resources of this kind."""
        return not self.kinds.isdisjoint((kind, ANY_KIND))

    def check_alone(self, kind: str) -> Alone | None:
        """Return the check of one resource of this kind by itself, if there is one."""
        return self.alone.get(kind, self.alone.get(ANY_KIND))

    def defaults(self, today: date | None = None) -> Settings:
        """Return the settings of a pack without configuration, for ``today`` unless it is the day in UTC."""
        values = {name: parameter.default for name, parameter in self.parameters.items()}
        return Settings(values) if today is None else Settings(values, today)
