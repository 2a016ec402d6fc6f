"""Whether a resource serves production, and whether it belongs to a high-risk system.

Both are read from tags and labels, here and nowhere else. :func:`high_risk` is the one function to replace
where something knows the tier better than a tag does.
"""

from collections.abc import Mapping
from typing import Final

from policies.engine import Inventory, Parameter, Resource, Settings, Truth, View
from policies.shapes import tags

_TEXTS: Final = {"type": "array", "items": {"type": "string"}}

ENVIRONMENT: Final[Mapping[str, Parameter]] = {
    "environmentTag": Parameter(
        about="The tag, or the label after trunkline.dev/, that says which environment a resource is in.",
        schema={"type": "string"},
        default="environment",
    ),
    "production": Parameter(
        about="The values of that tag which mean production.",
        schema=_TEXTS,
        default=["prod", "production"],
    ),
}
"""Parameters of a rule that asks whether something serves production."""

RISK: Final[Mapping[str, Parameter]] = {
    "riskTag": Parameter(
        about="The tag, or the label after trunkline.dev/, that says which risk tier a resource is in.",
        schema={"type": "string"},
        default="risk-tier",
    ),
    "highRisk": Parameter(
        about="The values of that tag which mean a high-risk system.",
        schema=_TEXTS,
        default=["high"],
    ),
}
"""Parameters of a rule that asks for more where the risk is high."""


def in_production(resource: Resource, stack: Inventory, settings: Settings) -> Truth:
    """Return whether ``resource`` says that it serves production; who says nothing does not."""
    return _environment(resource, stack, settings, lambda view: _production(view, settings))


def outside_production(resource: Resource, stack: Inventory, settings: Settings) -> Truth:
    """Return whether ``resource`` names an environment that is not production; who says nothing does not."""
    return _environment(resource, stack, settings, lambda view: view.filled() & ~_production(view, settings))


def high_risk(resource: Resource, stack: Inventory, settings: Settings) -> Truth:
    """Return whether ``resource`` says that it belongs to a high-risk system; who says nothing does not."""
    tiers = settings.texts("highRisk")
    return tags.says(resource, stack, settings.text("riskTag"), lambda view: view.one_of(tiers))


def _environment(resource: Resource, stack: Inventory, settings: Settings, question: tags.Question) -> Truth:
    return tags.says(resource, stack, settings.text("environmentTag"), question)


def _production(view: View, settings: Settings) -> Truth:
    return view.one_of(settings.texts("production"))
