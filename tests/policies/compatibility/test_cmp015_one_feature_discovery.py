from policies.compatibility.cmp015_one_feature_discovery import RULE
from policies.engine import Resource
from tests.policies.cases import LATER, Cases, resource
from tests.policies.compatibility.pools import gpu_stack

RELEASE = "kubernetes:helm.sh/v3:Release"


def release(chart: str, *, nfd: object = None, provider: str = "aks") -> Resource:
    values = {} if nfd is None else {"values": {"nfd": {"enabled": nfd}}}
    return resource(RELEASE, chart, {"chart": chart, **values}, provider=provider)


TOO = "in the same cluster deploys node feature discovery too"

CASES = Cases(
    rule=RULE,
    good={
        "one of them": [gpu_stack({"operator": {"nfd": False}, "networkOperator": {"nfd": True}})],
        "no network operator": [gpu_stack({"operator": {}})],
        "one chart": [release("network-operator", nfd=False), release("gpu-operator")],
        "two clusters": [release("network-operator"), release("gpu-operator", provider="eks")],
    },
    bad={
        "both": (
            [gpu_stack({"operator": {"driver": True}, "networkOperator": {"nfd": True}})],
            ["gpus.networkOperator.nfd: the GPU operator and the network operator both deploy it"],
        ),
        "both charts": (
            [release("network-operator"), release("gpu-operator")],
            [f"network-operator.values.nfd.enabled: gpu-operator {TOO}"],
        ),
    },
    unknown={
        "a value from elsewhere": (
            [release("network-operator", nfd=LATER), release("gpu-operator")],
            ["network-operator.values.nfd.enabled"],
        )
    },
    waived={"both charts": [release("network-operator"), release("gpu-operator")]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
