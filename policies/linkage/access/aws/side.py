"""What AWS lets whom do with the stores of a stack and their keys, and who may act as which role."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, cast

from policies.engine import Inventory, Truth, View
from policies.engine.truth import Reading
from policies.linkage.access.aws.conditions import Caller
from policies.linkage.access.aws.decide import Answer, Decider, Question
from policies.linkage.access.aws.principals import Principal, Principals, everyone_in, identity_of, somebody
from policies.linkage.access.aws.statements import Document, Statement
from policies.linkage.access.aws.targets import KEY, ROLE, Index, Keys, Named, ResourcePolicies, add_ways
from policies.linkage.access.lookup import made_from, reading
from policies.linkage.access.model import (
    EVERYONE,
    Act,
    Action,
    Grant,
    Identity,
    IdentityKind,
    Target,
    any_state,
    doubtful,
)
from policies.linkage.access.tables import AWS, AWS_DOORS

_WORDS: Final = (Action.READ, Action.WRITE, Action.DECRYPT, Action.ADMIN)
_ACT: Final = "act"
_GRANT: Final = "aws:kms/grant:Grant"


class Aws:
    """The policies of a stack, asked about some targets."""

    def __init__(self, inventory: Inventory, targets: Iterable[Target]) -> None:
        self._inventory = inventory
        self.principals = Principals(inventory)
        self._keys = Keys(inventory)
        self._parts: defaultdict[str, list[Target]] = defaultdict(list)
        for target in targets:
            if _kind(inventory, target.urn) in AWS_DOORS:
                self._parts[target.urn].append(target)
        self.keys: Mapping[str, Sequence[tuple[Target | None, Truth]]] = {
            urn: tuple(self._keys_of(urn)) for urn in self._parts
        }
        """By the URN of a store, its keys; ``None`` is one of which nobody knows who may use it."""
        self._via = {
            key.urn: AWS["encryption"][_kind(inventory, urn)]["service"]
            for urn, pairs in self.keys.items()
            for key, _ in pairs
            if key is not None
        }
        roles = [role.urn for role in inventory.of(ROLE)]
        self._named: dict[str, Named] = {}
        by_kind: defaultdict[str, list[Named]] = defaultdict(list)
        for urn in (*self._parts, *sorted(self._via), *roles):
            resource = inventory.get(urn)
            if resource is not None and urn not in self._named:
                self._named[urn] = Named(resource, self._paths(urn))
                by_kind[resource.kind].append(self._named[urn])
        add_ways(inventory, self._named)
        self._index = {kind: Index(found) for kind, found in by_kind.items()}
        policies = ResourcePolicies(inventory, by_kind)
        at = {
            urn: tuple((self.principals.document(view), holds) for view, holds in policies.of(named.resource))
            for urn, named in self._named.items()
        }
        self._decider = Decider(self.principals, at, self._is_about)
        self._opened: dict[int, Sequence[Named]] = {}
        self._candidates: defaultdict[str, dict[Identity, Principal]] = defaultdict(dict)
        self._open: defaultdict[str, dict[Identity, Reading]] = defaultdict(dict)
        self._collect()

    # -- asking --------------------------------------------------------------------------------------------

    def grants(self) -> Iterator[Grant]:
        """Yield what identities may do with the targets, and with the keys of these."""
        for urn, named in self._named.items():
            if named.kind == ROLE:
                continue
            for identity in sorted(self._candidates[urn]):
                yield from self._granted(named, self._candidates[urn][identity])
            for identity, missing in sorted(self._open[urn].items()):
                for target in self._parts.get(urn, (Target(urn),)):
                    yield Grant(
                        identity=identity,
                        target=target,
                        actions=frozenset({Action.DECRYPT if named.kind == KEY else Action.READ}),
                        holds=doubtful(missing),
                        evidence=missing,
                    )
        yield from self._key_grants()

    def acts(self) -> Iterator[Act]:
        """Yield who may act as a role because policies let them, and who is in a group."""
        for urn, named in self._named.items():
            if named.kind != ROLE:
                continue
            role = identity_of(named.resource)
            for identity, principal in sorted(self._candidates[urn].items(), key=lambda pair: pair[0]):
                if identity.kind is IdentityKind.SERVICE or identity == role:
                    continue
                for answer in self._decider.decide(Question(named, AWS_DOORS[ROLE][_ACT][0], principal)):
                    if answer.evidence is not None:
                        yield Act(
                            identity=role, actor=identity, holds=answer.truth(), evidence=answer.evidence
                        )
        yield from self.principals.memberships()

    def trusted_services(self, role: str) -> Sequence[str] | None:
        """Return the services that alone may assume the role with this URN; ``None`` where others may too."""
        found: list[str] = []
        for document, _ in self._decider.at.get(role, ()):
            if document.open is not None:
                return None
            for statement in document.statements:
                if statement.denies is True:
                    continue
                if statement.allows is not True or statement.view["Principal"]["Federated"].given().state:
                    return None
                for named in self.principals.named(statement):
                    if named.identity is None or named.identity.kind is not IdentityKind.SERVICE:
                        return None
                    found.append(named.identity.name)
        return found

    def trust(self, role: str) -> Sequence[Document]:
        """Return the trust policies of the role with this URN."""
        return [document for document, _ in self._decider.at.get(role, ())]

    # -- collecting ----------------------------------------------------------------------------------------

    def _paths(self, urn: str) -> Sequence[str | None]:
        """Return where in a store the data lies that is asked for."""
        return [target.path for target in self._parts.get(urn, ())] or [""]

    def _keys_of(self, urn: str) -> Iterator[tuple[Target | None, Truth]]:
        resource = self._inventory.get(urn)
        if resource is not None:
            for key, holds in self._keys.of(resource):
                yield None if key is None else Target(key.urn), holds

    def _collect(self) -> None:
        """Find, for each target, who may be allowed anything; nobody else certainly is."""
        for principal in self.principals:
            for document, _ in principal.policies:
                for named in self._allowed_by(document):
                    self._candidates[named.urn][principal.identity] = principal
        for urn in self._named:
            for document, _ in self._decider.at[urn]:
                for statement in document.statements:
                    if statement.allows is not False:
                        self._let_in(urn, statement)
                if document.open is not None and document.source is not None:
                    self._may_let_in(urn, document.source, document.open)

    def _allowed_by(self, document: Document) -> Sequence[Named]:
        """Return the targets that a policy of an identity may open."""
        if id(document) not in self._opened:
            found = {
                named.urn: named
                for statement in document.statements
                if statement.allows is not False
                for named in self._meant(statement)
            }
            if document.open is not None:
                found |= {urn: named for urn, named in self._named.items() if self._is_about(document, named)}
            self._opened[id(document)] = tuple(found.values())
        return self._opened[id(document)]

    def _meant(self, statement: Statement) -> Iterator[Named]:
        for kind, index in self._index.items():
            words = (*_WORDS, _ACT)
            actions = [action for word in words for action in AWS_DOORS[kind].get(word, ())]
            if any_state(statement.does(action) for action in actions) is not False:
                yield from index.meant(statement.resources)

    def _is_about(self, document: Document, named: Named) -> bool:
        """Return whether a document that nobody can read yet may be about a target.

        The engine says what it was made from: one that was made from some stores names these and no others.
        """
        origins = frozenset[str]() if document.source is None else made_from(document.source, self._inventory)
        return named.urn in origins or not any(self._is_target(urn) for urn in origins)

    def _is_target(self, urn: str) -> bool:
        resource = self._inventory.get(urn)
        return resource is not None and resource.kind in AWS_DOORS

    def _let_in(self, urn: str, statement: Statement) -> None:
        for named in self.principals.named(statement):
            if named.everyone:
                for identity in self._only(statement) or (EVERYONE,):
                    principal = Principal(EVERYONE) if identity is EVERYONE else self.principals.get(identity)
                    self._candidates[urn][identity] = principal
            elif named.account is not None:
                if not self.principals.own(named.account):
                    stranger = Principal(everyone_in(named.account), Caller(account=named.account))
                    self._candidates[urn][stranger.identity] = stranger
            elif named.identity is not None:
                self._candidates[urn][named.identity] = self.principals.get(named.identity)
            else:
                self._open[urn][somebody(statement.view)] = statement.reading

    def _only(self, statement: Statement) -> Sequence[Identity]:
        """Return the identities that a condition narrows "everyone" to."""
        return [
            self.principals.external(item.raw, hidden=item.secret)
            for operator in ("StringEquals", "StringLike", "ArnEquals", "ArnLike")
            for item in statement.view["Condition"][operator]["aws:PrincipalArn"].listed().each()
            if isinstance(item.raw, str) and "*" not in item.raw
        ]

    def _may_let_in(self, urn: str, view: View, missing: Reading) -> None:
        origins = self.principals.from_origins(view)
        for identity in origins:
            self._candidates[urn][identity] = self.principals.get(identity)
        if not origins:
            self._open[urn][somebody(view)] = missing

    # -- granting ------------------------------------------------------------------------------------------

    def _granted(self, named: Named, principal: Principal) -> Iterator[Grant]:
        """Yield what ``principal`` may do, one grant for all that one statement lets it do."""
        found: defaultdict[tuple[Target, Reading, bool], dict[Action, Answer]] = defaultdict(dict)
        for action in _WORDS:
            for target, answer in self._answers(named, principal, action):
                if answer.evidence is not None:
                    found[target, answer.evidence, answer.state is None][action] = answer
        for (target, evidence, _), answers in found.items():
            answer = next(iter(answers.values()))
            yield Grant(
                identity=principal.identity,
                target=target,
                actions=frozenset(answers),
                holds=answer.truth(),
                evidence=evidence,
                through=answer.through,
            )

    def _answers(self, named: Named, principal: Principal, action: Action) -> Iterator[tuple[Target, Answer]]:
        """Yield what lets ``principal`` act on each part of a store; asked once if parts do not matter."""
        of_all = self._sources(named, principal, action, None)
        parts = self._parts.get(named.urn, [Target(named.urn)])
        matters = named.by_path and any(answer.state is None for answer in of_all)
        for target in parts:
            found = self._sources(named, principal, action, target.path) if matters else of_all
            for answer in found:
                yield target, answer

    def _sources(
        self, named: Named, principal: Principal, action: Action, path: str | None
    ) -> Sequence[Answer]:
        """Return the best answer of each resource that lets ``principal`` act."""
        best: dict[str, Answer] = {}
        for word in cast("Sequence[str]", AWS_DOORS[named.kind].get(action, ())):
            asked = Question(named, word, principal, self._via.get(named.urn, ""), path)
            for answer in self._decider.decide(asked):
                key = answer.evidence.urn if answer.evidence is not None else ""
                if key not in best or (best[key].state is None and answer.state is True):
                    best[key] = answer
        return list(best.values())

    def _key_grants(self) -> Iterator[Grant]:
        for resource in self._inventory.of(_GRANT):
            operations = resource["operations"].any(lambda item: item.equals("Decrypt"))
            for key, holds in self._keys.named(resource["keyId"]):
                decrypts = operations & holds
                if key.urn not in self._named or decrypts.state is False:
                    continue
                for identity, named in self.principals.who(resource["granteePrincipal"]):
                    yield Grant(
                        identity=identity,
                        target=Target(key.urn),
                        actions=frozenset({Action.DECRYPT}),
                        holds=decrypts & named,
                        evidence=reading(resource["granteePrincipal"]),
                    )


def _kind(inventory: Inventory, urn: str) -> str:
    resource = inventory.get(urn)
    return "" if resource is None else resource.kind
