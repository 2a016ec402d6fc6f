from policies.compatibility.cmp013_one_system_per_operator import RULE
from tests.policies.cases import LATER, Cases
from tests.policies.compatibility.pools import gpu_stack, pool

CASES = Cases(
    rule=RULE,
    good={
        "good 1": [
            pool({"kind": "aks", "osVersion": "AzureLinux 3"}),
            pool({"kind": "aks", "osVersion": "AzureLinux 3"}, "z"),
            gpu_stack({"operator": {"driver": True}}),
        ],
        "good 2": [
            pool({"kind": "eks", "osVersion": "a"}),
            pool({"kind": "eks", "osVersion": "b"}, "z"),
            gpu_stack({"operator": {}}),
        ],
        "good 3": [pool({"kind": "aks", "osVersion": "a"}), pool({"kind": "aks", "osVersion": "b"}, "z")],
    },
    bad={
        "bad 1": (
            [
                pool({"kind": "aks", "osVersion": "Ubuntu 22.04"}),
                pool({"kind": "aks", "osVersion": "Ubuntu 24.04"}, "z"),
                gpu_stack({"operator": {"driver": True}}),
            ],
            ["train.osVersion: the pool runs 'Ubuntu 22.04', and z in the same cluster runs 'Ubuntu 24.04'"],
        ),
    },
    unknown={
        "unknown 1": (
            [
                pool({"kind": "aks", "osVersion": LATER}),
                pool({"kind": "aks", "osVersion": "b"}, "z"),
                gpu_stack({"operator": {"driver": True}}),
            ],
            ["train.osVersion"],
        ),
    },
    waived={
        "bad 1": [
            pool({"kind": "aks", "osVersion": "a"}),
            pool({"kind": "aks", "osVersion": "b"}, "z"),
            gpu_stack({"operator": {"driver": True}}),
        ]
    },
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
