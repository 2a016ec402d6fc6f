from policies.compatibility.cmp007_dra_needs_a_karpenter_that_knows_it import RULE
from tests.policies.cases import LATER, Cases
from tests.policies.compatibility.pools import pool

CASES = Cases(
    rule=RULE,
    good={
        "good 1": [pool({"dra": True, "autoscaler": "karpenter", "karpenterVersion": "1.14.1"})],
        "good 2": [pool({"dra": False, "autoscaler": "karpenter", "karpenterVersion": "1.6.0"})],
        "good 3": [pool({"dra": True, "autoscaler": "none"})],
    },
    bad={
        "bad 1": (
            [pool({"dra": True, "autoscaler": "karpenter", "karpenterVersion": "v1.13.2"})],
            [
                (
                    "train.karpenterVersion: the pool takes devices by resource claims, and "
                    "Karpenter 'v1.13.2' does not see them"
                ),
            ],
        ),
        "bad 2": (
            [pool({"dra": True, "autoscaler": "karpenter"})],
            [
                (
                    "train.karpenterVersion: the pool takes devices by resource claims, and "
                    "Karpenter not set does not see them"
                ),
            ],
        ),
    },
    unknown={
        "unknown 1": (
            [pool({"dra": True, "autoscaler": "karpenter", "karpenterVersion": LATER})],
            ["train.karpenterVersion"],
        ),
    },
    waived={"bad 1": [pool({"dra": True, "autoscaler": "karpenter", "karpenterVersion": "v1.13.2"})]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
