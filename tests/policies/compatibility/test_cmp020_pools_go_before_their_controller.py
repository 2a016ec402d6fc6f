import dataclasses

from policies.compatibility.cmp020_pools_go_before_their_controller import RULE
from policies.engine import Resource
from tests.policies.cases import LATER, Cases, resource, urn_of

CHART = resource(
    "kubernetes:helm.sh/v3:Release", "karpenter", {"chart": "oci://public.ecr.aws/karpenter/karpenter"}
)
CLASS = resource(
    "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass", "gpu-class", {"metadata": {"name": "gpu"}, "spec": {}}
)


def node_pool(node_class: object = "gpu") -> Resource:
    spec = {"nodeClassRef": {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": node_class}}
    return resource(
        "kubernetes:karpenter.sh/v1:NodePool",
        "gpu-pool",
        {"metadata": {"name": "gpu"}, "spec": {"template": {"spec": spec}}},
    )


def after(later: Resource, *earlier: Resource) -> Resource:
    return dataclasses.replace(later, dependencies=frozenset(item.urn for item in earlier))


BETWEEN = after(resource("kubernetes:core/v1:ConfigMap", "between", {"metadata": {"name": "b"}}), CLASS)
POOL = "gpu-pool.spec.template.spec.nodeClassRef.name"

CASES = Cases(
    rule=RULE,
    good={
        "in order": [CHART, after(CLASS, CHART), after(node_pool(), CLASS)],
        "in order by another object": [CHART, after(CLASS, CHART), BETWEEN, after(node_pool(), BETWEEN)],
        "a pool of another class": [after(CLASS, CHART), CHART, node_pool("other")],
    },
    bad={
        "a pool on its own": (
            [CHART, after(CLASS, CHART), node_pool()],
            [f"{POOL}: the pool may outlive its class gpu-class: it does not depend on it"],
        ),
        "a class on its own": (
            [CHART, CLASS, after(node_pool(), CLASS)],
            ["gpu-class: the class may outlive its controller karpenter: it does not depend on it"],
        ),
    },
    unknown={
        "a class from elsewhere": ([CHART, after(CLASS, CHART), node_pool(LATER)], [POOL]),
    },
    waived={"a pool on its own": [CHART, after(CLASS, CHART), node_pool()]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()


def test_the_urns_are_those_of_the_engine() -> None:
    assert CLASS.urn == urn_of("kubernetes:karpenter.k8s.aws/v1:EC2NodeClass", "gpu-class")
