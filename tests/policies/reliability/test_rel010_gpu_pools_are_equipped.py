from policies.engine import Resource
from policies.reliability.rel010_gpu_pools_are_equipped import RULE
from tests.policies.cases import LATER, Cases, resource, urn_of

CLUSTER = "aws:eks/cluster:Cluster"
GROUP = "aws:eks/nodeGroup:NodeGroup"
AKS = "azure-native:containerservice:ManagedCluster"
POOL = "azure-native:containerservice:AgentPool"
NODE_POOL = "kubernetes:karpenter.sh/v1:NodePool"
MACHINES = "kubernetes:machine.openshift.io/v1beta1:MachineSet"
RELEASE = "kubernetes:helm.sh/v3:Release"
SUBSCRIPTION = "kubernetes:operators.coreos.com/v1alpha1:Subscription"
PROVIDER = "pulumi:providers:kubernetes"
INSIDE = urn_of(PROVIDER, "inside")
OUTSIDE = urn_of(PROVIDER, "outside")

cluster = resource(CLUSTER, "aws", {"name": "aws", "roleArn": "arn"})
other = resource(CLUSTER, "dev", {"name": "dev", "roleArn": "arn"})
inside = resource(PROVIDER, "inside", {}, made_from={"kubeconfig": [urn_of(CLUSTER, "aws")]})
outside = resource(PROVIDER, "outside", {}, made_from={"kubeconfig": [urn_of(CLUSTER, "dev")]})
TAINT = {"key": "nvidia.com/gpu", "effect": "NO_SCHEDULE"}
NO_TAINT = "pods without a GPU may fill the nodes with GPUs: no taint keeps them off"
NO_PLUGIN = "no pod can get the GPUs: neither an operator nor a device plugin is declared for the cluster"
NO_EXPORTER = "nobody sees a broken GPU: no DCGM exporter is declared for the cluster"


def group(size: object = "p5.48xlarge", *taints: object, image: str | None = None) -> Resource:
    return resource(
        GROUP,
        "train",
        {"clusterName": "aws", "instanceTypes": [size], "taints": list(taints), "amiType": image},
    )


def release(chart: object = "gpu-operator", provider: str = INSIDE, **values: object) -> Resource:
    inputs = {"chart": chart, "version": "v26.7.0", "values": values}
    return resource(RELEASE, "gpu", inputs, provider=provider)


def pool(*taints: object, size: str = "Standard_NC24ads_A100_v4") -> Resource:
    return resource(
        POOL,
        "infer",
        {"resourceGroupName": "ml", "resourceName": "az", "vmSize": size, "nodeTaints": list(taints)},
    )


aks = resource(AKS, "az", {"resourceGroupName": "ml", "resourceName": "az"})
in_aks = resource(PROVIDER, "inside", {}, made_from={"kubeconfig": [urn_of(AKS, "az")]})


def node_pool(*taints: object, family: str = "g6") -> Resource:
    requirement = {"key": "karpenter.k8s.aws/instance-family", "operator": "In", "values": [family]}
    template = {"spec": {"requirements": [requirement], "taints": list(taints)}}
    return resource(NODE_POOL, "elastic", {"spec": {"template": template}}, provider=INSIDE)


def machine_set(*taints: object) -> Resource:
    provider = {"value": {"instanceType": "g5.xlarge"}}
    template = {"spec": {"providerSpec": provider, "taints": list(taints)}}
    return resource(MACHINES, "dc1-gpu", {"spec": {"replicas": 2, "template": template}}, provider=INSIDE)


def subscription(name: object) -> Resource:
    return resource(SUBSCRIPTION, "operator", {"spec": {"name": name}}, provider=INSIDE)


HERE = [cluster, inside]

