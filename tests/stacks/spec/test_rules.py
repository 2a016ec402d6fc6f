"""What the rules let pass, what they suggest, and that they cope with size.

What they refuse stands in the corpus.
"""

import ast
import inspect
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from stacks.spec import SpecError, load, rules
from tests.stacks.spec.corpus import CASES

MODULES = (rules.addresses, rules.clusters, rules.lineage, rules.pools, rules.stores)
HEAD = "platform: acme\nowner: {team: ml, contact: ml@acme.example}\n"
DC1 = "  dc1: {kind: openshift, context: dc1, country: DE, cidr: 10.0.0.0/16}\n"
AWS = "  aws: {kind: eks, region: eu-central-1, cidr: 10.1.0.0/16}\n"
POOL = "  aws: {kind: eks, region: us-east-1, cidr: 10.1.0.0/16, zones: 4, "
AKS_POOLS = """
  az:
    kind: aks
    region: eastus2
    cidr: 10.1.0.0/16
    nodePools:
      gpu: {size: Standard_NC24ads_A100_v4, nodes: 0..2, taints: [{key: gpu}]}
      another: {size: Standard_D8s_v5, nodes: 2..4}
      system: {size: Standard_M8-4ms, nodes: 2}
"""
LONG_NAMES = """
  a-site-of-24-characters0:
    kind: eks
    region: eu-west-1
    cidr: 10.1.0.0/16
    nodePools: {pool-of-16-chars: {size: m7i.large, nodes: 1}}
"""
DC2 = """
  dc2:
    kind: kubernetes
    context: dc1
    kubeconfig: other.yaml
    country: NO
    cidr: 10.3.0.0/16
    pods: 10.4.0.0/16
"""


def check(folder: Path, sites: str, stores: str = "") -> list[str]:
    file = folder / "platform.yaml"
    file.write_text(
        HEAD + "sites:\n" + sites + (f"objectStores:\n{stores}" if stores else ""), encoding="utf-8"
    )
    try:
        load(file)
    except SpecError as error:
        return [str(problem) for problem in error.problems]
    return []


@pytest.mark.parametrize(
    ("sites", "stores"),
    [
        ("  aws: {kind: eks, region: eu-west-1, cidr: 10.1.0.0/16, podSecurity: baseline}\n", ""),
        ("  az: {kind: aks, region: westeurope, cidr: 10.1.0.0/16, defender: true}\n", ""),
        (LONG_NAMES, ""),
        (AWS + "  more: {kind: eks, region: eu-central-1, cidr: 10.2.0.0/16, services: 172.21.0.0/16}\n", ""),
        (POOL + "nodePools: {a: {size: p5.48xlarge, nodes: 1}, b: {size: m8g.large, nodes: 0..9}}}\n", ""),
        ("  aws: {kind: eks, region: eu-west-1, cidr: 10.1.0.0/24, zones: 3}\n", ""),
        (
            "  a: {kind: eks, region: eu-west-1, cidr: 10.1.0.0/16, apiFrom: [192.0.2.0/24, 10.9.0.0/16]}\n",
            "",
        ),
        ("  gov: {kind: eks, region: us-gov-west-1, cidr: 10.1.0.0/16}\n", ""),
        ("  az: {kind: aks, region: westeurope, cidr: 10.1.0.0/24, pods: 100.64.0.0/16}\n", ""),
        (AKS_POOLS, ""),
        (DC1 + DC2, ""),
        (AWS, "  a: {site: aws, accessLogs: c}\n  b: {site: aws, accessLogs: c}\n  c: {site: aws}\n"),
        (AWS, "  a: {site: aws, accessLogs: b}\n  b: {site: aws, accessLogs: c}\n  c: {site: aws}\n"),
    ],
)
def test_what_providers_take_passes(tmp_path: Path, sites: str, stores: str) -> None:
    assert check(tmp_path, sites, stores) == []


