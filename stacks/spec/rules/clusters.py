"""Clusters: versions, zones, regions and contexts that exist and fit together."""

from collections.abc import Iterator

from stacks.spec import tables
from stacks.spec.problems import Problem, listed, nearest, shown
from stacks.spec.rules.parts import Parts
from stacks.spec.types import OnPremSite


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
