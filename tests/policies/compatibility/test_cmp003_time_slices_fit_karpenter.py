from policies.compatibility.cmp003_time_slices_fit_karpenter import RULE
from tests.policies.cases import LATER, Cases
from tests.policies.compatibility.pools import pool

CASES = Cases(
    rule=RULE,
    good={
        "good 1": [
            pool({"autoscaler": "karpenter", "sharing": {"timeSlices": 4}, "gpusPerPod": 1, "gpusPerNode": 4})
        ],
        "good 2": [
            pool({"autoscaler": "none", "sharing": {"timeSlices": 4}, "gpusPerPod": 8, "gpusPerNode": 4})
        ],
    },
    bad={
        "bad 1": (
            [
                pool(
                    {
                        "autoscaler": "karpenter",
                        "sharing": {"timeSlices": 4},
                        "gpusPerPod": 8,
                        "gpusPerNode": 4,
                    }
                )
            ],
            ["train.gpusPerPod: a pod may ask for 8 slices, and Karpenter counts the 4 GPUs of a node"],
        ),
    },
    unknown={
        "unknown 1": (
            [
                pool(
                    {
                        "autoscaler": "karpenter",
                        "sharing": {"timeSlices": 4},
                        "gpusPerPod": 8,
                        "gpusPerNode": LATER,
                    }
                )
            ],
            ["train.gpusPerNode"],
        ),
    },
    waived={
        "bad 1": [
            pool({"autoscaler": "karpenter", "sharing": {"timeSlices": 4}, "gpusPerPod": 8, "gpusPerNode": 4})
        ]
    },
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
