"""Changes of an AKS site through the real engine: new pools beside old ones, and a refusal in the preview."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.project import Project

pytestmark = pytest.mark.engine

CLUSTER = "azure-native:containerservice:ManagedCluster"
POOL = "azure-native:containerservice:AgentPool"
PLATFORM = """\
platform: acme
environment: dev
owner: {{team: ml, contact: ml@acme.example}}
sites:
  az:
    kind: aks
    region: westeurope
    cidr: 10.2.0.0/16
    nodePools:
      system: {{size: {system}, nodes: {nodes}}}
      work: {{size: {work}, nodes: 1..4}}
"""


def write(project: Project, *, system: str, nodes: str, work: str) -> None:
    text = PLATFORM.format(system=system, nodes=nodes, work=work)
    (project.config.parent / "platform.yaml").write_text(text, encoding="utf-8")


def known(project: Project, kind: str) -> Mapping[str, Any]:
    """The only resource of a type, as the engine knows it; none waits to be deleted."""
    (found,) = [resource for resource in project.state() if resource["type"] == kind]
    return found


def test_pools_change_and_the_cluster_stays(tmp_path: Path) -> None:
    sizes = {"system": "Standard_D4s_v5", "nodes": "2..4", "work": "Standard_D4s_v5"}
    project = Project.make(tmp_path, platform=PLATFORM.format(**sizes))
    project.up("--no-policies")
    cluster, pool = known(project, CLUSTER), known(project, POOL)

    write(project, **{**sizes, "nodes": "3..4", "work": "Standard_D8s_v5"})
    project.up("--no-policies")

    (profile,) = known(project, CLUSTER)["inputs"]["agentPoolProfiles"]
    assert (profile["minCount"], profile["count"]) == (3, 2), "the bound is raised, the autoscaler follows"
    assert known(project, CLUSTER)["id"] == cluster["id"]
    assert known(project, POOL)["id"] != pool["id"]

    write(project, **{**sizes, "system": "Standard_D8s_v5"})
    refused = project.run("preview", "--no-policies", expect=None)

    assert refused.returncode != 0
    said = (
        "az-cluster: vmSize of the node pool system is 'Standard_D4s_v5' and cannot become 'Standard_D8s_v5'"
    )
    assert said in refused.stdout + refused.stderr
