"""SEC-008: the control plane of a cluster keeps all its logs."""

from collections.abc import Iterator

from policies.engine import (
    Claim,
    Enforcement,
    Inventory,
    OnUnknown,
    Resource,
    Rule,
    Settings,
    Severity,
    forbid,
    require,
)
from policies.security import diagnostics


def _eks(cluster: Resource, _: Settings) -> Iterator[Claim]:
    kept = cluster["enabledClusterLogTypes"]
    for log in diagnostics.LOGS["eks"]:
        yield require(
            kept.any(lambda item, log=log: item.equals(log)),
            f"the {log} log of the control plane is not kept",
        )


def _aks(cluster: Resource, stack: Inventory, _: Settings) -> Iterator[Claim]:
    kept = diagnostics.keeps(cluster, stack, diagnostics.LOGS["everything"], diagnostics.LOGS["aks"])
    yield require(kept, "no diagnostic setting keeps all logs of the control plane")


def _openshift(api_server: Resource, _: Settings) -> Iterator[Claim]:
    profile = api_server["spec"]["audit"]["profile"]
    yield forbid(profile.equals("None"), "the cluster keeps no audit log")


RULE = Rule(
    id="SEC-008",
    version=1,
    title="All control-plane logs are kept",
    why="The audit log is the only witness of who changed a role, read a secret or started a job.",
    fix="Turn on all five log types (EKS), send allLogs with a DiagnosticSetting (AKS), or choose an audit "
    "profile other than None (OpenShift).",
    severity=Severity.HIGH,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    alone={"aws:eks/cluster:Cluster": _eks, "kubernetes:config.openshift.io:APIServer": _openshift},
    joined={"azure-native:containerservice:ManagedCluster": _aks},
)
