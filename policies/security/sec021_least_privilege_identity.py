"""SEC-021: identities hold what they need, and prove who they are without a key that can be copied."""

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
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
    forbid,
    require,
)
from policies.engine.data import read
from policies.engine.rule import Alone
from policies.engine.truth import YES
from policies.engine.view import Plain
from policies.security import trust
from policies.security.claims import none_of
from policies.security.statements import admits_everyone, statements

_TABLE: Final = read(Path(__file__).parent / "tables" / "privileges.toml")
_MANAGED: Final = cast("list[str]", _TABLE["managed_policies"])
_ROLES: Final = cast("Mapping[str, str]", _TABLE["azure_roles"])
_SCOPED: Final = cast("Mapping[str, str]", _TABLE["azure_roles_of_a_scope"])
_CREDENTIALS: Final = cast("Mapping[str, str]", _TABLE["credentials"])
_KEYS: Final = cast("list[dict[str, Any]]", _TABLE["static_keys"])
_ROLE: Final = "aws:iam/role:Role"
_ROLE_ARN: Final = "eks.amazonaws.com/role-arn"
_WIDE_SCOPE: Final = re.compile(
    r"/?(subscriptions/[^/]+(/resourcegroups/[^/]+)?|providers/microsoft\.management/managementgroups/[^/]+)?/?",
    re.IGNORECASE,
)


def _policy(resource: Resource, _: Settings) -> Iterator[Claim]:
    yield from _document(resource["policy"])


def _document(policy: View) -> Iterator[Claim]:
    for statement in statements(policy):
        yield from none_of(_wrongs(statement), "a statement may allow more than it should")


def _wrongs(statement: View) -> Iterator[tuple[Truth, str]]:
    allows = statement["Effect"].equals("Allow")
    actions, resources = statement["Action"].listed(), statement["Resource"].listed()
    anything = resources.any(lambda one: one.satisfies(_is_any_resource))
    yield (
        allows & actions.any(lambda one: one.satisfies(_is_any_service)),
        "a statement allows every action of every service",
    )
    yield (
        allows & actions.any(lambda one: one.satisfies(_is_whole_service)) & anything,
        "a statement allows every action of a service on every resource",
    )
    yield (
        allows & (statement["NotAction"].present() | statement["NotResource"].present()),
        "a statement allows all but what it names (NotAction, NotResource)",
    )
    passes = actions.any(lambda one: one.equals("iam:PassRole")) & anything
    yield (
        allows & passes & ~_limits_services(statement["Condition"]),
        "a statement lets every role be passed to every service (iam:PassRole)",
    )


def _limits_services(condition: View) -> Truth:
    key = "iam:PassedToService"
    return condition["StringEquals"][key].filled() | condition["StringLike"][key].filled()


def _is_any_service(action: Plain) -> bool:
    return "*" in str(action).partition(":")[0]


def _is_whole_service(action: Plain) -> bool:
    service, _, name = str(action).partition(":")
    return "*" not in service and name == "*"


def _is_any_resource(resource: Plain) -> bool:
    """``*`` is everything, and ``arn:aws:s3:::*`` everything of its service."""
    text = str(resource)
    return text == "*" or (text.startswith("arn:") and text.split(":", 5)[-1] == "*")


def _role(role: Resource, _: Settings) -> Iterator[Claim]:
    for inline in role["inlinePolicies"].each():
        yield from _document(inline["policy"])
    for managed in role["managedPolicyArns"].each():
        yield from _managed(managed)
    for statement in statements(role["assumeRolePolicy"]):
        yield forbid(admits_everyone(statement), "everyone may take the role on, and no condition narrows it")
        yield require(
            trust.federated(statement).implies(trust.names_a_subject(statement)),
            "every identity of an OIDC provider may take the role on: no condition names a subject (sub)",
        )


def _attachment(attachment: Resource, _: Settings) -> Iterator[Claim]:
    yield from _managed(attachment["policyArn"])


