from policies.compatibility.cmp005_gangs_and_karpenter import RULE
from tests.policies.cases import LATER, Cases
from tests.policies.compatibility.pools import pool, scheduling

CASES = Cases(
    rule=RULE,
    good={
        "good 1": [pool({"autoscaler": "karpenter"}), scheduling({"gang": ["kueue"]})],
        "good 2": [pool({"autoscaler": "none"}), scheduling({"gang": ["volcano"]})],
    },
    bad={
        "bad 1": (
            [pool({"autoscaler": "karpenter"}), scheduling({"gang": ["volcano"]})],
            ["train.autoscaler: a gang scheduler of its own holds pods back, for which Karpenter adds nodes"],
        ),
    },
    unknown={
        "unknown 1": (
            [pool({"autoscaler": "karpenter"}), scheduling({"gang": LATER})],
            ["train.queues.gang[*]"],
        ),
    },
    waived={"bad 1": [pool({"autoscaler": "karpenter"}), scheduling({"gang": ["volcano"]})]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
