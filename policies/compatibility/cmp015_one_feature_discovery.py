"""CMP-015: node feature discovery is deployed once.

Source: Azure/aks-rdma-infiniband, values of both operators, and the charts themselves; read 2026-11.
"""

from collections.abc import Iterator

from policies.compatibility.declared import GPU_STACK
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
    forbid,
)
from policies.shapes import charts


def _stack(declared: Resource, _: Settings) -> Iterator[Claim]:
    gpu, network = declared["operator"], declared["networkOperator"]
    # Both charts deploy it unless they are told not to.
    twice = gpu.present() & network.present() & _deploys(gpu["nfd"]) & _deploys(network["nfd"])
    yield forbid(twice, "the GPU operator and the network operator both deploy it", at=network["nfd"])


def _release(release: Resource, stack: Inventory, _: Settings) -> Iterator[Claim]:
    network = charts.installs(release, ("network-operator",))
    for other, gpu in charts.releases(stack, ("gpu-operator",)):
        if other.provider == release.provider:
            mine, theirs = (charts.value(one, "nfd", "enabled") for one in (release, other))
            yield forbid(
                network & gpu & _deploys(mine) & _deploys(theirs),
                f"{other.name} in the same cluster deploys node feature discovery too",
                at=mine,
            )


def _deploys(view: View) -> Truth:
    return ~view.equals(expected=False)


RULE = Rule(
    id="CMP-015",
    version=1,
    title="Node feature discovery is deployed once",
    why="Two instances label nodes in turn, and pods that select by those labels come and go.",
    fix="Set nfd.enabled to false in the GPU operator or in the network operator.",
    severity=Severity.HIGH,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    alone={GPU_STACK: _stack},
    joined={**dict.fromkeys(charts.KINDS, _release)},
)
