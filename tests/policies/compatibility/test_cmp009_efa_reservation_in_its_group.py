from policies.compatibility.cmp009_efa_reservation_in_its_group import RULE
from tests.policies.cases import LATER, Cases
from tests.policies.compatibility.pools import pool

CASES = Cases(
    rule=RULE,
    good={
        "good 1": [
            pool(
                {
                    "interconnect": "efa",
                    "placementGroup": True,
                    "capacity": {"kind": "block", "placementGroup": True},
                }
            )
        ],
        "good 2": [pool({"interconnect": "efa", "placementGroup": True, "capacity": {"kind": "on-demand"}})],
    },
    bad={
        "bad 1": (
            [pool({"interconnect": "efa", "placementGroup": True, "capacity": {"kind": "block"}})],
            [
                (
                    "train.capacity.placementGroup: the nodes stand in a placement group, and the "
                    "'block' was not made in it"
                ),
            ],
        ),
    },
    unknown={
        "unknown 1": (
            [
                pool(
                    {
                        "interconnect": "efa",
                        "placementGroup": True,
                        "capacity": {"kind": "block", "placementGroup": LATER},
                    }
                )
            ],
            ["train.capacity.placementGroup"],
        ),
    },
    waived={"bad 1": [pool({"interconnect": "efa", "placementGroup": True, "capacity": {"kind": "block"}})]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
