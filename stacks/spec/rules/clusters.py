"""Clusters: versions, zones, regions, contexts and node pools that exist and fit together."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from stacks.spec import resolve, tables
from stacks.spec.problems import Problem, listed, nearest, shown
from stacks.spec.rules.parts import Parts
from stacks.spec.types import AksSite, OnPremSite

_VM_SIZE: Final = re.compile(
    r"Standard_(?P<family>[A-Z]+)(?P<cpus>[0-9]+)(?:-(?P<constrained>[0-9]+))?[a-z]*(?:_\w+)*"
)
"""https://learn.microsoft.com/azure/virtual-machines/vm-naming-conventions"""

_SYSTEM_CPUS: Final = 4
_SYSTEM_NODES: Final = 2
"""What a pool for system pods needs: https://learn.microsoft.com/azure/aks/use-system-pools."""


def versions_are_supported(parts: Parts) -> Iterator[Problem]:
    """A new cluster can have a version that its provider supports; sources stand in kinds.json."""
    for name, site in (*parts.eks(), *parts.aks()):
        kind = tables.kinds()[site.kind]
        if site.version is not None and site.version not in kind.versions:
            near = _closest_version(site.version, kind.versions)
            yield parts.problem(
                ("sites", name, "version"),
                "version",
                f"{kind.title} does not offer Kubernetes {site.version}.",
                allowed=listed(kind.versions),
                fix=f'Write "{near}", or leave `version` out for "{kind.version}".',
                near=near,
            )


def _closest_version(version: str, supported: tuple[str, ...]) -> str:
    minor = int(version.partition(".")[2])
    return min(supported, key=lambda other: abs(int(other.partition(".")[2]) - minor))


def zones_exist(parts: Parts) -> Iterator[Problem]:
    """A region has as many zones as the site asks for.

    Sources stand in aws_zones.json and azure_locations.json.
    """
    for name, site in parts.eks():
        zones = tables.aws_regions()[site.region].zones
        if site.zones > zones:
            yield parts.problem(
                ("sites", name, "zones"),
                "zones",
                f"{site.region} has {zones} Availability Zones, not {site.zones}.",
                allowed=f"2 to {zones}",
                fix=f"Write `zones: {zones}`, or choose another region.",
            )
    for name, site in parts.aks():
        location = tables.azure_locations()[site.region]
        if location.zones == 0:
            others = sorted(
                code
                for code, other in tables.azure_locations().items()
                if other.zones and (other.cloud, other.geography) == (location.cloud, location.geography)
            )
            near = nearest(site.region, others) or next(iter(others), None)
            yield parts.problem(
                ("sites", name, "region"),
                "zones",
                f"{site.region} has no availability zones, and nodes are spread over zones.",
                allowed=f"a location with zones; in the same geography: {listed(others) or 'none'}",
                fix=f"Write `region: {near}`." if near else "Choose another location.",
                near=near,
            )
        elif site.zones > location.zones:
            yield parts.problem(
                ("sites", name, "zones"),
                "zones",
                f"{site.region} has {location.zones} availability zones, not {site.zones}.",
                allowed=f"1 to {location.zones}",
                fix=f"Write `zones: {location.zones}`.",
            )


def regions_share_a_cloud(parts: Parts) -> Iterator[Problem]:
    """All AWS sites are in one partition, all Azure sites in one cloud: credentials work in one only.

    https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html,
    https://learn.microsoft.com/azure/developer/identity/authentication-national-cloud
    """
    regions, locations = tables.aws_regions(), tables.azure_locations()
    yield from _one_cloud(
        parts, "AWS partition", [(n, s.region, regions[s.region].partition) for n, s in parts.eks()]
    )
    yield from _one_cloud(
        parts, "Azure cloud", [(n, s.region, locations[s.region].cloud) for n, s in parts.aks()]
    )


