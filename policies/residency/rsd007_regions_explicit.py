"""RSD-007: every provider says which region or cluster it works in, and none is there by default."""

from collections.abc import Iterator
from typing import Final

from policies.engine import (
    Claim,
    Enforcement,
    Inventory,
    OnUnknown,
    Resource,
    Rule,
    Settings,
    Severity,
    require,
)
from policies.engine.truth import NO, YES
from policies.linkage import regions

_AWS: Final = "pulumi:providers:aws"
_AZURE: Final = "pulumi:providers:azure-native"
_KUBERNETES: Final = "pulumi:providers:kubernetes"
_SHOWN: Final = 3


def _aws(provider: Resource, _: Settings) -> Iterator[Claim]:
    region = provider["region"]
    yield require(region.filled(), "it says no region, and works wherever the environment points", at=region)
    yield require(
        ~region.filled() | region.satisfies(lambda name: regions.country_of("aws", str(name)) is not None),
        f"nobody here knows in which country {region} is; add it to policies/linkage/tables/regions.toml",
        at=region,
    )


def _kubernetes(provider: Resource, _: Settings) -> Iterator[Claim]:
    says = provider["kubeconfig"].given() | provider["context"].given() | provider["cluster"].given()
    renders = provider["renderYamlToDirectory"].given()
    yield require(says | renders, "it says no cluster, and works on whatever the current context is")


def _chosen(provider: Resource, inventory: Inventory, _: Settings) -> Iterator[Claim]:
    """The engine makes up a provider for resources that name none; its name begins with "default"."""
    used = [resource.name for resource in inventory if resource.provider == provider.urn]
    some = ", ".join(used[:_SHOWN]) + (f" and {len(used) - _SHOWN} more" if len(used) > _SHOWN else "")
    implicit = provider.name == "default" or provider.name.startswith("default_")
    yield require(
        NO if implicit and used else YES,
        f"nobody chose this provider, and it decides where these are made: {some}",
    )


RULE = Rule(
    id="RSD-007",
    version=1,
    title="Regions are explicit",
    why="A region from the environment of whoever runs the program is a residency decision that nobody made.",
    fix="Make a provider with a region (AWS) or a cluster (Kubernetes), and hand it to every resource or "
    "to the "
    "component above; Pulumi's setting pulumi:disable-default-providers makes the engine refuse others.",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    alone={_AWS: _aws, _KUBERNETES: _kubernetes},
    joined=dict.fromkeys((_AWS, _AZURE, _KUBERNETES), _chosen),
)
