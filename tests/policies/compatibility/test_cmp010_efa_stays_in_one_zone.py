from policies.compatibility.cmp010_efa_stays_in_one_zone import RULE
from tests.policies.cases import LATER, Cases
from tests.policies.compatibility.pools import pool

CASES = Cases(
    rule=RULE,
    good={
        "good 1": [pool({"interconnect": "efa", "zones": ["eu-central-1a"]})],
        "good 2": [pool({"interconnect": "none", "zones": ["a", "b"]})],
    },
    bad={
        "bad 1": (
            [pool({"interconnect": "efa", "zones": ["a", "b"]})],
            ["train.zones: the pool has EFA, and more than one zone or none is named for it"],
        ),
        "bad 2": (
            [pool({"interconnect": "efa"})],
            ["train.zones: the pool has EFA, and more than one zone or none is named for it"],
        ),
    },
    unknown={
        "unknown 1": ([pool({"interconnect": "efa", "zones": LATER})], ["train.zones"]),
    },
    waived={"bad 1": [pool({"interconnect": "efa", "zones": ["a", "b"]})]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
