from policies.engine import Resource
from policies.residency.rsd007_regions_explicit import RULE
from tests.policies.cases import LATER, Cases, resource, urn_of

AWS = "pulumi:providers:aws"
AZURE = "pulumi:providers:azure-native"
KUBERNETES = "pulumi:providers:kubernetes"
IMPLICIT = "nobody chose this provider, and it decides where these are made: {}"


def group(name: str, provider: str) -> Resource:
    return resource(
        "azure-native:resources:ResourceGroup",
        name,
        {"location": "westeurope"},
        provider=urn_of(AZURE, provider),
    )


CASES = Cases(
    rule=RULE,
    good={
        "a region": [resource(AWS, "eu", {"region": "eu-central-1"})],
        "Azure says it with every resource": [resource(AZURE, "az", {}), group("data", "az")],
        "a kubeconfig that is not there yet": [resource(KUBERNETES, "eks", {"kubeconfig": LATER})],
        "a context": [resource(KUBERNETES, "dc1", {"context": "dc1"})],
        "a default that nothing uses": [resource(AZURE, "default_3_29_0", {})],
        "a default of something else": [
            resource("pulumi:providers:random", "default_4_0_0", {}),
            resource(
                "aws:s3/bucket:Bucket", "b", {}, provider=urn_of("pulumi:providers:random", "default_4_0_0")
            ),
        ],
    },
    bad={
        "no region": (
            [resource(AWS, "aws", {"version": "7.51.1"})],
            [
                "aws.region: it says no region, and works wherever the environment points",
            ],
        ),
        "a region that no table knows": (
            [resource(AWS, "aws", {"region": "moon-1"})],
            [
                (
                    "aws.region: nobody here knows in which country 'moon-1' is; add it to "
                    "policies/linkage/tables/regions.toml"
                ),
            ],
        ),
        "the current context": (
            [resource(KUBERNETES, "k8s", {})],
            [
                "k8s.kubeconfig: it says no cluster, and works on whatever the current context is",
            ],
        ),
        "a default provider": (
            [resource(AZURE, "default_3_29_0", {}), group("data", "default_3_29_0")],
            [
                "default_3_29_0: nobody chose this provider, and it decides where these are made: data",
            ],
        ),
        "a default provider with a region from the environment": (
            [
                resource(AWS, "default_7_51_1", {"region": "eu-west-1"}),
                *(
                    resource("aws:s3/bucket:Bucket", name, {}, provider=urn_of(AWS, "default_7_51_1"))
                    for name in ("a", "b", "c", "d")
                ),
            ],
            [
                (
                    "default_7_51_1: nobody chose this provider, and it decides where these are made: a, "
                    "b, c and 1 more"
                ),
            ],
        ),
    },
    unknown={
        "a region from elsewhere": (
            [resource(AWS, "aws", {"region": LATER})],
            [
                "aws.region",
                "aws.region",
            ],
        ),
    },
    waived={"no region": [resource(AWS, "aws", {"version": "7.51.1"})]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
