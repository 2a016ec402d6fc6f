from policies.compatibility.cmp014_one_way_to_run_gpus import RULE
from tests.policies.cases import LATER, Cases, resource
from tests.policies.compatibility.pools import gpu_stack

POLICY = resource(
    "kubernetes:nvidia.com/v1:ClusterPolicy", "policy", {"metadata": {"name": "policy"}}, provider="eks"
)
CLUSTER = resource(
    "kubernetes:nvidia.com/v1alpha1:GPUCluster", "gpus", {"metadata": {"name": "gpus"}}, provider="eks"
)
ELSEWHERE = resource(
    "kubernetes:nvidia.com/v1:ClusterPolicy", "other", {"metadata": {"name": "other"}}, provider="aks"
)

CASES = Cases(
    rule=RULE,
    good={
        "one of them": [gpu_stack({"operator": {"clusterPolicy": True}})],
        "objects of two clusters": [CLUSTER, ELSEWHERE],
    },
    bad={
        "both": (
            [gpu_stack({"operator": {"clusterPolicy": True, "gpuCluster": True}})],
            ["gpus.operator.gpuCluster: the operator gets a ClusterPolicy and a GPUCluster"],
        ),
        "both objects": ([POLICY, CLUSTER], ["gpus: the cluster has the ClusterPolicy policy too"]),
    },
    unknown={
        "one from elsewhere": (
            [gpu_stack({"operator": {"clusterPolicy": True, "gpuCluster": LATER}})],
            ["gpus.operator.gpuCluster"],
        )
    },
    waived={"both objects": [POLICY, CLUSTER]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
