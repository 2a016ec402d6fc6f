"""PRV-015: sources and datasets say where they were collected, how they came about, and when."""

from collections.abc import Iterator
from datetime import date

from policies.engine import (
    Claim,
    Enforcement,
    OnUnknown,
    Parameter,
    Resource,
    Rule,
    Settings,
    Severity,
    require,
)
from policies.engine.view import Plain
from policies.linkage.vocabulary import DATASET, SOURCE


def _told(node: Resource, settings: Settings) -> Iterator[Claim]:
    origin, method, day = node["origin"], node["method"], node["date"]
    # What was made from something else was collected where that was, and that says so itself.
    yield require(
        origin.filled() | node["inputs"].filled(),
        "nothing says in which countries it was collected",
        at=origin,
    )
    yield require(method.filled(), "nothing says how it came about", at=method)
    today = settings.day("today")
    yield require(
        day.satisfies(lambda value: _is_past(value, today)),
        f"nothing says when it was compiled: date is {day}, and must be a day that is not to come",
    )


def _is_past(value: Plain, today: date) -> bool:
    try:
        return date.fromisoformat(str(value)) <= today
    except ValueError:
        return False


RULE = Rule(
    id="PRV-015",
    version=1,
    title="Data says where it comes from, how it came about, and when",
    why="Whether data fits the people and places a model is used on can only be asked where its origin is "
    "known.",
    fix="Set origin (ISO 3166-1 countries), method and date, as in the OASIS data provenance draft.",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    alone=dict.fromkeys((SOURCE, DATASET), _told),
    parameters={
        "today": Parameter(
            about="The day to judge by, such as 2026-11-30; the day of the evaluation where empty.",
            schema={"type": "string", "format": "date"},
            default="",
        )
    },
)
