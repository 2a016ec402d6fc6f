"""The example platform, whole: what the program makes of a platform file."""

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pulumi
import pytest

from components.core import ComponentError
from stacks import compose, spec
from stacks.spec import tables
from stacks.spec.types import Platform
from tests.support.clouds import CALLS, STATES
from tests.support.deploy import Graph, deploy

EXAMPLE = Path(__file__).parents[2] / "stacks" / "platforms" / "acme.yaml"


def run(platform: Platform, *, preview: bool = False, **options: Any) -> Graph:
    def program() -> None:
        for name, value in compose.build(platform, **options).outputs().items():
            pulumi.export(name, value)

    return deploy(program, calls=CALLS, states=STATES, preview=preview)


@cache
def example() -> Graph:
    return run(spec.load(EXAMPLE).platform)


def platform(**more: Any) -> Platform:
    """A small platform with what a test is about."""
    return Platform.model_validate(
        {
            "platform": "acme",
            "environment": "dev",
            "owner": {"team": "ml", "contact": "ml@acme.example"},
            "sites": {"dc1": {"kind": "openshift", "context": "dc1", "country": "DE", "cidr": "10.0.0.0/16"}},
            **more,
        }
    )


def test_three_sites_are_a_platform_worth_showing() -> None:
    assert len(list(example().leaves())) >= 60
    assert Counter(r.type for r in example().components()) == {
        "trunkline:site:AwsSite": 1,
        "trunkline:site:AzureSite": 1,
        "trunkline:site:OnPremSite": 1,
        "trunkline:network:AwsNetwork": 1,
        "trunkline:network:AzureNetwork": 1,
        "trunkline:network:OnPremNetwork": 1,
        "trunkline:cluster:EksCluster": 1,
        "trunkline:cluster:AksCluster": 1,
        "trunkline:cluster:OnPremCluster": 1,
        "trunkline:namespace:KubernetesNamespace": 3,
        "trunkline:object_store:S3Store": 3,
        "trunkline:object_store:BlobStore": 2,
        "trunkline:object_store:CephStore": 1,
    }


def test_no_resource_and_no_lookup_reaches_an_ambient_account() -> None:
    graph = example()
    known = {f"{p.urn}" for p in graph.providers()}
    assert [r.name for r in graph.leaves() if r.provider.rpartition("::")[0] not in known] == []
    assert [token for token, provider in graph.invokes if provider.rpartition("::")[0] not in known] == []


def test_the_program_stops_once_to_ask_aws_who_it_is_however_many_sites_there_are() -> None:
    """Each question is a round trip that everything after it waits for."""
    sites = {
        f"eks{n}": {"kind": "eks", "region": region, "cidr": f"10.{n}.0.0/16"}
        for n, region in enumerate(("eu-central-1", "us-east-1"), start=1)
    }
    graph = run(platform(environment="dev", sites=sites))
    asked = Counter(token for token, _ in graph.invokes)
    assert asked["aws:index/getCallerIdentity:getCallerIdentity"] == 1
    assert asked["aws:iam/getSessionContext:getSessionContext"] == 1
    assert len(graph.of_type("aws:eks/accessEntry:AccessEntry")) == 2


@pytest.mark.parametrize("site", ["aws", "az", "dc1"])
def test_what_belongs_to_a_site_stays_at_the_site(site: str) -> None:
    """Everything below a site's component uses providers of that site."""
    graph = example()
    by_urn = graph.by_urn()

    def home(urn: str) -> str:
        while by_urn[urn].parent in by_urn:
            urn = by_urn[urn].parent
        return by_urn[urn].name

    own = {p.urn for p in graph.providers() if home(p.urn) == site}
    here = [r for r in graph.leaves() if home(r.urn) == site]
    assert here
    assert [r.name for r in here if r.provider.rpartition("::")[0] not in own] == []


def test_everything_is_below_a_site() -> None:
    graph = example()
    tops = {r.name for r in graph.components() if r.parent not in graph.by_urn()}
    assert tops == {"aws", "az", "dc1"}


def test_preview_shows_what_up_makes() -> None:
    previewed = run(spec.load(EXAMPLE).platform, preview=True)
    assert {r.urn for r in previewed.resources} == {r.urn for r in example().resources}


def test_the_order_of_the_file_changes_nothing() -> None:
    sites = {
        "b": {"kind": "openshift", "context": "b", "country": "DE", "cidr": "10.1.0.0/16"},
        "a": {
            "kind": "kubernetes",
            "context": "a",
            "country": "DE",
            "cidr": "10.2.0.0/16",
            "pods": "10.3.0.0/16",
        },
    }
    one = run(platform(sites=sites))
    other = run(platform(sites=dict(reversed(sites.items()))))
    assert {(r.urn, str(r.inputs)) for r in one.resources} == {
        (r.urn, str(r.inputs)) for r in other.resources
    }


def test_a_store_needs_the_one_that_receives_its_logs_whatever_their_names_are() -> None:
    stores = {"a": {"site": "dc1", "accessLogs": "z"}, "m": {"site": "dc1"}, "z": {"site": "dc1"}}
    graph = run(platform(objectStores=stores))
    assert {r.name for r in graph.components() if r.type == "trunkline:object_store:CephStore"} == {
        "a",
        "m",
        "z",
    }
    assert "z-claim" in {urn.rpartition("::")[2] for urn in graph.named("a-task").dependencies}


def test_a_throw_away_stack_protects_nothing_and_any_other_its_data() -> None:
    stores = {"raw": {"site": "dc1"}}
    assert [r.name for r in run(platform(objectStores=stores), protect=False).resources if r.protect] == []
    kept = {r.name for r in run(platform(objectStores=stores)).resources if r.protect}
    assert kept == {"raw-claim", "dc1-home-namespace"}


