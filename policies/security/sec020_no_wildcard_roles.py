"""SEC-020: no role of a cluster allows everything, and nobody unlisted is its administrator."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, cast

from policies.engine import (
    Claim,
    Enforcement,
    OnUnknown,
    Parameter,
    Resource,
    Rule,
    Settings,
    Severity,
    View,
    forbid,
    require,
)
from policies.engine.data import read
from policies.engine.rule import Alone

_TABLE: Final = cast("Mapping[str, list[str]]", read(Path(__file__).parent / "tables" / "rbac.toml"))
_GROUPS: Final = ("rbac.authorization.k8s.io", "authorization.openshift.io")
_FIELDS: Final = {
    "verbs": "verb",
    "resources": "kind of resource",
    "apiGroups": "API group",
    "nonResourceURLs": "path of the API",
}


def _role(role: Resource, _: Settings) -> Iterator[Claim]:
    yield from _rules(role.properties)


def _roles(roles: Resource, _: Settings) -> Iterator[Claim]:
    for item in roles["items"].each():
        yield from _rules(item)


def _rules(role: View) -> Iterator[Claim]:
    for rule in role["rules"].each():
        for field, noun in _FIELDS.items():
            for item in rule[field].each():
                yield forbid(item.equals("*"), f"the role allows every {noun}: {field} has '*'", at=item)


def _binding(binding: Resource, settings: Settings) -> Iterator[Claim]:
    yield from _subjects(binding.properties, settings)


def _bindings(bindings: Resource, settings: Settings) -> Iterator[Claim]:
    for item in bindings["items"].each():
        yield from _subjects(item, settings)


def _subjects(binding: View, settings: Settings) -> Iterator[Claim]:
    role = binding["roleRef"]["name"]
    administrators = settings.texts("administrators")
    for subject in binding["subjects"].each():
        kind, name = subject["kind"], subject["name"]
        listed = kind.relates(name, lambda one, other: f"{one}:{other}" in administrators)
        yield require(
            ~role.one_of(_TABLE["roles"]) | listed,
            f"{name} gets the role {role}, which holds the whole cluster or a node",
            at=role,
        )
        yield forbid(
            name.one_of(_TABLE["everyone"]), f"the role {role} is bound to everyone: {name}", at=name
        )
        yield forbid(name.one_of(_TABLE["masters"]), f"{name} passes every check of the API", at=name)


def _checks() -> Mapping[str, Alone]:
    checks: dict[str, Alone] = {}
    for group in _GROUPS:
        for scope in ("", "Cluster"):
            for noun, one, several in (("Role", _role, _roles), ("RoleBinding", _binding, _bindings)):
                checks[f"kubernetes:{group}:{scope}{noun}"] = one
                checks[f"kubernetes:{group}:{scope}{noun}List"] = several
    return checks


RULE = Rule(
    id="SEC-020",
    version=1,
    title="No wildcard roles and no unlisted cluster administrators",
    why="A wildcard also covers what is installed next year, and an administrator reads every secret.",
    fix="Name the verbs, resources and API groups that are needed; list those who administer clusters under "
    "administrators.",
    severity=Severity.HIGH,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    alone=_checks(),
    parameters={
        "administrators": Parameter(
            about='Who may hold a role such as cluster-admin, as "Group:name", "User:name" or '
            '"ServiceAccount:name".',
            schema={"type": "array", "items": {"type": "string"}},
            default=[],
        )
    },
)
