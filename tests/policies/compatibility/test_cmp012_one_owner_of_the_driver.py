from policies.compatibility.cmp012_one_owner_of_the_driver import RULE
from tests.policies.cases import LATER, Cases
from tests.policies.compatibility.pools import gpu_stack, pool

CASES = Cases(
    rule=RULE,
    good={
        "good 1": [pool({"image": {"driver": True}}), gpu_stack({"operator": {"driver": False}})],
        "good 2": [pool({"image": {"driver": False}}), gpu_stack({})],
        "good 3": [pool({"image": {"driver": True}}), gpu_stack({"cluster": "compute:other"})],
    },
    bad={
        "bad 1": (
            [
                pool({"image": {"driver": True, "toolkit": True}}),
                gpu_stack({"operator": {"driver": True, "toolkit": False}}),
            ],
            [
                (
                    "train.image.driver: the node image has the driver, and the GPU operator of "
                    "gpus installs one too"
                ),
            ],
        ),
        "bad 2": (
            [pool({"image": {"toolkit": True}}), gpu_stack({})],
            [
                (
                    "train.image.toolkit: the node image has the toolkit, and the GPU operator of "
                    "gpus installs one too"
                ),
            ],
        ),
    },
    unknown={
        "unknown 1": ([pool({"image": {"driver": LATER}}), gpu_stack({})], ["train.image.driver"]),
    },
    waived={"bad 1": [pool({"image": {"toolkit": True}}), gpu_stack({})]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
