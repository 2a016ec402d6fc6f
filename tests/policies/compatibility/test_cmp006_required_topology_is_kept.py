from policies.compatibility.cmp006_required_topology_is_kept import RULE
from tests.policies.cases import LATER, Cases
from tests.policies.compatibility.pools import scheduling

CASES = Cases(
    rule=RULE,
    good={
        "good 1": [scheduling({"topology": "preferred", "provisioningRequest": True})],
        "good 2": [scheduling({"topology": "required"})],
    },
    bad={
        "bad 1": (
            [scheduling({"topology": "required", "provisioningRequest": True})],
            [
                (
                    "queues.topology: jobs require a topology, and ProvisioningRequest may "
                    "scatter the nodes that are added for them"
                ),
            ],
        ),
    },
    unknown={
        "unknown 1": ([scheduling({"topology": LATER, "provisioningRequest": True})], ["queues.topology"]),
    },
    waived={"bad 1": [scheduling({"topology": "required", "provisioningRequest": True})]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
