"""REL-009: a cluster runs a version that still gets fixes, and gets them by itself."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final, cast

from policies.engine import (
    Claim,
    Enforcement,
    OnUnknown,
    Parameter,
    Resource,
    Rule,
    Settings,
    Severity,
    Truth,
    View,
    forbid,
    require,
)
from policies.engine.data import read
from policies.engine.truth import NO
from policies.engine.view import Plain
from policies.shapes import amounts

_TABLE: Final = cast(
    "Mapping[str, Mapping[str, Any]]", read(Path(__file__).parent / "tables" / "kubernetes.toml")
)
_CHANNELS: Final = _TABLE["channels"]
_MINOR: Final = re.compile(r"(?:^|[^0-9.])v?([0-9]+)\.([0-9]+)")


def _eks(cluster: Resource, settings: Settings) -> Iterator[Claim]:
    paid = cluster["upgradePolicy"]["supportType"].equals("EXTENDED")
    yield _supported("eks", cluster["version"], settings.day("today"), extended=paid)


def _node_group(group: Resource, settings: Settings) -> Iterator[Claim]:
    # Its cluster pays for extended support, or has been judged already.
    yield _supported("eks", group["version"], settings.day("today"), extended=~NO)


def _aks(cluster: Resource, settings: Settings) -> Iterator[Claim]:
    today, long_term = settings.day("today"), cluster["supportPlan"].equals("AKSLongTermSupport")
    automatic = cluster["sku"]["name"].equals("Automatic")
    yield _supported("aks", cluster["kubernetesVersion"], today, extended=long_term)
    for pool in cluster["agentPoolProfiles"].each():
        yield _supported("aks", pool["orchestratorVersion"], today, extended=long_term)
    profile = cluster["autoUpgradeProfile"]
    channel, images = profile["upgradeChannel"], profile["nodeOSUpgradeChannel"]
    yield require(
        automatic | channel.one_of(_CHANNELS["kubernetes"]),
        f"no channel brings patches of Kubernetes: upgradeChannel is {channel}",
        at=channel,
    )
    yield forbid(
        images.one_of(_CHANNELS["no_node_image"]),
        f"no channel brings fixes of the nodes: nodeOSUpgradeChannel is {images}",
        at=images,
    )


def _agent_pool(pool: Resource, settings: Settings) -> Iterator[Claim]:
    yield _supported("aks", pool["orchestratorVersion"], settings.day("today"), extended=~NO)


def _openshift(version: Resource, settings: Settings) -> Iterator[Claim]:
    channel, wanted = version["spec"]["channel"], version["spec"]["desiredUpdate"]["version"]
    longer = channel.satisfies(lambda name: str(name).startswith("eus-"))
    today = settings.day("today")
    yield require(channel.filled(), "no channel brings updates: channel is not set", at=channel)
    yield _supported("openshift", channel, today, extended=longer)
    yield _supported("openshift", wanted, today, extended=longer)


def _supported(product: str, version: View, today: date, *, extended: Truth) -> Claim:
    """Claim that the version at ``version`` gets fixes; without one the provider takes a recent one."""
    table = _TABLE[product]
    newer = version.satisfies(lambda text: (_minor(text) or (0, 0)) > _newest(table))
    holds = (
        ~version.filled()
        | version.satisfies(lambda text: _end(table, text, "standard") >= today)
        | (extended & version.satisfies(lambda text: _end(table, text, "extended") >= today))
        | newer.doubtful()
    )
    ends = {column: _end(table, amounts.text(version), column) for column in ("standard", "extended")}
    last = max(ends.values()) if extended.state is True else ends["standard"]
    since = "long ago" if last == date.min else f"on {last.isoformat()}"
    return require(holds, f"support of {version} ended {since}", at=version)


def _minor(text: Plain) -> tuple[int, int] | None:
    found = _MINOR.search(str(text))
    return (int(found[1]), int(found[2])) if found else None


def _newest(table: Mapping[str, Any]) -> tuple[int, int]:
    return max(minor for minor in map(_minor, table) if minor is not None)


def _end(table: Mapping[str, Any], text: Plain, column: str) -> date:
    """Return the last day of support of a version; of one that is not listed, the first day of all."""
    minor = _minor(text)
    row: Mapping[str, date] = table.get(f"{minor[0]}.{minor[1]}", {}) if minor is not None else {}
    return row.get(column, date.min)


RULE = Rule(
    id="REL-009",
    version=1,
    title="Clusters run a supported version of Kubernetes",
    why="A version without support gets no fix for the next hole in its API server, whatever it guards.",
    fix="Upgrade to a version with standard support, and set autoUpgradeProfile.upgradeChannel (AKS) or "
    "spec.channel (OpenShift).",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    unknown=OnUnknown.DEFER,
    alone={
        "aws:eks/cluster:Cluster": _eks,
        "aws:eks/nodeGroup:NodeGroup": _node_group,
        "azure-native:containerservice:ManagedCluster": _aks,
        "azure-native:containerservice:AgentPool": _agent_pool,
        "kubernetes:config.openshift.io:ClusterVersion": _openshift,
    },
    parameters={
        "today": Parameter(
            about="The day to judge by, such as 2026-11-30; the day of the evaluation where empty.",
            schema={"type": "string", "format": "date"},
            default="",
        )
    },
)
