from policies.compatibility.cmp021_providers_name_their_cluster import RULE
from policies.engine import Resource
from tests.policies.cases import LATER, Cases, resource


def provider(**inputs: object) -> Resource:
    return resource("pulumi:providers:kubernetes", "cluster", {"kubeconfig": "…", **inputs})


WRONG = (
    "cluster.clusterIdentifier: a change of the kubeconfig replaces every object of the cluster: no "
    "clusterIdentifier is set"
)

CASES = Cases(
    rule=RULE,
    good={"named": [provider(clusterIdentifier="acme-aws")]},
    bad={
        "not named": ([provider()], [WRONG]),
        "named by nothing": ([provider(clusterIdentifier="")], [WRONG]),
    },
    unknown={"named elsewhere": ([provider(clusterIdentifier=LATER)], ["cluster.clusterIdentifier"])},
    waived={"not named": [provider()]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
