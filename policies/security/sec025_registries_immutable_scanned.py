"""SEC-025: a tag names one image for ever, and every image is scanned when it arrives.

Azure Container Registry has no setting for immutable tags: they are locked one by one, outside any program.
What runs is pinned by SEC-016 in any case.
"""

from collections.abc import Iterator
from typing import Final

from policies.engine import (
    Claim,
    Enforcement,
    Inventory,
    OnUnknown,
    Parameter,
    Resource,
    Rule,
    Settings,
    Severity,
    Truth,
    any_of,
    require,
)
from policies.engine.truth import NO

_SCANNING: Final = "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration"
_DEFENDER: Final = "azure-native:security:Pricing"
_RULE: Final = "harbor:index/immutableTagRule:ImmutableTagRule"


def _mutable(repository: Resource, _: Settings) -> Iterator[Claim]:
    mutability = repository["imageTagMutability"]
    yield require(
        mutability.one_of(("IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION")),
        f"a tag of the repository can be moved to another image: imageTagMutability is {mutability}",
        at=mutability,
    )


def _scanned(repository: Resource, stack: Inventory, _: Settings) -> Iterator[Claim]:
    own = repository["imageScanningConfiguration"]["scanOnPush"]
    registry = any_of(
        configuration["rules"].any(
            lambda rule: (
                rule["scanFrequency"].one_of(("SCAN_ON_PUSH", "CONTINUOUS_SCAN"))
                & rule["repositoryFilters"].any(lambda one: one["filter"].equals("*"))
            )
        )
        for configuration in stack.of(_SCANNING)
        if configuration.provider == repository.provider
    )
    yield require(
        own.is_true() | registry,
        f"images are not scanned when they arrive: scanOnPush is {own}, and no scanning of the "
        "registry covers every repository",
        at=own,
    )


def _azure(registry: Resource, stack: Inventory, settings: Settings) -> Iterator[Claim]:
    held = registry["policies"]["quarantinePolicy"]["status"]
    plans = any_of(
        plan["pricingName"].one_of(("Containers", "ContainerRegistry"))
        & plan["pricingTier"].equals("Standard")
        for plan in stack.of(_DEFENDER)
    )
    yield require(
        held.equals("enabled") | plans | Truth(state=settings.flag("defenderChecked")),
        "nothing here scans the images of the registry: no Defender plan for containers is part of "
        "this stack, and quarantinePolicy does not hold images back; set defenderChecked once "
        "someone has checked the subscription",
        at=held,
    )


def _project(project: Resource, _: Settings) -> Iterator[Claim]:
    scanning = project["vulnerabilityScanning"]
    # Harbor's provider scans on push unless it is told not to (pulumiverse/harbor 3.10, Project).
    yield require(
        scanning.is_true() | ~scanning.present(),
        f"images are not scanned when they arrive: vulnerabilityScanning is {scanning}",
        at=scanning,
    )


def _locked(project: Resource, stack: Inventory, _: Settings) -> Iterator[Claim]:
    """A proxy of another registry follows that one's tags, so it cannot lock them."""
    rules = [
        names
        & ~rule["disabled"].is_true()
        & rule["repoMatching"].equals("**")
        & rule["tagMatching"].equals("**")
        & ~rule["tagExcluding"].filled()
        & ~rule["repoExcluding"].filled()
        for rule, names in stack.referring(project, {_RULE: "projectId"})
    ]
    locked = any_of(rules) if rules else NO
    yield require(
        project["registryId"].given() | locked,
        "a tag of the project can be moved to another image: no ImmutableTagRule covers all its tags",
    )


def _harbor(release: Resource, _: Settings) -> Iterator[Claim]:
    scanner = release["values"]["trivy"]["enabled"]
    is_harbor = release["chart"].satisfies(lambda text: str(text).rpartition("/")[2] == "harbor")
    yield require(
        is_harbor.implies(scanner.is_true() | ~scanner.present()),
        f"Harbor is installed without a scanner: trivy.enabled is {scanner}",
        at=scanner,
    )


RULE = Rule(
    id="SEC-025",
    version=1,
    title="Registries keep tags immutable and scan images on push",
    why="What was tested is what runs only while nobody can put another image under the same tag.",
    fix="Set imageTagMutability to IMMUTABLE and scanOnPush to true (ECR), turn Defender for Containers "
    "on (ACR), or add an ImmutableTagRule for all tags and keep vulnerabilityScanning on (Harbor).",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    alone={
        "aws:ecr/repository:Repository": _mutable,
        "harbor:index/project:Project": _project,
        "kubernetes:helm.sh:Release": _harbor,
    },
    joined={
        "aws:ecr/repository:Repository": _scanned,
        "azure-native:containerregistry:Registry": _azure,
        "harbor:index/project:Project": _locked,
    },
    parameters={
        "defenderChecked": Parameter(
            about="Whether someone has checked that Defender for Containers is on in every subscription.",
            schema={"type": "boolean"},
            default=False,
        )
    },
)
