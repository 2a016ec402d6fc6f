"""REL-013: what should be gone by now is gone, and somebody knows how to take the rest down.

Waivers have dates too; ``policies.engine.evaluate`` reports those that are expired, malformed or not needed.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

from policies.engine import (
    Claim,
    Enforcement,
    OnUnknown,
    Parameter,
    Resource,
    Rule,
    Settings,
    Severity,
    any_of,
    require,
)
from policies.engine.view import Plain
from policies.shapes import taggable, tags


def _resource(resource: Resource, settings: Settings) -> Iterator[Claim]:
    today, key = settings.day("today"), settings.text("endOfLifeTag")
    for day in tags.places(resource, key):
        said = day.present()
        if said.state is False:
            continue
        yield require(
            said.implies(day.satisfies(lambda text: _day(text) is not None)),
            f"{key} is {day}; it must be a day such as 2027-06-30",
            at=day,
        )
        yield require(
            said.implies(day.satisfies(lambda text: (_day(text) or date.max) >= today)),
            f"it should be gone since {day}",
            at=day,
        )
        plan = settings.text("planTag")
        yield require(
            said.implies(any_of(place.filled() for place in tags.places(resource, plan))),
            f"it ends on {day}, and nothing says how: {plan} is not set",
            at=day,
        )


def _day(text: Plain) -> date | None:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None


_TEXT: Final = {"type": "string"}

RULE = Rule(
    id="REL-013",
    version=1,
    title="Nothing outlives its end-of-life date, and every end has a plan",
    why="A model that nobody owns any more still answers, and the last person who knew its limits has left.",
    fix="Take the resource down, or decide on a new date; name the plan for its end (a ticket or a page) "
    "beside it.",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    alone=dict.fromkeys(taggable.KINDS, _resource),
    parameters={
        "endOfLifeTag": Parameter(
            about="The tag, or the label after trunkline.dev/, that holds the last day of a resource.",
            schema=_TEXT,
            default="end-of-life",
        ),
        "planTag": Parameter(
            about="The tag, or the label or annotation after trunkline.dev/, that says how it is taken down.",
            schema=_TEXT,
            default="decommission-plan",
        ),
        "today": Parameter(
            about="The day to judge by, such as 2026-11-30; the day of the evaluation where empty.",
            schema={"type": "string", "format": "date"},
            default="",
        ),
    },
)
