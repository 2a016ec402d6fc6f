from datetime import date

import pytest

from policies.engine import ConfigurationError, Resource, configuration
from policies.reliability.rel009_kubernetes_is_supported import RULE
from tests.policies.cases import LATER, Cases, findings, resource, settings, told

EKS = "aws:eks/cluster:Cluster"
GROUP = "aws:eks/nodeGroup:NodeGroup"
AKS = "azure-native:containerservice:ManagedCluster"
POOL = "azure-native:containerservice:AgentPool"
OPENSHIFT = "kubernetes:config.openshift.io/v1:ClusterVersion"


def eks(version: object, support: str | None = "STANDARD") -> Resource:
    return resource(
        EKS, "aws", {"roleArn": "arn", "version": version, "upgradePolicy": {"supportType": support}}
    )


def aks(version: object, channel: object = "patch", **properties: object) -> Resource:
    return resource(
        AKS,
        "az",
        {
            "resourceGroupName": "ml",
            "kubernetesVersion": version,
            "autoUpgradeProfile": {"upgradeChannel": channel, "nodeOSUpgradeChannel": "NodeImage"},
            **properties,
        },
    )


def pool(version: object) -> Resource:
    return resource(
        POOL, "gpu", {"resourceGroupName": "ml", "resourceName": "az", "orchestratorVersion": version}
    )


def openshift(channel: object, version: object = None) -> Resource:
    spec = {"clusterID": "c", "channel": channel, "desiredUpdate": {"version": version}}
    return resource(OPENSHIFT, "dc1", {"metadata": {"name": "version"}, "spec": spec})


CASES = Cases(
    rule=RULE,
    good={
        "EKS": [eks("1.36")],
        "EKS that is paid for longer": [eks("1.33", "EXTENDED")],
        "EKS that says nothing of support": [eks("1.33", None)],
        "EKS that says no version": [eks(None)],
        "nodes of EKS": [resource(GROUP, "general", {"clusterName": "aws", "version": "1.33"})],
        "AKS": [aks("1.36")],
        "AKS with a patch": [aks("1.35.4")],
        "AKS with long-term support": [aks("1.33", supportPlan="AKSLongTermSupport")],
        "AKS that does everything itself": [aks("1.36", None, sku={"name": "Automatic"})],
        "nodes of AKS": [pool("1.35")],
        "OpenShift": [openshift("stable-4.21", "4.21.3")],
        "OpenShift with extended updates": [openshift("eus-4.18")],
    },
    bad={
        "EKS past its support": (
            [eks("1.33")],
            ["aws.version: support of '1.33' ended on 2026-07-29"],
        ),
        "EKS past all support": (
            [eks("1.29", "EXTENDED")],
            ["aws.version: support of '1.29' ended on 2026-03-23"],
        ),
        "EKS that nobody remembers": ([eks("1.19")], ["aws.version: support of '1.19' ended long ago"]),
        "nodes of EKS": (
            [resource(GROUP, "general", {"clusterName": "aws", "version": "1.28"})],
            ["general.version: support of '1.28' ended on 2025-11-26"],
        ),
        "AKS past its support": (
            [aks("1.32.9")],
            ["az.kubernetesVersion: support of '1.32.9' ended on 2026-03-31"],
        ),
        "AKS with a pool left behind": (
            [aks("1.36", agentPoolProfiles=[{"name": "system", "orchestratorVersion": "1.29"}])],
            ["az.agentPoolProfiles[0].orchestratorVersion: support of '1.29' ended on 2025-03-31"],
        ),
        "AKS without channels": (
            [aks("1.36", autoUpgradeProfile={"nodeOSUpgradeChannel": "Unmanaged"})],
            [
                (
                    "az.autoUpgradeProfile.nodeOSUpgradeChannel: no channel brings fixes of the nodes: "
                    "nodeOSUpgradeChannel is 'Unmanaged'"
                ),
                (
                    "az.autoUpgradeProfile.upgradeChannel: no channel brings patches of Kubernetes: "
                    "upgradeChannel is 'none' (the provider's default)"
                ),
            ],
        ),
        "nodes of AKS": (
            [pool("1.28.3")],
            ["gpu.orchestratorVersion: support of '1.28.3' ended on 2026-02-28"],
        ),
        "OpenShift past its support": (
            [openshift("stable-4.17", "4.17.9")],
            [
                "dc1.spec.channel: support of 'stable-4.17' ended on 2026-04-01",
                "dc1.spec.desiredUpdate.version: support of '4.17.9' ended on 2026-04-01",
            ],
        ),
        "OpenShift without a channel": (
            [openshift(None)],
            ["dc1.spec.channel: no channel brings updates: channel is not set"],
        ),
    },
    unknown={
        "a version from elsewhere": ([eks(LATER)], ["aws.version"]),
        "a version that nobody here knows": ([aks("1.52")], ["az.kubernetesVersion"]),
        "a channel from elsewhere": ([openshift(LATER)], ["dc1.spec.channel", "dc1.spec.channel"]),
        "support from elsewhere": ([eks("1.33", LATER)], ["aws.upgradePolicy.supportType"]),
    },
    waived={"a cluster that goes next month": [eks("1.33")]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()


def test_the_day_can_be_set_to_see_what_comes() -> None:
    assert told(findings(RULE, [eks("1.36")], by=settings(RULE, today="2027-09-01"))) == [
        "aws.version: support of '1.36' ended on 2027-08-02"
    ]


def test_without_a_setting_the_day_of_the_evaluation_counts() -> None:
    before = configuration.read({}, [RULE], today=date(2027, 8, 2))
    after = configuration.read({}, [RULE], today=date(2027, 8, 3))
    assert told(findings(RULE, [eks("1.36")], by=before)) == []
    assert told(findings(RULE, [eks("1.36")], by=after)) == [
        "aws.version: support of '1.36' ended on 2027-08-02"
    ]


def test_a_day_that_is_none_is_refused() -> None:
    with pytest.raises(
        ConfigurationError, match=r"REL-009.today must be a day such as 2026-11-30, not 'soon'"
    ):
        configuration.read({"REL-009": {"today": "soon"}}, [RULE])
