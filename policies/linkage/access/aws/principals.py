"""Roles, users and groups of AWS with the policies they have; and how policies of resources name them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, cast

from policies.engine import Inventory, Resource, Truth, View
from policies.engine.truth import YES
from policies.engine.values import Absent
from policies.linkage.access.aws.conditions import Caller
from policies.linkage.access.aws.statements import Document, Statement, document, managed
from policies.linkage.access.lookup import Lookup, reading
from policies.linkage.access.model import Act, Identity, IdentityKind, doubtful
from policies.linkage.access.tables import AWS

_NAMES: Final = cast("Mapping[str, Sequence[str]]", AWS["names"])
_POLICY: Final = "aws:iam/policy:Policy"
_KINDS: Final = {
    "aws:iam/role:Role": IdentityKind.ROLE,
    "aws:iam/user:User": IdentityKind.USER,
    "aws:iam/group:Group": IdentityKind.GROUP,
}
_MANAGED: Final = re.compile(r"arn:[^:]*:iam::aws:policy/(.+)")
_ACCOUNT: Final = re.compile(r"(?:arn:[^:]*:iam::)?(\d{12})(?::root)?")
_NAME: Final = re.compile(r"arn:[^:]*:iam::\d*:(?:role|user)/(?:.*/)?([^/]+)")
_SESSION: Final = re.compile(r"arn:[^:]*:sts::\d*:assumed-role/([^/]+)/.*")


@dataclass(slots=True, eq=False)
class Principal:
    """Somebody who calls AWS."""

    identity: Identity
    caller: Caller = field(default_factory=Caller)
    policies: list[tuple[Document, Truth]] = field(default_factory=list[tuple[Document, Truth]])
    """Each with whether it is attached."""
    boundary: Document | None = None
    """What limits all of them."""


@dataclass(frozen=True, slots=True)
class Named:
    """Whom a statement names."""

    everyone: bool = False
    account: str | None = None
    identity: Identity | None = None
    """``None`` where nobody knows whom, unless it is everyone or an account."""
    holds: Truth = YES


class Principals:
    """All principals of a stack, and any other that a policy names."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._lookup = Lookup(inventory, {kind: _NAMES[kind] for kind in _KINDS})
        self._policies = Lookup(inventory, {_POLICY: _NAMES[_POLICY]})
        self._documents: dict[tuple[str, str], Document] = {}
        self.accounts: frozenset[str] = frozenset(_accounts(inventory))
        """Accounts that the stack is known to work in."""
        self._all: dict[Identity, Principal] = {}
        for resource in inventory.of(*_KINDS):
            identity = identity_of(resource)
            self._all[identity] = Principal(identity, self._caller(resource))
        for row in cast("Sequence[Mapping[str, Any]]", AWS["identity_policies"]):
            for resource in inventory.of(row["kind"]):
                self._attach(resource, row)

    def __iter__(self) -> Iterator[Principal]:
        return iter([self._all[identity] for identity in sorted(self._all)])

    def get(self, identity: Identity) -> Principal:
        """Return the principal that ``identity`` is; one from elsewhere has no policies that anybody sees."""
        if identity not in self._all:
            self._all[identity] = Principal(identity, Caller(identity.name, account_of(identity.name)))
        return self._all[identity]

    def own(self, account: str) -> bool:
        """Return whether the stack works in ``account``.

        Before anything exists nobody may know in which it does; then it is the one that a program names.
        """
        return account in self.accounts or not self.accounts

    def document(self, view: View) -> Document:
        """Read the document at ``view``, once."""
        key = (view.urn, view.path)
        if key not in self._documents:
            self._documents[key] = document(view)
        return self._documents[key]

    def who(self, view: View) -> Sequence[tuple[Identity, Truth]]:
        """Return whom a property names, or that nobody knows."""
        found = self._lookup.find(view)
        named = [(identity_of(resource), holds) for resource, holds in found.resources]
        if found.text is not None and not any(holds.state is True for _, holds in named):
            named.append((self.external(found.text, hidden=found.secret), YES))
        if found.open:
            named.append((somebody(view), doubtful(reading(view))))
        return named

    def external(self, text: str, *, hidden: bool = False) -> Identity:
        """Return the identity that is called ``text`` and that no resource of the stack certainly is."""
        session = _SESSION.fullmatch(text)
        known = self._lookup.named(session.group(1) if session else text)
        if not known and (name := named_by_arn(text)) is not None and self.own(account_of(text) or ""):
            # Before a role exists nobody knows its ARN, but a program may spell it out.
            known = [one for one in self._lookup.named(name) if not any(_arns(one))]
        if len(known) == 1:
            return identity_of(known[0])
        kind = IdentityKind.USER if ":user/" in text else IdentityKind.ROLE
        return Identity(kind, text, hidden=hidden)

    def named(self, statement: Statement) -> Sequence[Named]:
        """Return whom a statement of a resource's policy names."""
        view = statement.view["Principal"]
        if isinstance(view.raw, Absent):
            return (Named(everyone=True),)  # NotPrincipal names all but a few
        if isinstance(view.raw, str):
            return (Named(everyone=True),) if view.raw == "*" else tuple(self._one(view))
        if not isinstance(view.raw, Mapping):
            return (Named(holds=doubtful(reading(view))),)
        return tuple(found for kind, value in view.entries() for found in self._of_kind(kind, value))

    def except_for(self, statement: Statement) -> Sequence[Named]:
        """Return whom a statement leaves out."""
        view = statement.view["NotPrincipal"]["AWS"].listed()
        return [found for item in view.each() for found in self._one(item)]

    def from_origins(self, view: View) -> Sequence[Identity]:
        """Return the identities that an unreadable property was made from."""
        return [identity_of(resource) for resource in self._lookup.origins(view)]

    def memberships(self) -> Iterator[Act]:
        """Yield who is a member of which group."""
        for row in cast("Sequence[Mapping[str, str]]", AWS["memberships"]):
            for resource in self._inventory.of(row["kind"]):
                for group_view in resource.properties.follow(row["groups"]):
                    for user_view in resource.properties.follow(row["users"]):
                        for group, one in self.who(group_view):
                            for user, other in self.who(user_view):
                                yield Act(
                                    identity=group, actor=user, holds=one & other, evidence=reading(user_view)
                                )

    def _of_kind(self, kind: str, value: View) -> Iterator[Named]:
        for item in value.listed().each():
            if not isinstance(item.raw, str):
                yield Named(holds=doubtful(reading(item)))
            elif kind == "AWS":
                yield from (Named(everyone=True),) if item.raw == "*" else self._one(item)
            elif kind == "Service":
                yield Named(identity=Identity(IdentityKind.SERVICE, item.raw, hidden=item.secret))
            elif kind == "CanonicalUser":
                yield Named(identity=Identity(IdentityKind.ACCOUNT, item.raw, hidden=item.secret))

    def _one(self, view: View) -> Iterator[Named]:
        account = _ACCOUNT.fullmatch(view.raw) if isinstance(view.raw, str) else None
        if account is not None:
            yield Named(account=account.group(1))
            return
        for identity, holds in self.who(view):
            yield Named(identity=None if identity.kind is IdentityKind.SOMEBODY else identity, holds=holds)

    def _caller(self, resource: Resource) -> Caller:
        arn = next(_arns(resource), None)
        alone = next(iter(self.accounts)) if len(self.accounts) == 1 else None
        return Caller(arn, account_of(arn) if arn else alone)

    def _attach(self, resource: Resource, row: Mapping[str, Any]) -> None:
        documents = [
            *self._inline(resource, row.get("documents", ())),
            *self._attached(resource, row.get("arns", ())),
        ]
        if "who" not in row:
            principal = self._all[identity_of(resource)]
            principal.policies += documents
            limits = resource[row["boundary"]]
            if not isinstance(limits.raw, Absent):
                principal.boundary = _joined(found for found, _ in self._by_arn(limits))
            return
        for path in row["who"]:
            for view in resource.properties.follow(path):
                for identity, holds in self.who(view):
                    self.get(identity).policies += [
                        (found, holds & attached) for found, attached in documents
                    ]

    def _inline(self, resource: Resource, paths: Iterable[str]) -> Iterator[tuple[Document, Truth]]:
        for path in paths:
            for view in resource.properties.follow(path):
                yield self.document(view), YES

    def _attached(self, resource: Resource, paths: Iterable[str]) -> Iterator[tuple[Document, Truth]]:
        for path in paths:
            for view in resource.properties.follow(path):
                yield from self._by_arn(view)

    def _by_arn(self, view: View) -> Iterator[tuple[Document, Truth]]:
        found = self._policies.find(view)
        for resource, holds in found.resources:
            yield replace(self.document(resource["policy"]), attached=reading(view)), holds
        if found.text is not None:
            own = _MANAGED.fullmatch(found.text)
            yield (
                (managed(own.group(1), view) if own else None) or Document(open=reading(view), source=view),
                YES,
            )
        if found.open:
            yield Document(open=reading(view), source=view), YES


