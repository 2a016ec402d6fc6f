"""What the engine reports while it looks for a CLI. Nothing here prints: the caller decides how it looks."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    """A way to a Pulumi CLI, in the order in which they are tried."""

    PATH = "path"
    RELEASE = "release"
    BUILD = "build"


@dataclass(frozen=True, kw_only=True, slots=True)
class Started:
    """A piece of work began. ``usually`` says how long it takes as a rule, empty when it takes no time."""

    step: Step
    doing: str
    usually: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Advanced:
    """Measured progress: ``done`` of ``total`` things; ``total`` is None while nobody can know it."""

    step: Step
    done: int
    total: int | None
    unit: str
    detail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """Another process does this work already; ``sentence`` says which one and since when."""

    step: Step
    sentence: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PassedOver:
    """The step gives no CLI; ``reason`` is the sentence that says why."""

    step: Step
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """The step gave the CLI that will be used."""

    step: Step
    sentence: str


Event = Started | Advanced | Waiting | PassedOver | Found
Progress = Callable[[Event], None]


def silent(event: Event) -> None:
    """Report nothing."""
    del event
