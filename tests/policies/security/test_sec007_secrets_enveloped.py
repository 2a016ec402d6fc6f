from policies.engine import Resource
from policies.security.sec007_secrets_enveloped import RULE
from tests.policies.cases import LATER, Cases, resource

EKS = "aws:eks/cluster:Cluster"
AKS = "azure-native:containerservice:ManagedCluster"
OPENSHIFT = "kubernetes:config.openshift.io/v1:APIServer"


def eks(encryption: object) -> Resource:
    return resource(EKS, "aws", {"roleArn": "arn:aws:iam::1:role/r", "encryptionConfig": encryption})


def aks(kms: object) -> Resource:
    return resource(AKS, "az", {"resourceGroupName": "ml", "securityProfile": {"azureKeyVaultKms": kms}})


def openshift(spec: object) -> Resource:
    return resource(OPENSHIFT, "dc1", {"metadata": {"name": "cluster"}, "spec": spec})


KEY = {"provider": {"keyArn": "arn:aws:kms:eu-central-1:1:key/k"}, "resources": ["secrets"]}


CASES = Cases(
    rule=RULE,
    good={
        "EKS": [eks(KEY)],
        "EKS with a key that does not exist yet": [eks({**KEY, "provider": {"keyArn": LATER}})],
        "AKS": [aks({"enabled": True, "keyId": "https://acme.vault.azure.net/keys/etcd/1"})],
        "OpenShift": [openshift({"encryption": {"type": "aesgcm"}})],
    },
    bad={
        "EKS without a key": (
            [eks(None)],
            ["aws.encryptionConfig.provider.keyArn: no key of yours encrypts the cluster's secrets"],
        ),
        "EKS for something else": (
            [eks({**KEY, "resources": []})],
            ["aws.encryptionConfig.resources: no key of yours encrypts the cluster's secrets"],
        ),
        "AKS turned off": (
            [aks({"enabled": False, "keyId": "https://acme.vault.azure.net/keys/etcd/1"})],
            ["az.securityProfile.azureKeyVaultKms.enabled: no key of yours encrypts the cluster's secrets"],
        ),
        "OpenShift that says nothing": (
            [openshift({})],
            [
                (
                    "dc1.spec.encryption.type: the cluster stores its secrets as they are: type is "
                    "'identity' (the provider's default)"
                )
            ],
        ),
    },
    unknown={
        "EKS with a list from elsewhere": (
            [eks({**KEY, "resources": LATER})],
            ["aws.encryptionConfig.resources[*]"],
        ),
        "AKS with a profile from elsewhere": (
            [aks({"enabled": LATER, "keyId": "https://acme.vault.azure.net/keys/etcd/1"})],
            ["az.securityProfile.azureKeyVaultKms.enabled"],
        ),
    },
    waived={"a cluster without secrets": [eks(None)]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
