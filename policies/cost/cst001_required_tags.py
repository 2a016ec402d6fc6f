"""CST-001: a bill can be traced to somebody."""

from collections.abc import Iterator

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
    all_of,
    require,
)
from policies.shapes import taggable, tags


def _resource(resource: Resource, stack: Inventory, settings: Settings) -> Iterator[Claim]:
    said = {key: tags.given(resource, stack, key) for key in settings.texts("required")}
    missing = [key for key, given in said.items() if given.state is False]
    doubtful = [key for key, given in said.items() if given.state is None]
    yield require(
        all_of(said.values()),
        f"nothing says whose cost it is: {_listed(missing or doubtful)}",
        at=resource["metadata"] if resource.kind.startswith("kubernetes:") else resource["tags"],
    )


def _listed(keys: list[str]) -> str:
    *most, last = keys or ["none"]
    if not most:
        return f"the tag {last} is missing"
    return f"the tags {', '.join(most)} and {last} are missing"


RULE = Rule(
    id="CST-001",
    version=1,
    title="Resources carry the tags that costs are shared by",
    why="What nobody owns is never switched off, and its cost is everybody's.",
    fix="Tag the resource, or once for all: in `tags` of the platform file, in the default tags of the AWS "
    "provider, "
    "or as labels trunkline.dev/<tag> of the namespace.",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    joined=dict.fromkeys(taggable.KINDS, _resource),
    parameters={
        "required": Parameter(
            about="Tags that every resource must have; in a cluster, labels or annotations after "
            "trunkline.dev/.",
            schema={"type": "array", "items": {"type": "string"}},
            default=["owner", "cost-centre", "environment", "data-product"],
        )
    },
)
