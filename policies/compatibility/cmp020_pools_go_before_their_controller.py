"""CMP-020: karpenter pools depend on their classes, and classes on the controller.

Source: METR/hawk issues 21 and 576; Karpenter documentation, uninstalling; read 2026-11.
"""

from collections.abc import Iterator
from typing import Final

from policies.engine import (
    Claim,
    Enforcement,
    Inventory,
    OnUnknown,
    Resource,
    Rule,
    Settings,
    Severity,
    Truth,
    require,
)
from policies.engine.truth import NO, YES
from policies.engine.view import Plain
from policies.shapes import charts

_POOL: Final = "kubernetes:karpenter.sh:NodePool"
_CLASS: Final = "kubernetes:karpenter.k8s.aws:EC2NodeClass"
_CHART: Final = ("karpenter",)


def _pool(pool: Resource, stack: Inventory, _: Settings) -> Iterator[Claim]:
    name = pool["spec"]["template"]["spec"]["nodeClassRef"]["name"]
    for other in stack.of(_CLASS):
        if other.provider == pool.provider:
            named = name.relates(other["metadata"]["name"], _same)
            yield require(
                named.implies(_after(pool, other, stack)),
                f"the pool may outlive its class {other.name}: it does not depend on it",
                at=name,
            )


def _class(node_class: Resource, stack: Inventory, _: Settings) -> Iterator[Claim]:
    for release, installs in charts.releases(stack, _CHART):
        if release.provider == node_class.provider:
            yield require(
                installs.implies(_after(node_class, release, stack)),
                f"the class may outlive its controller {release.name}: it does not depend on it",
                at=node_class.properties,
            )


def _after(later: Resource, earlier: Resource, stack: Inventory) -> Truth:
    """Return whether the engine deletes ``later`` first, as what depends on something goes before it."""
    seen: set[str] = set()
    waiting = [later.urn]
    while waiting:
        here = stack.get(waiting.pop())
        for urn in here.dependencies | ({here.parent} if here.parent else set()) if here else ():
            if urn == earlier.urn:
                return YES
            if urn not in seen:
                seen.add(urn)
                waiting.append(urn)
    return NO


def _same(one: Plain, other: Plain) -> bool:
    return one == other


RULE = Rule(
    id="CMP-020",
    version=1,
    title="Karpenter pools depend on their classes, and classes on the controller",
    why="Destroyed in another order, nodes stay behind with nobody to end them: NodePool, then "
    "NodeClass, then controller.",
    fix="Let the NodePool depend on its EC2NodeClass, and the class on the release of Karpenter "
    "(depends_on).",
    severity=Severity.HIGH,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    joined={_POOL: _pool, _CLASS: _class},
)
