"""SEC-017: each cluster refuses images that nobody signed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, cast

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
    View,
    all_of,
    any_of,
    require,
)
from policies.engine.data import read
from policies.engine.truth import NO, YES

_POLICIES: Final = cast(
    "list[dict[str, Any]]", read(Path(__file__).parent / "tables" / "admission.toml")["policies"]
)


def _cluster(provider: Resource, stack: Inventory, _: Settings) -> Iterator[Claim]:
    found = [
        _same_cluster(provider, stack.get(policy.provider)) & _refuses(policy, facts)
        for facts in _POLICIES
        for policy in stack.of(f"kubernetes:{facts['kind']}")
    ]
    yield require(
        any_of(found) if found else NO,
        "no policy of this cluster (Kyverno, policy-controller, Ratify, OpenShift) refuses images "
        "without a valid signature",
    )


def _same_cluster(one: Resource, other: Resource | None) -> Truth:
    """Return whether two providers lead to one cluster: they are one, or name the same identifier."""
    if other is None:
        return NO
    if one.urn == other.urn:
        return YES
    return one["clusterIdentifier"].relates(other["clusterIdentifier"], lambda here, there: here == there)


def _refuses(policy: Resource, facts: dict[str, Any]) -> Truth:
    holds = all_of(
        any_of(view.filled() for view in policy.properties.follow(path))
        for path in cast("list[str]", facts.get("filled", []))
    )
    if "enforces" not in facts:
        return holds
    asked = list(policy.properties.follow(facts["enforces"]))
    refused = any_of(_says(view, facts) for view in asked)
    return holds & refused


def _says(view: View, facts: dict[str, Any]) -> Truth:
    refusing = view.one_of(facts["refusing"])
    return refusing | ~view.present() if facts["unset"] else refusing


RULE = Rule(
    id="SEC-017",
    version=1,
    title="Every cluster verifies the signatures of images",
    why="A digest says that an image did not change; only a signature says who made it.",
    fix="Deploy a policy that verifies signatures or attestations and refuses the rest, such as Kyverno's "
    "ImageValidatingPolicy with validationActions Deny.",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    unknown=OnUnknown.DEFER,
    joined={"pulumi:providers:kubernetes": _cluster},
)
