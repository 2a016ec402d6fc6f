from policies.compatibility.cmp011_capacity_block_in_its_zone import RULE
from tests.policies.cases import LATER, Cases
from tests.policies.compatibility.pools import pool

CASES = Cases(
    rule=RULE,
    good={
        "good 1": [
            pool(
                {
                    "capacity": {"kind": "block", "zone": "eu-central-1a"},
                    "subnets": [{"zone": "eu-central-1a"}],
                }
            )
        ],
        "good 2": [pool({"capacity": {"kind": "on-demand"}, "subnets": [{"zone": "a"}, {"zone": "b"}]})],
    },
    bad={
        "bad 1": (
            [
                pool(
                    {
                        "capacity": {"kind": "block", "zone": "eu-central-1a"},
                        "subnets": [{"zone": "eu-central-1a"}, {"zone": "eu-central-1b"}],
                    }
                )
            ],
            [
                (
                    "train.subnets[1].zone: the block is in 'eu-central-1a', and a subnet of the "
                    "pool is in 'eu-central-1b'"
                ),
            ],
        ),
    },
    unknown={
        "unknown 1": (
            [pool({"capacity": {"kind": "block", "zone": LATER}, "subnets": [{"zone": "eu-central-1b"}]})],
            ["train.capacity.zone"],
        ),
    },
    waived={
        "bad 1": [
            pool(
                {
                    "capacity": {"kind": "block", "zone": "eu-central-1a"},
                    "subnets": [{"zone": "eu-central-1a"}, {"zone": "eu-central-1b"}],
                }
            )
        ]
    },
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
