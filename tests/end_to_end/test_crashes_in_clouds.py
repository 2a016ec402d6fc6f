"""An update of an EKS and of an AKS site dies, again and again: in the end all of it is there, once.

Each stack goes through one life, because a test of its own for each strike would build a site each time.
The strikes wait for what cannot exist yet when they are armed, so which one meets what is no matter of luck.
"""

from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from stacks.sandbox import Fault, Kind, Moment, Operation
from tests.end_to_end.project import Project, custom
from tests.end_to_end.strikes import (
    arm,
    assert_converged,
    assert_nothing_stands_twice,
    crash,
    kill_when,
    wait_all_gone,
    waiting,
)

pytestmark = pytest.mark.engine

WITHOUT_POLICIES = "--no-policies"
"""What the pack says about a platform is no matter here."""


@dataclass(frozen=True, kw_only=True)
class Life:
    """What a stack in one cloud goes through."""

    platform: str
    before_cluster: str
    """A type that the control plane waits for."""
    cluster: str
    after_cluster: str
    """A type that waits for the control plane."""
    broken_update: Fault


def _platform(site: str) -> str:
    return f"""\
platform: crash
environment: dev
owner: {{team: platform, contact: platform@crash.example}}
sites:
  site: {site}
objectStores:
  raw: {{site: site}}
"""


EKS = Life(
    platform=_platform("{kind: eks, region: eu-central-1, cidr: 10.1.0.0/16, zones: 2}"),
    before_cluster="aws:ec2/subnet:Subnet",
    cluster="aws:eks/cluster:Cluster",
    after_cluster="aws:eks/nodeGroup:NodeGroup",
    broken_update=Fault(
        type="aws:eks/cluster:Cluster",
        operation=Operation.UPDATE,
        kind=Kind.ERROR,
        message="The service is busy with this cluster.",
    ),
)
AKS = Life(
    platform=_platform("{kind: aks, region: westeurope, cidr: 10.2.0.0/16}"),
    before_cluster="azure-native:network:Subnet",
    cluster="azure-native:containerservice:ManagedCluster",
    after_cluster="kubernetes:core/v1:Namespace",
    broken_update=crash("azure-native:containerservice:ManagedCluster", Operation.UPDATE, Moment.AFTER),
)


@pytest.mark.timeout(900)  # seven commands, each with a limit of its own
@pytest.mark.parametrize("life", [pytest.param(EKS, id="eks"), pytest.param(AKS, id="aks")])
def test_a_site_survives_every_strike(tmp_path: Path, life: Life) -> None:
    project = Project.make(tmp_path, platform=life.platform)

    _kill_the_command(project, life)
    _crash_once_the_cluster_exists(project, life)
    _come_up_although_throttled(project, life)
    _break_the_change_of_every_tag(tmp_path, life)

    project.up(WITHOUT_POLICIES)
    assert_converged(project, WITHOUT_POLICIES)
    tags = [item.inputs["tags"]["owner"] for item in project.objects() if item.type == life.cluster]
    assert tags == ["somebody-else"]


def _kill_the_command(project: Project, life: Life) -> None:
    """Kill ``trunkline`` itself while the network is made; nothing that it started lives on."""
    arm(
        project,
        Fault(
            type=life.before_cluster, operation=Operation.CREATE, kind=Kind.LATENCY, seconds=600, times=None
        ),
    )

    wait_all_gone(kill_when(project, 3, _itself, WITHOUT_POLICIES))

    project.trunkline("cancel", "--sandbox", "--yes")
    assert _made(project, life.cluster) == 0


def _itself(command: psutil.Process) -> psutil.Process:
    return command


def _crash_once_the_cluster_exists(project: Project, life: Life) -> None:
    """The provider dies between making the control plane and saying so: the engine does not know of it."""
    arm(project, crash(life.cluster, Operation.CREATE, Moment.AFTER))

    project.up(WITHOUT_POLICIES, expect=None)

    assert waiting(project) == [], "the fault was never met"
    assert _made(project, life.cluster) == 1
    assert [r["urn"] for r in custom(project.state()) if r["type"] == life.cluster] == []
    assert_nothing_stands_twice(project)


def _come_up_although_throttled(project: Project, life: Life) -> None:
    """The next update takes the control plane as its own, waits while it is throttled, and gets through."""
    arm(
        project,
        Fault(type=life.after_cluster, operation=Operation.CREATE, kind=Kind.THROTTLE, times=3),
    )

    project.up(WITHOUT_POLICIES)

    assert waiting(project) == [], "the fault was never met"
    assert_nothing_stands_twice(project)
    assert {o.urn for o in project.objects()} == {r["urn"] for r in custom(project.state())}


def _break_the_change_of_every_tag(folder: Path, life: Life) -> None:
    """Another owner changes every object; half way through, the control plane's update goes wrong."""
    changed = Project.make(folder, platform=life.platform.replace("team: platform,", "team: somebody-else,"))
    arm(changed, life.broken_update)

    done = changed.up(WITHOUT_POLICIES, expect=None)

    assert done.returncode != 0
    assert waiting(changed) == [], "the fault was never met"
    if life.broken_update.kind is Kind.ERROR:
        assert life.broken_update.message in done.stdout + done.stderr
    assert_nothing_stands_twice(changed)


def _made(project: Project, token: str) -> int:
    return sum(item.type == token for item in project.objects())
