"""What Azure's roles and vaults let whom do with the stores of a stack.

Source: https://learn.microsoft.com/azure/role-based-access-control/overview and .../scope-overview.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from policies.engine import Inventory, Resource, Truth, View, any_of
from policies.engine.truth import NO, YES
from policies.engine.values import properties_from_json
from policies.linkage.access.azure.scopes import Scopes
from policies.linkage.access.globs import matches
from policies.linkage.access.lookup import Lookup, reading
from policies.linkage.access.model import Act, Action, Grant, Identity, IdentityKind, Target, doubtful
from policies.linkage.access.tables import AZURE, AZURE_DOORS, azure_roles

ASSIGNMENT: Final = "azure-native:authorization:RoleAssignment"
_DEFINITION: Final = "azure-native:authorization:RoleDefinition"
_POLICY: Final = "azure-native:keyvault:AccessPolicy"
_VAULT: Final = "azure-native:keyvault:Vault"
_ID: Final = re.compile(r".*/roledefinitions/([0-9a-f-]{36})")
_KEYS: Final = cast("Mapping[str, str]", AZURE["account_keys"])
_LISTS: Final = cast("Mapping[str, Any]", AZURE["vault_policies"])
_RUNS_AS: Final = cast("Mapping[str, Any]", AZURE["runs_as"])
_WORDS: Final = (Action.READ, Action.WRITE, Action.DECRYPT)


@dataclass(frozen=True, slots=True, eq=False)
class _Permission:
    """A permission of a role."""

    view: View | None
    """What it says; ``None`` where nobody can read it."""
    holds: Truth
    told_by: View | None = None
    """Where the role is named, for one that stands in a table and not in the stack."""

    def includes(self, action: str, *, data: bool) -> Truth:
        """Return whether it includes ``action``: it is listed, and not taken out again."""
        if self.view is None:
            return self.holds
        name, opposite = ("dataActions", "notDataActions") if data else ("actions", "notActions")
        listed = _lists(self.view[name], action) & ~_lists(self.view[opposite], action)
        return self.holds & (
            listed if self.told_by is None else Truth(listed.state, (reading(self.told_by),))
        )


class Azure:
    """The role assignments of a stack, asked about some targets."""

    def __init__(self, inventory: Inventory, targets: Iterable[Target]) -> None:
        self._inventory = inventory
        own = cast("str", _RUNS_AS["own"])
        self._runs = inventory.of(*_RUNS_AS["kinds"])
        self._identities = Lookup(inventory, {**AZURE["names"], **dict.fromkeys(_RUNS_AS["kinds"], (own,))})
        self._definitions = Lookup(inventory, {_DEFINITION: ("id", "name", "roleDefinitionId")})
        self._targets: defaultdict[str, list[tuple[Target, Resource]]] = defaultdict(list)
        for target in targets:
            resource = inventory.get(target.urn)
            if resource is not None and resource.kind in AZURE_DOORS:
                self._targets[resource.urn].append((target, resource))
        self._scopes = Scopes(
            inventory, (resource for pairs in self._targets.values() for _, resource in pairs[:1])
        )

    def identities(self) -> Iterator[Identity]:
        """Yield the identities that resources of the stack are, or that were made for them."""
        return (identity_of(resource) for resource in self._inventory.of(*AZURE["names"], *_RUNS_AS["kinds"]))

    def who(self, view: View) -> Sequence[tuple[Identity, Truth]]:
        """Return whom a property names by a principal, client or resource id."""
        found = self._identities.find(view)
        named = [(identity_of(resource), holds) for resource, holds in found.resources]
        if found.text is not None and not any(holds.state is True for _, holds in named):
            named.append((Identity(IdentityKind.PRINCIPAL, found.text, hidden=found.secret), YES))
        if found.open:
            named.append(
                (Identity(IdentityKind.SOMEBODY, f"{view.urn} {view.path}"), doubtful(reading(view)))
            )
        return named

    def grants(self) -> Iterator[Grant]:
        """Yield what principals may do with the targets."""
        for assignment in self._inventory.of(ASSIGNMENT):
            yield from self._assigned(assignment)
        for policy in self._inventory.of(_POLICY):
            yield from self._listed(policy["policy"], policy["vaultName"])
        for vault in self._inventory.of(_VAULT):
            for entry in vault["properties"]["accessPolicies"].each():
                yield from self._listed(entry, None, vault)

    def acts(self) -> Iterator[Act]:
        """Yield the resources that run as an identity."""
        for resource in self._runs:
            given = resource.properties.at(*cast("str", _RUNS_AS["given"]).split("."))
            # Written as a list of ids, and reported as a mapping by id.
            ids = (
                [View(given.urn, f"{given.path}.{key}", key) for key in given.raw]
                if isinstance(given.raw, Mapping)
                else list(given.each())
            )
            for view in ids:
                for identity, holds in self.who(view):
                    yield Act(
                        identity=identity, actor=identity_of(resource), holds=holds, evidence=reading(view)
                    )

    # -- roles ---------------------------------------------------------------------------------------------

    def _assigned(self, assignment: Resource) -> Iterator[Grant]:
        principals = self.who(assignment["principalId"])
        # What a condition asks for is not worked out.
        narrowed = assignment["condition"].filled()
        permissions = list(self._permissions(assignment["roleDefinitionId"]))
        allowed: dict[tuple[str, Action], tuple[Truth, Truth]] = {}
        for resource in self._scopes.candidates(assignment["scope"]):
            covered = self._scopes.covers(assignment["scope"], resource)
            for action in _WORDS if covered.state is not False else ():
                key = (resource.kind, action)
                if key not in allowed:
                    allowed[key] = self._may(permissions, *key)
                may, opens = allowed[key]
                if opens.state is not False:
                    may |= opens & self._takes_keys(resource)
                holds = may & covered
                if narrowed.state is not False:
                    holds &= doubtful(reading(assignment["condition"]))
                if holds.state is not False:
                    yield from self._to(assignment, principals, resource, action, holds)

    def _to(
        self,
        assignment: Resource,
        principals: Sequence[tuple[Identity, Truth]],
        resource: Resource,
        action: Action,
        holds: Truth,
    ) -> Iterator[Grant]:
        for target, _ in self._targets[resource.urn]:
            for identity, named in principals:
                yield Grant(
                    identity=identity,
                    target=target,
                    actions=frozenset({action}),
                    holds=holds & named,
                    evidence=reading(assignment["roleDefinitionId"]),
                )

    def _permissions(self, view: View) -> Iterator[_Permission]:
        """Yield the permissions of the role that is named."""
        found = self._definitions.find(view)
        for resource, holds in found.resources:
            for permission in resource["permissions"].each():
                yield _Permission(permission, holds)
        if found.text is not None:
            role = _ID.fullmatch(found.text.casefold())
            roles, harmless = azure_roles()
            if role is not None and role.group(1) in roles:
                for row in roles[role.group(1)]["permissions"]:
                    table = View("", "", properties_from_json(row))
                    yield _Permission(
                        table, YES if not row.get("conditional") else doubtful(reading(view)), view
                    )
            elif role is None or role.group(1) not in harmless:
                yield _Permission(None, doubtful(reading(view)))
        if found.open:
            yield _Permission(None, doubtful(reading(view)))

    def _may(self, permissions: Sequence[_Permission], kind: str, action: Action) -> tuple[Truth, Truth]:
        """Return whether they include an action, and whether they give the keys that open a store as well."""
        row = AZURE_DOORS[kind]
        wanted = cast("Sequence[str]", row.get(action, ()))
        may = any_of(one.includes(word, data=row["data"]) for one in permissions for word in wanted)
        if action is Action.DECRYPT or _KEYS["kind"] not in {kind, row.get("account", {}).get("kind")}:
            return may, NO
        return may, any_of(one.includes(_KEYS["action"], data=False) for one in permissions)

    def _takes_keys(self, resource: Resource) -> Truth:
        """Return whether the account of a store takes its keys; one that says nothing does."""
        account = self._scopes.account(resource)
        if account is None:
            return doubtful(reading(resource[AZURE_DOORS[resource.kind]["account"]["property"]]))
        return ~account[_KEYS["refused_by"]].equals(expected=False)

    # -- lists of vaults -----------------------------------------------------------------------------------

    def _listed(self, entry: View, name: View | None, vault: Resource | None = None) -> Iterator[Grant]:
        for pairs in self._targets.values():
            own = self._scopes.account(pairs[0][1])
            if own is None or own.kind != _VAULT or (vault is not None and own.urn != vault.urn):
                continue
            here = YES if name is None else self._inventory.refers(name, own)
            listed = ~own.properties.at(*cast("str", _LISTS["roles_instead"]).split(".")).is_true()
            for action in _WORDS:
                words = cast("Sequence[str]", _LISTS[action])
                allowed = entry["permissions"][_LISTS["sorts"][action]].any(
                    lambda item, words=words: item.one_of(words)
                )
                holds = here & listed & allowed
                for identity, named in self.who(entry["objectId"]) if holds.state is not False else ():
                    for target, _ in pairs:
                        yield Grant(
                            identity=identity,
                            target=target,
                            actions=frozenset({action}),
                            holds=holds & named,
                            evidence=reading(entry["permissions"]),
                        )


def identity_of(resource: Resource) -> Identity:
    """Return the identity that a resource is, or that was made for it."""
    if resource.kind in AZURE["names"]:
        return Identity(IdentityKind.MANAGED, resource.name, resource.urn)
    kind = resource.kind.rpartition(":")[2]
    return Identity(IdentityKind.RESOURCE, f"{kind} {resource.name}", resource.urn)


def _lists(view: View, action: str) -> Truth:
    wanted = (action.casefold(),)
    return view.any(
        lambda item: item.satisfies(
            lambda text: isinstance(text, str) and matches(text.casefold(), wanted, wild="*") is True
        )
    )
