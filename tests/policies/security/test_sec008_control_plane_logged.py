from policies.engine import Resource
from policies.security.sec008_control_plane_logged import RULE
from tests.policies.cases import LATER, Cases, resource, urn_of

EKS = "aws:eks/cluster:Cluster"
AKS = "azure-native:containerservice:ManagedCluster"
SETTING = "azure-native:monitor:DiagnosticSetting"
OPENSHIFT = "kubernetes:config.openshift.io/v1:APIServer"
ALL = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
AKS_ID = "/subscriptions/s/resourceGroups/ml/providers/Microsoft.ContainerService/managedClusters/az"

cluster = resource(AKS, "az", {"resourceGroupName": "ml", "resourceName": "az"})


def eks(logs: object) -> Resource:
    return resource(EKS, "aws", {"roleArn": "arn:aws:iam::1:role/r", "enabledClusterLogTypes": logs})


def setting(uri: object, logs: object, made_from: dict[str, list[str]] | None = None) -> Resource:
    return resource(
        SETTING, "audit", {"resourceUri": uri, "workspaceId": "w", "logs": logs}, made_from=made_from
    )


def kept(*categories: str) -> list[dict[str, object]]:
    return [{"category": name, "enabled": True} for name in categories]


def openshift(profile: str) -> Resource:
    return resource(
        OPENSHIFT, "dc1", {"metadata": {"name": "cluster"}, "spec": {"audit": {"profile": profile}}}
    )


CASES = Cases(
    rule=RULE,
    good={
        "EKS": [eks(ALL)],
        "AKS with everything": [cluster, setting(AKS_ID, [{"categoryGroup": "allLogs", "enabled": True}])],
        "AKS with each log": [
            cluster,
            setting(
                AKS_ID,
                kept(
                    "kube-apiserver",
                    "kube-audit-admin",
                    "kube-controller-manager",
                    "kube-scheduler",
                    "cloud-controller-manager",
                    "cluster-autoscaler",
                    "guard",
                ),
            ),
        ],
        "AKS before it exists": [
            cluster,
            setting(
                LATER,
                [{"categoryGroup": "allLogs", "enabled": True}],
                made_from={"resourceUri": [urn_of(AKS, "az")]},
            ),
        ],
        "OpenShift": [openshift("WriteRequestBodies")],
    },
    bad={
        "EKS without an audit log": (
            [eks([log for log in ALL if log != "audit"])],
            ["aws.enabledClusterLogTypes[0]: the audit log of the control plane is not kept"],
        ),
        "EKS that says nothing": (
            [eks(None)],
            [f"aws.enabledClusterLogTypes: the {log} log of the control plane is not kept" for log in ALL],
        ),
        "AKS without a setting": (
            [cluster],
            ["az: no diagnostic setting keeps all logs of the control plane"],
        ),
        "AKS with audit logs only": (
            [cluster, setting(AKS_ID, kept("kube-audit"))],
            ["az.audit.logs[0].categoryGroup: no diagnostic setting keeps all logs of the control plane"],
        ),
        "a setting that goes nowhere": (
            [
                cluster,
                resource(
                    SETTING,
                    "audit",
                    {"resourceUri": AKS_ID, "logs": [{"categoryGroup": "allLogs", "enabled": True}]},
                ),
            ],
            ["az.audit.workspaceId: no diagnostic setting keeps all logs of the control plane"],
        ),
        "OpenShift without a log": (
            [openshift("None")],
            ["dc1.spec.audit.profile: the cluster keeps no audit log"],
        ),
    },
    unknown={
        "EKS with a list from elsewhere": (
            [eks(LATER)],
            ["aws.enabledClusterLogTypes[*]"] * len(ALL),
        ),
        "a setting of some cluster": (
            [
                cluster,
                setting(LATER, [{"categoryGroup": "allLogs", "enabled": True}]),
            ],
            ["az.audit.resourceUri"],
        ),
    },
    waived={"a cluster of a day": [eks([log for log in ALL if log != "scheduler"])]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
