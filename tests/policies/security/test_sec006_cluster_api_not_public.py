import pytest

from policies.engine import Resource
from policies.security.sec006_cluster_api_not_public import RULE
from tests.policies.cases import LATER, Cases, findings, resource, settings, told

EKS = "aws:eks/cluster:Cluster"
AKS = "azure-native:containerservice:ManagedCluster"


def eks(**network: object) -> Resource:
    return resource(
        EKS, "aws", {"roleArn": "arn:aws:iam::1:role/r", "vpcConfig": {"subnetIds": ["a", "b"], **network}}
    )


def aks(access: object = None, **inputs: object) -> Resource:
    return resource(AKS, "az", {"resourceGroupName": "ml", "apiServerAccessProfile": access, **inputs})


CASES = Cases(
    rule=RULE,
    good={
        "a private EKS": [eks(endpointPublicAccess=False, endpointPrivateAccess=True)],
        "an EKS for one office": [eks(endpointPublicAccess=True, publicAccessCidrs=["203.0.113.0/24"])],
        "a private AKS": [aks({"enablePrivateCluster": True})],
        "an AKS for one office": [aks({"authorizedIPRanges": ["203.0.113.7"]})],
        "an AKS without a public network": [aks(publicNetworkAccess="Disabled")],
    },
    bad={
        "an EKS that says nothing": (
            [eks()],
            [
                (
                    "aws.vpcConfig.publicAccessCidrs[0]: the API server is open to '0.0.0.0/0' (the "
                    "provider's default)"
                )
            ],
        ),
        "an EKS open to half the internet": (
            [eks(endpointPublicAccess=True, publicAccessCidrs=["0.0.0.0/1", "203.0.113.0/24", "::/0"])],
            [
                "aws.vpcConfig.publicAccessCidrs[0]: the API server is open to '0.0.0.0/1'",
                "aws.vpcConfig.publicAccessCidrs[2]: the API server is open to '::/0'",
            ],
        ),
        "an empty list": (
            [eks(endpointPublicAccess=True, publicAccessCidrs=[])],
            [
                (
                    "aws.vpcConfig.publicAccessCidrs: the API server is public, and publicAccessCidrs does "
                    "not narrow it"
                )
            ],
        ),
        "an AKS that says nothing": (
            [aks()],
            [
                (
                    "az.apiServerAccessProfile.authorizedIPRanges: the API server is public, and "
                    "authorizedIPRanges "
                    "does not narrow it"
                ),
            ],
        ),
        "an AKS open to everyone": (
            [aks({"authorizedIPRanges": ["0.0.0.0/0"]})],
            ["az.apiServerAccessProfile.authorizedIPRanges[0]: the API server is open to '0.0.0.0/0'"],
        ),
    },
    unknown={
        "ranges from elsewhere": (
            [eks(endpointPublicAccess=True, publicAccessCidrs=LATER)],
            ["aws.vpcConfig.publicAccessCidrs", "aws.vpcConfig.publicAccessCidrs[*]"],
        ),
        "a flag from elsewhere": ([eks(endpointPublicAccess=LATER)], ["aws.vpcConfig.endpointPublicAccess"]),
        "an AKS profile from elsewhere": (
            [aks({"enablePrivateCluster": LATER, "authorizedIPRanges": []})],
            ["az.apiServerAccessProfile.enablePrivateCluster"],
        ),
    },
    waived={"a cluster for a fair": [eks()]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()


@pytest.mark.parametrize(
    ("prefix", "expected"), [(24, []), (25, ["the API server is open to '203.0.113.0/24'"])]
)
def test_the_widest_range_can_be_set(prefix: int, expected: list[str]) -> None:
    cluster = eks(endpointPublicAccess=True, publicAccessCidrs=["203.0.113.0/24"])
    found = findings(RULE, [cluster], by=settings(RULE, widestPrefix=prefix))
    assert [line.partition(": ")[2] for line in told(found)] == expected
