from policies.compatibility.cmp004_provisioning_without_karpenter import RULE
from tests.policies.cases import LATER, Cases
from tests.policies.compatibility.pools import pool, scheduling

CASES = Cases(
    rule=RULE,
    good={
        "good 1": [pool({"autoscaler": "karpenter"}), scheduling({"provisioningRequest": False})],
        "good 2": [pool({"autoscaler": "none"}), scheduling({"provisioningRequest": True})],
    },
    bad={
        "bad 1": (
            [pool({"autoscaler": "karpenter"}), scheduling({"provisioningRequest": True})],
            [
                (
                    "train.autoscaler: jobs of the cluster ask for capacity by "
                    "ProvisioningRequest, which Karpenter does not answer"
                ),
            ],
        ),
    },
    unknown={
        "unknown 1": (
            [pool({"autoscaler": "karpenter"}), scheduling({"provisioningRequest": LATER})],
            ["train.queues.provisioningRequest"],
        ),
    },
    waived={"bad 1": [pool({"autoscaler": "karpenter"}), scheduling({"provisioningRequest": True})]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
