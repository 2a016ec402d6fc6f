"""CST-002: the most expensive machines are for where they are needed."""

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Final

from policies.engine import (
    Claim,
    Enforcement,
    Inventory,
    OnUnknown,
    Parameter,
    Resource,
    Rule,
    Settings,
    Severity,
    Truth,
    View,
    any_of,
    require,
)
from policies.engine.view import Plain
from policies.shapes import machines, tags

_OTHERS: Final = "*"
"""Stands for every environment that has no list of its own."""


def _machines(resource: Resource, stack: Inventory, settings: Settings) -> Iterator[Claim]:
    for group in machines.of(resource, stack):
        for size in group.types:
            yield require(
                machines.is_gpu(size).implies(_allowed(resource, size, stack, settings)),
                f"machines of type {size} are not allowed in this environment",
                at=size if size.urn == resource.urn else group.at,
            )


def _allowed(resource: Resource, size: View, stack: Inventory, settings: Settings) -> Truth:
    lists, tag = settings.lists("allowed"), settings.text("environmentTag")
    inside = {
        name: tags.says(resource, stack, tag, lambda view, name=name: view.equals(name))
        for name in lists
        if name != _OTHERS
    }
    own = any_of(here & _is_one_of(size, lists[name]) for name, here in inside.items())
    return own | (~any_of(inside.values()) & _is_one_of(size, lists.get(_OTHERS, ())))


def _is_one_of(size: View, patterns: Sequence[str]) -> Truth:
    wanted = [pattern.casefold() for pattern in patterns]
    return size.satisfies(lambda name: any(fnmatchcase(_plain(name), pattern) for pattern in wanted))


def _plain(name: Plain) -> str:
    """Return a type as the patterns write it; a family stands for all of its sizes."""
    text = str(name).removeprefix("ml.").casefold()
    return text if "." in text or text.startswith("standard_") else f"{text}.*"


RULE = Rule(
    id="CST-002",
    version=1,
    title="Machines with GPUs are of a type that their environment allows",
    why="Eight H100s in a forgotten experiment cost as much in a week as a person in a month.",
    fix="Choose a smaller type, or add the type to the list of the environment in `allowed`.",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    joined=dict.fromkeys(machines.KINDS, _machines),
    parameters={
        "environmentTag": Parameter(
            about="The tag, or the label after trunkline.dev/, that says which environment a resource is in.",
            schema={"type": "string"},
            default="environment",
        ),
        "allowed": Parameter(
            about="For each environment the types of machines with GPUs that it may have, where * stands "
            "for any "
            "text; the entry * is for environments without a list. Machines without GPUs are always allowed.",
            schema={
                "type": "object",
                "additionalProperties": {"type": "array", "items": {"type": "string"}},
            },
            default={
                "prod": ["*"],
                "production": ["*"],
                # Types with one small GPU.
                "*": [
                    "g4dn.xlarge",
                    "g4dn.2xlarge",
                    "g5.xlarge",
                    "g5.2xlarge",
                    "g6.xlarge",
                    "g6.2xlarge",
                    "g6f.*",
                    "Standard_NC4as_T4_v3",
                    "Standard_NC8as_T4_v3",
                    "Standard_NV6ads_A10_v5",
                    "Standard_NV12ads_A10_v5",
                ],
            },
        ),
    },
)