def _managed(policy: View) -> Iterator[Claim]:
    def too_much(arn: Plain) -> bool:
        owner, _, name = str(arn).rpartition("/")
        return ":aws:policy" in owner and any(fnmatchcase(name, pattern) for pattern in _MANAGED)

    yield forbid(
        policy.satisfies(too_much), f"the managed policy {policy} holds far more than a workload needs"
    )


def _assignment(assignment: Resource, _: Settings) -> Iterator[Claim]:
    role, scope = assignment["roleDefinitionId"], assignment["scope"]
    wide = scope.satisfies(lambda text: _WIDE_SCOPE.fullmatch(str(text)) is not None)
    given = [(_has_id(role, identity), f"the role {name} is given out") for identity, name in _ROLES.items()]
    given += [
        (_has_id(role, identity) & wide, f"the role {name} is given out for {scope}")
        for identity, name in _SCOPED.items()
    ]
    yield from none_of(given, "a role that holds everything may be given out")


def _has_id(role: View, identity: str) -> Truth:
    return role.satisfies(lambda text: str(text).casefold().endswith(identity))


def _definition(definition: Resource, _: Settings) -> Iterator[Claim]:
    for permission in definition["permissions"].each():
        for field in ("actions", "dataActions"):
            for action in permission[field].each():
                yield forbid(action.equals("*"), f"the role allows everything: {field} has '*'")


def _credential(credential: Resource, _: Settings) -> Iterator[Claim]:
    # Whatever it says, that it exists is what is wrong.
    yield forbid(YES, f"{_CREDENTIALS[credential.kind]}; use a role instead")


def _token(secret: Resource, _: Settings) -> Iterator[Claim]:
    kind = secret["type"]
    yield forbid(
        kind.equals("kubernetes.io/service-account-token"),
        "the secret is a token of a service account that never expires",
    )


def _static_keys(resource: Resource, _: Settings) -> Iterator[Claim]:
    for entry in _KEYS:
        if entry["kind"] == resource.kind:
            value = resource.properties.at(*entry["path"].split("."))
            closed = value.one_of(entry["good"])
            yield require(
                closed | ~value.present() if entry["unset"] else closed,
                f"whoever copies a key gets in: {entry['path']} is {value}",
                at=value,
            )


def _annotated(account: Resource, stack: Inventory, _: Settings) -> Iterator[Claim]:
    """A service account that names a role of this stack must be named by the role in turn."""
    arn = account["metadata"]["annotations"][_ROLE_ARN]
    for role, named in stack.meant(arn, _ROLE):
        yield require(
            named.implies(trust.lets_in(role, account)),
            f"the role {role.name} does not name this service account in its trust policy",
            at=arn,
        )


def _checks() -> Mapping[str, Alone]:
    checks: dict[str, Alone] = {entry["kind"]: _static_keys for entry in _KEYS}
    checks |= dict.fromkeys(_CREDENTIALS, _credential)
    for name in (
        "policy:Policy",
        "rolePolicy:RolePolicy",
        "userPolicy:UserPolicy",
        "groupPolicy:GroupPolicy",
    ):
        checks[f"aws:iam/{name}"] = _policy
    for name in ("rolePolicy", "userPolicy", "groupPolicy", "policy"):
        checks[f"aws:iam/{name}Attachment:{name[0].upper()}{name[1:]}Attachment"] = _attachment
    return checks


RULE = Rule(
    id="SEC-021",
    version=1,
    title="No wildcard permissions, and workload identity instead of static keys",
    why=(
        "A wildcard turns a leak of one job's identity into a leak of the account, and a copied key "
        "works anywhere."
    ),
    fix="Name actions and resources; let pods take roles on by Pod Identity, IRSA or workload identity, "
    "and turn keys, local accounts and admin users off.",
    severity=Severity.HIGH,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    alone={
        **_checks(),
        _ROLE: _role,
        "azure-native:authorization:RoleAssignment": _assignment,
        "azure-native:authorization:RoleDefinition": _definition,
        "kubernetes:core:Secret": _token,
    },
    joined={"kubernetes:core:ServiceAccount": _annotated},
)
