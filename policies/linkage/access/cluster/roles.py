"""What roles of a cluster let whom read through its API.

Source: https://kubernetes.io/docs/reference/access-authn-authz/rbac/.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from policies.engine import Resource, Truth, View, all_of, any_of
from policies.engine.truth import YES
from policies.engine.values import Absent, properties_from_json
from policies.linkage.access.cluster.objects import Door, Objects
from policies.linkage.access.lookup import made_from, reading
from policies.linkage.access.model import Act, Action, Grant, Identity, IdentityKind, doubtful
from policies.linkage.access.tables import KUBERNETES
from policies.linkage.access.targets import Targets

BINDINGS: Final = (
    "kubernetes:rbac.authorization.k8s.io:RoleBinding",
    "kubernetes:rbac.authorization.k8s.io:ClusterRoleBinding",
)
_CLUSTER_WIDE: Final = BINDINGS[1]
_ROLE: Final = "kubernetes:rbac.authorization.k8s.io:Role"
_CLUSTER_ROLE: Final = "kubernetes:rbac.authorization.k8s.io:ClusterRole"
_GROUPS: Final = cast("Mapping[str, Any]", KUBERNETES["groups"])
_VERBS: Final = cast("Mapping[str, Sequence[str]]", KUBERNETES["verbs"])
_SORTS: Final = ("secrets", "configmaps")


@dataclass(frozen=True, slots=True, eq=False)
class _Rule:
    """A rule of a role."""

    view: View | None
    """What it says; ``None`` where nobody can read it."""
    holds: Truth
    told_by: View | None = None
    """Where the role is named, for one that stands in a table and not in the stack."""

    def permits(self, sort: str, verbs: Sequence[str], door: Door) -> Truth:
        """Return whether it permits one of ``verbs`` on a secret or a ConfigMap."""
        if self.view is None:
            return self.holds
        names = self.view["resourceNames"]
        permitted = all_of(
            (
                self.view["apiGroups"].any(lambda group: group.one_of(("", "*"))),
                self.view["resources"].any(lambda one: one.one_of((sort, "*"))),
                self.view["verbs"].any(lambda verb: verb.one_of((*verbs, "*"))),
                ~names.filled() | names.any(lambda name: _is(name, door)),
            )
        )
        if self.told_by is not None:
            permitted = Truth(permitted.state, (reading(self.told_by),))
        return self.holds & permitted


class Roles:
    """The roles and bindings of all clusters of a stack."""

    def __init__(self, objects: Objects, targets: Targets) -> None:
        self._objects = objects
        self._targets = targets
        self._roles: defaultdict[tuple[str, str, str], list[Resource]] = defaultdict(list)
        for resource in objects.inventory.of(_ROLE, _CLUSTER_ROLE):
            name = resource["metadata"]["name"].raw
            if isinstance(name, str):
                self._roles[resource.provider, resource.kind, name].append(resource)

    def grants(self) -> Iterator[Grant]:
        """Yield what subjects of bindings may read and write through the API."""
        for binding in self._objects.inventory.of(*BINDINGS):
            namespace = None if binding.kind == _CLUSTER_WIDE else self._objects.namespace(binding)
            everywhere = binding.kind == _CLUSTER_WIDE
            rules = list(self._rules(binding, namespace))
            subjects = list(self._subjects(binding))
            for sort in _SORTS:
                for door in self._objects.doors(sort, binding.provider):
                    inside = YES if everywhere else _inside(binding, namespace, door)
                    if inside.state is False:
                        continue
                    for action, verbs in ((Action.READ, _VERBS["read"]), (Action.WRITE, _VERBS["write"])):
                        may = any_of(rule.permits(sort, verbs, door) for rule in rules)
                        holds = may & inside & door.opens
                        if holds.state is not False:
                            yield from self._to(binding, subjects, door, action, holds)

    def members(self) -> Iterator[Act]:
        """Yield the service accounts that a group in a binding stands for."""
        seen: set[Identity] = set()
        for binding in self._objects.inventory.of(*BINDINGS):
            for group, _, view in self._subjects(binding):
                if group.kind is IdentityKind.GROUP and group not in seen:
                    seen.add(group)
                    for account in self._objects.accounts():
                        if account.cluster == group.cluster and _contains(group.name, account):
                            yield Act(identity=group, actor=account, holds=YES, evidence=reading(view))

    def _to(
        self,
        binding: Resource,
        subjects: Sequence[tuple[Identity, Truth, View]],
        door: Door,
        action: Action,
        holds: Truth,
    ) -> Iterator[Grant]:
        for identity, named, _ in subjects:
            for target in self._targets.at(door.urn):
                yield Grant(
                    identity=identity,
                    target=target,
                    actions=frozenset({action}),
                    holds=holds & named,
                    evidence=reading(binding["roleRef"]),
                )

    def _rules(self, binding: Resource, namespace: str | None) -> Iterator[_Rule]:
        """Yield the rules that a binding hands out; of a role that nobody sees, one that nobody knows."""
        ref = binding["roleRef"]
        name, kind = ref["name"], ref["kind"].raw
        roles: Sequence[Resource] = []
        if isinstance(name.raw, str) and isinstance(kind, str):
            of = _ROLE if kind == "Role" else _CLUSTER_ROLE
            roles = [
                role
                for role in self._roles[binding.provider, of, name.raw]
                if of == _CLUSTER_ROLE or namespace in {None, self._objects.namespace(role)}
            ]
            builtin = cast("Mapping[str, Any]", KUBERNETES["roles"]).get(name.raw)
            if not roles and of == _CLUSTER_ROLE and builtin is not None:
                table = View("", "", properties_from_json({"rules": builtin}))
                yield from (_Rule(rule, YES, name) for rule in table["rules"].each())
                return
        else:
            origins = made_from(ref, self._objects.inventory)
            found = [self._objects.inventory.get(urn) for urn in sorted(origins)]
            roles = [role for role in found if role is not None and role.kind in {_ROLE, _CLUSTER_ROLE}]
        if len(roles) != 1:
            yield _Rule(None, doubtful(reading(name)))
            return
        gathered = roles[0]["aggregationRule"]
        if not isinstance(gathered.raw, Absent):
            yield _Rule(None, doubtful(reading(gathered)))
        yield from (_Rule(rule, YES) for rule in roles[0]["rules"].each())

    def _subjects(self, binding: Resource) -> Iterator[tuple[Identity, Truth, View]]:
        for view in binding["subjects"].each():
            kind, name = view["kind"].raw, view["name"]
            if isinstance(kind, str) and isinstance(name.raw, str):
                identity = self._subject(binding, kind, name.raw, view)
                if identity is not None:
                    yield identity, YES, view
                    continue
            yield from self._perhaps(binding, view)

    def _subject(self, binding: Resource, kind: str, name: str, view: View) -> Identity | None:
        if kind == "ServiceAccount":
            namespace = view["namespace"].raw
            return (
                self._objects.account(binding.provider, namespace, name)
                if isinstance(namespace, str)
                else None
            )
        of = IdentityKind.GROUP if kind == "Group" else IdentityKind.USER
        return Identity(of, name, cluster=binding.provider, hidden=view["name"].secret)

    def _perhaps(self, binding: Resource, view: View) -> Iterator[tuple[Identity, Truth, View]]:
        origins = made_from(view, self._objects.inventory)
        near = [account for account in self._objects.accounts() if account.urn and account.urn in origins]
        for account in near:
            yield account, YES if len(near) == 1 else doubtful(reading(view)), view
        if not near:
            somebody = Identity(IdentityKind.SOMEBODY, f"{view.urn} {view.path}", cluster=binding.provider)
            yield somebody, doubtful(reading(view)), view


def _is(name: View, door: Door) -> Truth:
    if door.name is not None:
        return name.equals(door.name)
    return ~YES if door.made_up else doubtful(reading(name))


def _inside(binding: Resource, namespace: str | None, door: Door) -> Truth:
    if namespace is None or door.namespace is None:
        return doubtful(reading(binding["metadata"]["namespace"]))
    return YES if namespace == door.namespace else ~YES


def _contains(group: str, account: Identity) -> bool:
    if group in _GROUPS["everyone"]:
        return True
    prefix = cast("str", _GROUPS["namespace"])
    return group.startswith(prefix) and account.name.startswith(f"{group.removeprefix(prefix)}/")
