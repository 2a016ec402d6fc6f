"""REL-010: a pool with GPUs is kept for what needs them, and shows how they are."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, cast

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
    View,
    any_of,
    require,
)
from policies.engine.data import read
from policies.engine.truth import NO, YES
from policies.engine.view import Plain
from policies.shapes import charts, clusters, machines

_TABLE: Final = cast("Mapping[str, Any]", read(Path(__file__).parent / "tables" / "gpu_stack.toml"))
_EFFECTS: Final = cast("list[str]", _TABLE["effects"])
_OFF: Final = (False, "false")
_SUBSCRIPTION: Final = "kubernetes:operators.coreos.com:Subscription"
_IN_CLUSTERS: Final = (machines.NODE_POOL, machines.MACHINE_SET)
# Where the taints of a pool stand.
_TAINTS: Final = {
    machines.NODE_GROUP: "taints",
    machines.AGENT_POOL: "nodeTaints",
    machines.MANAGED_CLUSTER: "nodeTaints",
    machines.NODE_POOL: "template.spec.taints",
    machines.MACHINE_SET: "template.spec.taints",
}


def _pool(pool: Resource, stack: Inventory, _: Settings) -> Iterator[Claim]:
    for nodes in machines.of(pool, stack):
        has_gpu = nodes.has_gpu()
        taints = nodes.at.at(*_TAINTS[pool.kind].split("."))
        yield require(
            has_gpu.implies(taints.any(_keeps_off)),
            "pods without a GPU may fill the nodes with GPUs: no taint keeps them off",
            at=taints,
        )
        image = nodes.image
        brought = NO if image is None else image.one_of(_TABLE["images_with_plugin"])
        yield require(
            has_gpu.implies(brought | _plugin(pool, stack)),
            "no pod can get the GPUs: neither an operator nor a device plugin is declared for the cluster",
            at=nodes.at,
        )
        yield require(
            has_gpu.implies(_exporter(pool, stack)),
            "nobody sees a broken GPU: no DCGM exporter is declared for the cluster",
            at=nodes.at,
        )


def _keeps_off(taint: View) -> Truth:
    """Return whether a taint keeps pods off; AKS writes it as text, ``key=value:effect``."""
    return taint.satisfies(_has_effect) | taint["effect"].one_of(_EFFECTS)


def _has_effect(text: Plain) -> bool:
    return str(text).rpartition(":")[2] in _EFFECTS


def _plugin(pool: Resource, stack: Inventory) -> Truth:
    found = [
        fits & _beside(pool, release, stack) for release, fits in charts.releases(stack, _TABLE["plugins"])
    ]
    return any_of((*found, _subscribed(pool, stack)))


def _exporter(pool: Resource, stack: Inventory) -> Truth:
    found = [
        fits & _beside(pool, release, stack) & ~charts.value(release, "dcgmExporter", "enabled").one_of(_OFF)
        for release, fits in charts.releases(stack, [str(_TABLE["operator"])])
    ]
    found += [
        fits & _beside(pool, release, stack) for release, fits in charts.releases(stack, _TABLE["exporters"])
    ]
    return any_of((*found, _subscribed(pool, stack)))


def _subscribed(pool: Resource, stack: Inventory) -> Truth:
    return any_of(
        one["spec"]["name"].one_of(_TABLE["subscriptions"]) & _beside(pool, one, stack)
        for one in stack.of(_SUBSCRIPTION)
    )


def _beside(pool: Resource, item: Resource, stack: Inventory) -> Truth:
    """Return whether ``item`` is in the cluster of ``pool``."""
    if pool.kind in _IN_CLUSTERS:
        return YES if pool.provider == item.provider else NO
    if pool.kind == machines.MANAGED_CLUSTER:
        return clusters.holds(pool, item, stack)
    name = pool["clusterName"] if pool.kind == machines.NODE_GROUP else pool["resourceName"]
    here = [
        stack.refers(name, cluster) & clusters.holds(cluster, item, stack)
        for cluster in stack.of(*clusters.CLUSTERS)
    ]
    elsewhere = ~any_of(stack.refers(name, cluster) for cluster in stack.of(*clusters.CLUSTERS))
    return any_of((*here, elsewhere.doubtful()))


RULE = Rule(
    id="REL-010",
    version=1,
    title="GPU pools are tainted, and have a device plugin and a DCGM exporter",
    why="A GPU with a row of broken memory spoils a week of training before anybody looks at its counters.",
    fix="Taint the pool (nvidia.com/gpu:NoSchedule), and install the GPU operator, which brings the device "
    "plugin and "
    "the DCGM exporter.",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    unknown=OnUnknown.DEFER,
    joined=dict.fromkeys(_TAINTS, _pool),
)
