from policies.compatibility.cmp001_efa_driver_fits_autoscaler import RULE
from tests.policies.cases import LATER, Cases
from tests.policies.compatibility.pools import pool

CASES = Cases(
    rule=RULE,
    good={
        "good 1": [pool({"interconnect": "efa", "interconnectDriver": "dra", "autoscaler": "none"})],
        "good 2": [
            pool({"interconnect": "efa", "interconnectDriver": "device-plugin", "autoscaler": "karpenter"})
        ],
    },
    bad={
        "bad 1": (
            [pool({"interconnect": "efa", "interconnectDriver": "dra", "autoscaler": "auto-mode"})],
            [
                (
                    "train.interconnectDriver: the pool takes EFA through DRA, and 'auto-mode' "
                    "cannot place pods that claim it"
                ),
            ],
        ),
    },
    unknown={
        "unknown 1": (
            [pool({"interconnect": "efa", "interconnectDriver": "dra", "autoscaler": LATER})],
            ["train.autoscaler"],
        ),
    },
    waived={"bad 1": [pool({"interconnect": "efa", "interconnectDriver": "dra", "autoscaler": "auto-mode"})]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
