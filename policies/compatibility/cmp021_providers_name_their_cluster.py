"""CMP-021: kubernetes providers have a cluster identifier.

Source: pulumi/pulumi-eks#352; docstring of pulumi_kubernetes.Provider 4.34; read 2026-11.
"""

from collections.abc import Iterator

from policies.engine import (
    Claim,
    Enforcement,
    OnUnknown,
    Resource,
    Rule,
    Settings,
    Severity,
    require,
)


def _provider(provider: Resource, _: Settings) -> Iterator[Claim]:
    yield require(
        provider["clusterIdentifier"].filled(),
        "a change of the kubeconfig replaces every object of the cluster: no clusterIdentifier is set",
        at=provider["clusterIdentifier"],
    )


RULE = Rule(
    id="CMP-021",
    version=1,
    title="Kubernetes providers have a cluster identifier",
    why="Without one, a kubeconfig that changes, as a token does, makes Pulumi replace every "
    "object of the cluster.",
    fix="Set clusterIdentifier of the provider to a name that stays.",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    unknown=OnUnknown.DEFER,
    alone={"pulumi:providers:kubernetes": _provider},
)