def identity_of(resource: Resource) -> Identity:
    """Return the identity that a role, user or group is."""
    return Identity(_KINDS[resource.kind], resource.name, resource.urn)


def named_by_arn(text: str) -> str | None:
    """Return the name in the ARN of a role or user; ``None`` for any other text."""
    found = _NAME.fullmatch(text)
    return found.group(1) if found else None


def somebody(view: View) -> Identity:
    """Return the identity that the property at ``view`` will name."""
    return Identity(IdentityKind.SOMEBODY, f"{view.urn} {view.path}")


def account_of(arn: str) -> str | None:
    """Return the account in an ARN."""
    parts = arn.split(":")
    return parts[4] or None if len(parts) > 4 and parts[0] == "arn" else None  # noqa: PLR2004 - the fifth part


def everyone_in(account: str) -> Identity:
    """Return whoever is in an account."""
    return Identity(IdentityKind.ACCOUNT, account)


def _arns(resource: Resource) -> Iterator[str]:
    return (view.raw for view in resource.known_as(("arn",)) if isinstance(view.raw, str))


def _accounts(inventory: Inventory) -> Iterator[str]:
    for resource in inventory:
        if resource.kind.startswith("aws:"):
            for view in resource.known_as(("arn",)):
                if isinstance(view.raw, str) and (account := account_of(view.raw)) and account.isdigit():
                    yield account
        elif resource.kind == "pulumi:providers:aws":
            # A provider's own settings reach the engine as JSON text.
            for item in resource["allowedAccountIds"].parsed().each():
                if isinstance(item.raw, str):
                    yield item.raw


def _joined(documents: Iterable[Document]) -> Document:
    found = tuple(documents)
    unread = next((one for one in found if one.open is not None), Document())
    statements = tuple(statement for one in found for statement in one.statements)
    return Document(statements, open=unread.open, source=unread.source)