def clouds_are_served(parts: Parts) -> Iterator[Problem]:
    """A site is in a partition or cloud whose endpoints the components know; kinds.json names them."""
    regions, locations = tables.aws_regions(), tables.azure_locations()
    places = [
        *((name, site.kind, site.region, regions[site.region].partition) for name, site in parts.eks()),
        *((name, site.kind, site.region, locations[site.region].cloud) for name, site in parts.aks()),
    ]
    for name, kind, region, cloud in places:
        served = tables.kinds()[kind].clouds
        if cloud not in served:
            yield parts.problem(
                ("sites", name, "region"),
                "cloud",
                f"{region} is in {cloud}, whose endpoints are not known here.",
                allowed=f"regions of {listed(served)}",
                fix="Choose another region, or leave this site to another tool for now.",
            )


def _one_cloud(parts: Parts, what: str, rows: list[tuple[str, str, str]]) -> Iterator[Problem]:
    for name, region, cloud in rows[1:]:
        first, _, expected = rows[0]
        line = parts.line("sites", first)
        if cloud != expected:
            yield parts.problem(
                ("sites", name, "region"),
                "partition",
                f"{region} is in the {what} {cloud}, but sites.{first} (line {line}) is in {expected}.",
                allowed=f"one {what} in one file: no credentials work in two",
                fix="Describe the other sites in a platform file and stack of their own.",
            )


def admins_belong_to_the_partition(parts: Parts) -> Iterator[Problem]:
    """An IAM principal can be granted access only in its own partition.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
    """
    for name, site in parts.eks():
        partition = tables.aws_regions()[site.region].partition
        for index, arn in enumerate(site.admins):
            if (other := arn.split(":")[1]) != partition:
                yield parts.problem(
                    ("sites", name, "admins", index),
                    "partition",
                    f"{shown(arn)} is in the AWS partition {other}, but {site.region} is in {partition}.",
                    allowed=f"ARNs that begin with arn:{partition}:",
                    fix="Name a role or user of the site's own partition.",
                )


def contexts_are_distinct(parts: Parts) -> Iterator[Problem]:
    """Two sites of one kubeconfig and context would be one cluster that is managed twice."""
    seen: dict[tuple[str | None, str], str] = {}
    for name, site in parts.sites.items():
        if not isinstance(site, OnPremSite):
            continue
        first = seen.setdefault((site.kubeconfig, site.context), name)
        line = parts.line("sites", first)
        if first != name:
            yield parts.problem(
                ("sites", name, "context"),
                "same-cluster",
                f"{shown(site.context)} is the cluster of sites.{first} (line {line}) too.",
                allowed="one site for each cluster",
                fix="Name the context of another cluster, or remove one of the two sites.",
            )


def kubeconfigs_stay_inside(parts: Parts) -> Iterator[Problem]:
    """A link does not lead a kubeconfig out of the folder of the platform file."""
    folder = parts.source.file.parent
    for name, site in parts.sites.items():
        if not isinstance(site, OnPremSite) or site.kubeconfig is None:
            continue
        try:
            inside = (folder / site.kubeconfig).resolve().is_relative_to(folder.resolve())
        except (OSError, RuntimeError):  # a loop of links; RuntimeError before Python 3.13
            inside = False
        if not inside:
            yield parts.problem(
                ("sites", name, "kubeconfig"),
                "path-escape",
                f"{shown(site.kubeconfig)} is a link that leads out of the folder of the platform file.",
                allowed="a file below the folder of the platform file",
                fix="Put the file itself there.",
            )


def instance_types_exist(parts: Parts) -> Iterator[Problem]:
    """A node pool's size on EKS is an EC2 instance type that botocore knows."""
    for name, site in parts.eks():
        for pool_name, pool in (site.node_pools or {}).items():
            if pool.size not in tables.instance_types():
                near = nearest(pool.size, _alike(pool.size, tables.instance_types()))
                yield parts.problem(
                    ("sites", name, "nodePools", pool_name, "size"),
                    "instance-type",
                    f"{shown(pool.size)} is not an EC2 instance type.",
                    allowed="an instance type such as m7i.xlarge (https://aws.amazon.com/ec2/instance-types/)",
                    fix=f"Write {near!r}."
                    if near
                    else "Look the type up; family and size are joined by a dot.",
                    near=near,
                )


