from policies.compatibility.cmp022_workers_reach_their_cluster import RULE
from tests.policies.cases import LATER, Cases
from tests.policies.compatibility.pools import pool

CASES = Cases(
    rule=RULE,
    good={
        "good 1": [pool({"subnets": [{"public": False}]})],
        "good 2": [pool({"subnets": [{"public": True}], "publicIp": True})],
        "good 3": [pool({"subnets": [{"public": True}], "egress": "endpoints"})],
    },
    bad={
        "bad 1": (
            [pool({"subnets": [{"public": True}], "egress": "none"})],
            [
                (
                    "train.subnets[0].public: the subnet is public, the nodes have no public "
                    "address, and neither NAT nor endpoints are there"
                ),
            ],
        ),
    },
    unknown={
        "unknown 1": ([pool({"subnets": [{"public": True}], "publicIp": LATER})], ["train.publicIp"]),
    },
    waived={"bad 1": [pool({"subnets": [{"public": True}], "egress": "none"})]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
