from policies.compatibility.cmp002_auto_mode_keeps_its_nodes import RULE
from tests.policies.cases import LATER, Cases
from tests.policies.compatibility.pools import pool

CASES = Cases(
    rule=RULE,
    good={
        "good 1": [pool({"autoscaler": "auto-mode"})],
        "good 2": [pool({"autoscaler": "karpenter", "userData": True})],
        "good 3": [pool({"autoscaler": "auto-mode", "sharing": {"timeSlices": 1}})],
    },
    bad={
        "bad 1": (
            [pool({"autoscaler": "auto-mode", "userData": True})],
            [
                (
                    "train.autoscaler: the pool is of Auto Mode, and needs user data or time "
                    "slices, which Auto Mode does not take"
                ),
            ],
        ),
        "bad 2": (
            [pool({"autoscaler": "auto-mode", "sharing": {"timeSlices": 4}})],
            [
                (
                    "train.autoscaler: the pool is of Auto Mode, and needs user data or time "
                    "slices, which Auto Mode does not take"
                ),
            ],
        ),
    },
    unknown={
        "unknown 1": ([pool({"autoscaler": "auto-mode", "userData": LATER})], ["train.userData"]),
    },
    waived={"bad 1": [pool({"autoscaler": "auto-mode", "userData": True})]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
