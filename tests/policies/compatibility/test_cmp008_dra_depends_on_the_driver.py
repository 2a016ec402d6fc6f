from policies.compatibility.cmp008_dra_depends_on_the_driver import RULE
from tests.policies.cases import LATER, Cases
from tests.policies.compatibility.pools import pool

CASES = Cases(
    rule=RULE,
    good={
        "good 1": [pool({"dra": True, "autoscaler": "none"})],
        "good 2": [pool({"autoscaler": "karpenter"})],
    },
    bad={
        "bad 1": (
            [pool({"dra": True, "autoscaler": "karpenter", "karpenterVersion": "1.14.1"})],
            ["train.dra: devices come by resource claims, which not every driver supports under Karpenter"],
        ),
    },
    unknown={
        "unknown 1": ([pool({"dra": True, "autoscaler": LATER})], ["train.autoscaler"]),
    },
    waived={"bad 1": [pool({"dra": True, "autoscaler": "karpenter", "karpenterVersion": "1.14.1"})]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