def _alike(size: str, types: Iterable[str]) -> list[str]:
    """Types that begin like ``size``: comparing with all 1,400 would take as long as the rest of a check."""
    begins = size[:1].lower()
    return sorted(name for name in types if name.startswith(begins))


def vm_sizes_are_possible(parts: Parts) -> Iterator[Problem]:
    """A node pool's size on AKS is written as Azure names VM sizes; which exist depends on the subscription.

    https://learn.microsoft.com/azure/virtual-machines/vm-naming-conventions
    """
    for name, site in parts.aks():
        for pool_name, pool in (site.node_pools or {}).items():
            if _VM_SIZE.fullmatch(pool.size) is None:
                guess = re.sub(r"(?i)^(?:standard[_ -]?)?", "Standard_", pool.size, count=1)
                near = guess if _VM_SIZE.fullmatch(guess) else None
                yield parts.problem(
                    ("sites", name, "nodePools", pool_name, "size"),
                    "vm-size",
                    f"{shown(pool.size)} is not the name of an Azure VM size.",
                    allowed="names such as Standard_D4s_v5: `az vm list-sizes` lists them",
                    fix=f"Write {near!r}." if near else "Look the size up; capitals count.",
                    near=near,
                )


def system_pods_have_a_pool(parts: Parts) -> Iterator[Problem]:
    """AKS runs its own pods on one pool: untainted, two nodes, four vCPU, and no burstable B-series.

    The pool is the one called ``system``, or the first by name without taints; as in ``components/cluster``.
    https://learn.microsoft.com/azure/aks/use-system-pools
    """
    for name, site in parts.aks():
        fit = sorted(
            n for n, pool in (site.node_pools or {}).items() if not pool.taints and pool.nodes.fewest
        )
        if site.node_pools is not None and not fit:
            yield parts.problem(
                ("sites", name, "nodePools"),
                "system-pool",
                "No pool can hold the pods of AKS itself.",
                allowed=f"one pool without taints and with at least {_SYSTEM_NODES} nodes",
                fix="Add `system: {size: Standard_D4s_v5, nodes: 2..4}`.",
            )
        for pool_name in fit if "system" not in fit else ["system"]:
            yield from _system_pool(parts, name, site, pool_name)
            break


def _system_pool(parts: Parts, name: str, site: AksSite, pool_name: str) -> Iterator[Problem]:
    pool = resolve.node_pools(site)[pool_name]
    path = ("sites", name, "nodePools", pool_name)
    if pool.nodes.fewest < _SYSTEM_NODES:
        yield parts.problem(
            (*path, "nodes"),
            "system-pool",
            f"{pool.nodes} lets the pool of the system pods shrink below {_SYSTEM_NODES} nodes.",
            allowed=f"{_SYSTEM_NODES} nodes or more (https://learn.microsoft.com/azure/aks/use-system-pools)",
            fix=f"Write `nodes: {_SYSTEM_NODES}..{max(_SYSTEM_NODES, pool.nodes.most)}`.",
        )
    size = _VM_SIZE.fullmatch(pool.size)
    if size is None:
        return
    cpus = int(size["constrained"] or size["cpus"])
    if cpus < _SYSTEM_CPUS or size["family"].startswith("B"):
        yield parts.problem(
            (*path, "size"),
            "system-pool",
            f"{shown(pool.size)} is too weak for the pool of the system pods.",
            allowed=f"{_SYSTEM_CPUS} vCPU or more, not of the B-series "
            "(https://learn.microsoft.com/azure/aks/use-system-pools)",
            fix="Write `size: Standard_D4s_v5`, or add a pool called `system`.",
        )
