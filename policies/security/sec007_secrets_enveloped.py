"""SEC-007: Kubernetes secrets are encrypted with a key outside the cluster."""

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


def _eks(cluster: Resource, _: Settings) -> Iterator[Claim]:
    encryption = cluster["encryptionConfig"]
    yield require(
        encryption["provider"]["keyArn"].given()
        & encryption["resources"].any(lambda resource: resource.equals("secrets")),
        "no key of yours encrypts the cluster's secrets",
    )


def _aks(cluster: Resource, _: Settings) -> Iterator[Claim]:
    kms = cluster["securityProfile"]["azureKeyVaultKms"]
    yield require(
        kms["enabled"].is_true() & kms["keyId"].given(), "no key of yours encrypts the cluster's secrets"
    )


def _openshift(api_server: Resource, _: Settings) -> Iterator[Claim]:
    kind = api_server["spec"]["encryption"]["type"]
    yield require(
        kind.one_of(("aescbc", "aesgcm", "KMS")),
        f"the cluster stores its secrets as they are: type is {kind}",
    )


RULE = Rule(
    id="SEC-007",
    version=1,
    title="Kubernetes secrets are envelope-encrypted",
    why="A backup or a disk of etcd holds every credential of the platform.",
    fix="Set encryptionConfig for secrets (EKS), securityProfile.azureKeyVaultKms (AKS) or spec.encryption "
    "of the APIServer object (OpenShift).",
    severity=Severity.HIGH,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    alone={
        "aws:eks/cluster:Cluster": _eks,
        "azure-native:containerservice:ManagedCluster": _aks,
        "kubernetes:config.openshift.io:APIServer": _openshift,
    },
)
