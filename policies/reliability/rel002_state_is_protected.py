"""REL-002: what holds state is not deleted by one wrong run."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final, cast

from policies.engine import (
    Claim,
    Enforcement,
    Inventory,
    OnUnknown,
    Resource,
    Rule,
    Settings,
    Severity,
    Truth,
    any_of,
    require,
)
from policies.engine.data import read
from policies.engine.truth import NO, YES

_TABLE: Final = read(Path(__file__).parent / "tables" / "protection.toml")
_SERVICE: Final = cast("Mapping[str, str]", _TABLE["service"])
_NOTHING: Final = cast("list[str]", _TABLE["nothing"]["kinds"])
_LEVELS: Final = cast("list[str]", _TABLE["locks"]["levels"])

_CLAIM: Final = "kubernetes:core:PersistentVolumeClaim"
_CLASS: Final = "kubernetes:storage.k8s.io:StorageClass"
_SCOPED: Final = "azure-native:authorization:ManagementLockByScope"
_GROUP: Final = "azure-native:authorization:ManagementLockAtResourceGroupLevel"
_WRONG: Final = "one run may delete it and what it holds: it is not protected"


def _alone(resource: Resource, _: Settings) -> Iterator[Claim]:
    path = _SERVICE.get(resource.kind)
    if path is None:
        yield require(_protected(resource), _WRONG, at=resource.properties)
    else:
        guard = resource.properties.at(*path.split("."))
        yield require(
            _protected(resource) | guard.is_true(), f"{_WRONG}, and {guard.path} is {guard}", at=guard
        )


def _azure(resource: Resource, stack: Inventory, _: Settings) -> Iterator[Claim]:
    path = _SERVICE.get(resource.kind)
    guarded = NO if path is None else resource.properties.at(*path.split(".")).is_true()
    yield require(
        _protected(resource) | guarded | _locked(resource, stack),
        f"{_WRONG}, and no lock keeps it",
        at=resource.properties,
    )


def _claim(claim: Resource, stack: Inventory, _: Settings) -> Iterator[Claim]:
    name = claim["spec"]["storageClassName"]
    kept = any_of(
        stack.refers(name, candidate) & candidate["reclaimPolicy"].equals("Retain")
        for candidate in stack.of(_CLASS)
        if candidate.provider == claim.provider
    )
    yield require(
        _protected(claim) | kept,
        f"{_WRONG}, and its storage class {name} does not retain the volume",
        at=claim.properties,
    )


def _protected(resource: Resource) -> Truth:
    """Return whether the engine refuses to delete it; the option is never unknown."""
    return YES if resource.protect else NO


def _locked(resource: Resource, stack: Inventory) -> Truth:
    scoped = [
        names & lock["level"].one_of(_LEVELS) for lock, names in stack.referring(resource, {_SCOPED: "scope"})
    ]
    group = resource["resourceGroupName"]
    whole = [
        lock["resourceGroupName"].relates(group, lambda one, other: one == other)
        & lock["level"].one_of(_LEVELS)
        for lock in stack.of(_GROUP)
    ]
    return any_of((*scoped, *whole))


_KINDS: Final = (*_SERVICE, *_NOTHING)
_AZURE: Final[Mapping[str, Callable[[Resource, Inventory, Settings], Iterator[Claim]]]] = {
    kind: _azure for kind in _KINDS if kind.startswith("azure-native:")
}

RULE = Rule(
    id="REL-002",
    version=1,
    title="Resources that hold state are protected from deletion",
    why="A renamed resource is a deleted resource, and a database that is gone takes every run of MLflow "
    "with it.",
    fix="Set protect in the options of the resource, or the service's own protection (deletionProtection, a "
    "lock with CanNotDelete, a storage class with reclaimPolicy Retain).",
    severity=Severity.HIGH,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    alone={kind: _alone for kind in _KINDS if kind not in {*_AZURE, _CLAIM}},
    joined={**_AZURE, _CLAIM: _claim},
)