@pytest.mark.parametrize("size", ["Standard_B4ms", "Standard_M8-2ms", "Standard_D2s_v5"])
def test_a_weak_size_is_not_for_system_pods(tmp_path: Path, size: str) -> None:
    pools = f"{{system: {{size: {size}, nodes: 2}}}}"
    site = f"  az: {{kind: aks, region: westeurope, cidr: 10.1.0.0/16, nodePools: {pools}}}\n"

    (problem,) = check(tmp_path, site)

    assert "too weak for the pool of the system pods" in problem


def test_a_suggested_range_ends_the_overlap(tmp_path: Path) -> None:
    second = "  more: {{kind: eks, region: eu-central-1, cidr: 10.1.0.0/16, services: {services}}}\n"
    (problem,) = check(tmp_path, AWS + second.format(services="172.21.0.0/16"))
    free = problem.rpartition("`cidr: ")[2].partition("`")[0]

    assert IPv4Network(free).prefixlen == 16
    assert check(tmp_path, AWS + second.format(services="172.21.0.0/16").replace("10.1.0.0/16", free)) == []


def test_two_overlaps_are_not_told_to_take_the_same_range(tmp_path: Path) -> None:
    site = "  {name}: {{kind: eks, region: eu-central-1, cidr: 10.1.0.0/16, services: 172.{n}.0.0/16}}\n"
    found = check(tmp_path, AWS + site.format(name="b", n=21) + site.format(name="c", n=22))

    assert (
        len({problem.rpartition("is free")[0].rpartition("`cidr: ")[2] for problem in found})
        == len(found)
        == 2
    )


def test_an_existing_cluster_is_not_told_to_change_its_own_range(tmp_path: Path) -> None:
    other = DC1.replace("dc1", "dc2").replace("10.0.", "10.3.")
    found = check(tmp_path, DC1 + other)

    assert len(found) == 2
    assert all("Declare the range that the cluster really uses" in problem for problem in found)


def test_a_whole_circle_of_logs_is_named_once(tmp_path: Path) -> None:
    stores = "".join(f"  s{n}: {{site: aws, accessLogs: s{(n + 1) % 5}}}\n" for n in range(5))
    found = check(tmp_path, AWS, stores + "  into: {site: aws, accessLogs: s2}\n")

    assert len(found) == 1
    assert "s0 → s1 → s2 → s3 → s4 → s0" in found[0]


def test_thousands_of_sites_are_checked(tmp_path: Path) -> None:
    def site(n: int, cidr: str) -> str:
        ranges = (
            f"cidr: {cidr}, pods: 10.{n // 256}.{n % 256}.0/24, services: 100.{96 + n // 256}.{n % 256}.0/24"
        )
        return f"  s{n}: {{kind: openshift, context: c{n}, country: DE, {ranges}}}\n"

    sites = "".join(site(n, f"172.{16 + n // 256}.{n % 256}.0/24") for n in range(2000))

    assert check(tmp_path, sites) == []
    assert len(check(tmp_path, sites + site(2001, "172.16.7.0/24"))) == 1


@pytest.mark.parametrize(
    "site",
    [
        "kind: openshift, context: c{n}, country: DE, cidr: 10.0.0.0/16",
        "kind: eks, region: eu-centrl-{n}, cidr: 10.0.0.0/16",
        "kind: eks, region: eu-west-1, cidr: 10.0.0.0/16, zoens{n}: 3",
    ],
)
def test_thousands_of_mistakes_are_answered_with_a_hundred(tmp_path: Path, site: str) -> None:
    sites = "".join(f"  s{n}: {{{site.format(n=n)}}}\n" for n in range(2000))

    assert len(check(tmp_path, sites)) == 100


def test_every_rule_is_in_force_and_described() -> None:
    written = {
        name
        for module in MODULES
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    }

    assert written == {rule.__name__ for rule in rules.RULES}
    assert all(inspect.getdoc(rule) for rule in rules.RULES)


def test_every_refusal_of_a_rule_is_in_the_corpus() -> None:
    calls = (node for module in MODULES for node in ast.walk(ast.parse(inspect.getsource(module))))
    codes = {
        ast.literal_eval(call.args[1])
        for call in calls
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "problem"
    }

    assert codes
    assert codes <= {case.code for case in CASES}