CASES = Cases(
    rule=RULE,
    good={
        "a group with the operator": [*HERE, group("p5.48xlarge", TAINT), release()],
        "a group with its parts": [
            *HERE,
            group("p5.48xlarge", TAINT),
            release("nvidia-device-plugin"),
            resource(RELEASE, "dcgm", {"chart": "oci://x/charts/dcgm-exporter"}, provider=INSIDE),
        ],
        "a group whose image has the plugin": [
            *HERE,
            group("g6.xlarge", TAINT, image="BOTTLEROCKET_x86_64_NVIDIA"),
            release("dcgm-exporter"),
        ],
        "a group without GPUs": [*HERE, group("m7i.xlarge")],
        "a pool of AKS": [aks, in_aks, pool("nvidia.com/gpu:NoSchedule"), release()],
        "pools of AKS in one": [
            resource(
                AKS,
                "az",
                {
                    "resourceGroupName": "ml",
                    "resourceName": "az",
                    "agentPoolProfiles": [
                        {
                            "name": "gpu",
                            "vmSize": "Standard_NC4as_T4_v3",
                            "nodeTaints": ["sku=gpu:NoSchedule"],
                        },
                        {"name": "system", "vmSize": "Standard_D4s_v5"},
                    ],
                },
            ),
            in_aks,
            release(),
        ],
        "a pool of Karpenter": [
            *HERE,
            node_pool({"key": "nvidia.com/gpu", "effect": "NoSchedule"}),
            release(),
        ],
        "machines of OpenShift": [
            machine_set({"key": "nvidia.com/gpu", "effect": "NoSchedule"}),
            subscription("gpu-operator-certified"),
        ],
    },
    bad={
        "a group with nothing": (
            [*HERE, group()],
            [
                f"train: {NO_PLUGIN}",
                f"train: {NO_EXPORTER}",
                f"train.taints: {NO_TAINT}",
            ],
        ),
        "a group known by its image": (
            [*HERE, group("custom.large", image="AL2023_x86_64_NVIDIA"), release()],
            [f"train.taints: {NO_TAINT}"],
        ),
        "a taint that only asks": (
            [*HERE, group("p5.48xlarge", {**TAINT, "effect": "PREFER_NO_SCHEDULE"}), release()],
            [f"train.taints: {NO_TAINT}"],
        ),
        "an operator in another cluster": (
            [*HERE, other, outside, group("p5.48xlarge", TAINT), release(provider=OUTSIDE)],
            [f"train: {NO_PLUGIN}", f"train: {NO_EXPORTER}"],
        ),
        "an operator without its exporter": (
            [*HERE, group("p5.48xlarge", TAINT), release(dcgmExporter={"enabled": False})],
            [f"train: {NO_EXPORTER}"],
        ),
        "a pool of AKS": (
            [aks, in_aks, pool(), release()],
            [f"infer.nodeTaints: {NO_TAINT}"],
        ),
        "a pool of Karpenter": (
            [*HERE, node_pool()],
            [
                f"elastic.spec: {NO_PLUGIN}",
                f"elastic.spec: {NO_EXPORTER}",
                f"elastic.spec.template.spec.taints: {NO_TAINT}",
            ],
        ),
        "another operator of OpenShift": (
            [machine_set({"key": "nvidia.com/gpu", "effect": "NoSchedule"}), subscription("nfd")],
            [f"dc1-gpu.spec: {NO_PLUGIN}", f"dc1-gpu.spec: {NO_EXPORTER}"],
        ),
        "machines of OpenShift": (
            [machine_set(), subscription("gpu-operator-certified")],
            [f"dc1-gpu.spec.template.spec.taints: {NO_TAINT}"],
        ),
    },
    unknown={
        "a type from elsewhere": ([*HERE, group(LATER), release()], ["train.instanceTypes[0]"]),
        "a chart from elsewhere": (
            [*HERE, group("p5.48xlarge", TAINT), release(LATER)],
            ["train.gpu.chart", "train.gpu.chart"],
        ),
        "a cluster from elsewhere": (
            [group("p5.48xlarge", TAINT), release()],
            ["train.", "train."],
        ),
        "a taint from elsewhere": (
            [*HERE, group("p5.48xlarge", {"key": "nvidia.com/gpu", "effect": LATER}), release()],
            ["train.taints[0].effect"],
        ),
    },
    waived={"a pool of a day": [*HERE, group("p5.48xlarge"), release()]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