def test_a_kubeconfig_is_named_from_where_the_engine_runs() -> None:
    sites = {
        "dc1": {
            "kind": "openshift",
            "context": "dc1",
            "country": "DE",
            "cidr": "10.0.0.0/16",
            "kubeconfig": "kube/dc1.yaml",
        }
    }
    provider = run(platform(sites=sites), directory="platforms").one("pulumi:providers:kubernetes")
    assert provider.inputs["kubeconfig"] == "platforms/kube/dc1.yaml"


def test_the_outputs_say_where_things_are() -> None:
    exports = example().exports
    assert set(exports) == {"sites", "objectStores", "kubeconfigs"}
    assert exports["sites"]["aws"]["clusterName"] == "acme-ml-prod-aws"
    assert exports["sites"]["az"]["country"] == "NL"
    assert exports["sites"]["dc1"]["clusterIdentifier"] == "acme-ml-prod-dc1"
    assert exports["objectStores"]["raw"]["uri"] == "s3://acme-ml-prod-raw"
    assert set(exports["kubeconfigs"]) == {"aws", "az"}


def test_exported_kubeconfigs_are_secret_and_nothing_else_is() -> None:
    assert example().export_secrets == {"kubeconfigs"}


def test_the_ways_out_of_a_network_outlive_what_is_in_it() -> None:
    graph = example()
    cluster = graph.one("aws:eks/cluster:Cluster")
    for tenant in (cluster, *graph.of_type("aws:eks/nodeGroup:NodeGroup")):
        for kind in ("routeTableAssociation:RouteTableAssociation", "route:Route", "vpcEndpoint:VpcEndpoint"):
            assert {r.urn for r in graph.of_type(f"aws:ec2/{kind}")} <= tenant.dependencies, tenant.name
    subnets = {r.urn for r in graph.of_type("azure-native:network:Subnet")}
    assert subnets <= graph.one("azure-native:containerservice:ManagedCluster").dependencies
    links = graph.of_type("azure-native:privatedns:VirtualNetworkLink")
    groups = graph.of_type("azure-native:network:PrivateDnsZoneGroup")
    assert all({link.urn for link in links} & group.dependencies for group in groups)


def test_how_safe_a_site_is_kept_is_the_files_to_say() -> None:
    sites = {"az": {"kind": "aks", "region": "westeurope", "cidr": "10.2.0.0/16"}}
    asked = {"az": {**sites["az"], "defender": True, "podSecurity": "baseline"}}

    def found(entries: Any) -> tuple[bool, str]:
        graph = run(platform(sites=entries))
        profile = graph.one("azure-native:containerservice:ManagedCluster").inputs["securityProfile"]
        labels = graph.one("kubernetes:core/v1:Namespace").inputs["metadata"]["labels"]
        return "defender" in profile, labels["pod-security.kubernetes.io/enforce"]

    assert found(sites) == (False, "restricted")
    assert found(asked) == (True, "baseline")


LIMITS = {
    "aws:ec2/launchTemplate:LaunchTemplate": 128,
    "aws:eks/nodeGroup:NodeGroup": 63,
    "aws:iam/role:Role": 64,
    "aws:s3/bucket:Bucket": 63,
    "azure-native:containerservice:ManagedCluster": 63,
    "azure-native:managedidentity:UserAssignedIdentity": 128,
    "azure-native:network:PrivateEndpoint": 64,
    "azure-native:network:VirtualNetwork": 64,
    "azure-native:operationalinsights:Workspace": 63,
    "azure-native:resources:ResourceGroup": 90,
}
"""Characters of names that providers make of ours and of eight characters of their own.

https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html,
https://docs.aws.amazon.com/eks/latest/userguide/create-managed-node-group.html
"""


def test_the_longest_names_of_a_file_fit() -> None:
    """Names have 24 characters; on EKS those of a site and a pool have to share what there is."""
    room = tables.kinds()["eks"].pool_name_room
    assert room is not None
    site, pool = "s" * 24, {"size": "m7i.large", "nodes": 1}
    aks = {"size": "Standard_D4s_v5", "nodes": 2}
    aws = {
        "kind": "eks",
        "region": "eu-west-1",
        "cidr": "10.1.0.0/16",
        "nodePools": {"p" * (room - 24): pool},
    }
    az = {
        "kind": "aks",
        "region": "germanywestcentral",
        "cidr": "10.2.0.0/16",
        "nodePools": {"system": aks, "p" * 24: aks},
    }
    graphs = [
        run(platform(platform="p" * 24, sites={site: entry}, objectStores={"o" * 24: {"site": site}}))
        for entry in (aws, az)
    ]
    seen = {r.type: r for graph in graphs for r in sorted(graph.leaves(), key=lambda r: len(r.name))}
    assert set(LIMITS) <= set(seen)
    long = {kind: seen[kind].name for kind, limit in LIMITS.items() if len(seen[kind].name) + 8 > limit}
    assert long == {}
    # AKS calls the group of its nodes after the site's group, which azure-native has named.
    group = "azure-native:resources:ResourceGroup"
    nodes = seen["azure-native:containerservice:ManagedCluster"].inputs["nodeResourceGroup"]
    assert len(seen[group].name) + 8 + len(nodes) - len(STATES[group]["name"]) <= 80


def test_a_pool_that_cannot_be_is_said_in_a_sentence() -> None:
    tainted = {"only": {"size": "Standard_D4s_v5", "nodes": 2, "taints": [{"key": "gpu"}]}}
    sites = {"az": {"kind": "aks", "region": "westeurope", "cidr": "10.2.0.0/16", "nodePools": tainted}}
    with pytest.raises(ComponentError, match="add a pool called system"):
        run(platform(sites=sites))
