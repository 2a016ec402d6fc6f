"""Whether AWS lets somebody do something: the order in which policies count.

Source: AWS IAM User Guide, "Policy evaluation logic" and "Cross-account resource access"; AWS KMS Developer
Guide, "Key policies".
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from policies.engine import Truth
from policies.engine.truth import Reading
from policies.linkage.access.aws.principals import Named, Principal, Principals, everyone_in
from policies.linkage.access.aws.statements import Document, Statement
from policies.linkage.access.aws.targets import ITSELF, ROLE
from policies.linkage.access.aws.targets import Named as NamedTarget
from policies.linkage.access.model import IdentityKind, State, any_state, both, negated
from policies.linkage.access.tables import AWS_DOORS

Documents = Sequence[tuple[Document, Truth]]
_ATTACHED: Final = Truth(state=True)


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether something is allowed, by what, and what is missing."""

    state: State
    evidence: Reading | None = None
    missing: tuple[Reading, ...] = ()
    through: str = ""
    """URN of the resource whose document says so, where that is not the one that hands it out."""

    def truth(self) -> Truth:
        """Return it with what decided it, or what is missing."""
        evidence = () if self.evidence is None else (self.evidence,)
        return Truth(self.state, tuple(dict.fromkeys(self.missing)) or evidence)


@dataclass(frozen=True, slots=True)
class Question:
    """Who wants to do what, where."""

    target: NamedTarget
    action: str
    principal: Principal
    via: str = ""
    """The service that asks for its caller, as S3 asks for a key."""
    path: str | None = None
    """Where in the target; ``None`` for wherever its data lies."""

    @property
    def contents(self) -> bool:
        """Whether it is about what lies in the target, and not about the target itself."""
        return self.action not in AWS_DOORS[self.target.kind].get("admin", ())


@dataclass(frozen=True, slots=True)
class Decider:
    """The policies of a stack."""

    principals: Principals
    at: Mapping[str, Documents]
    """The policies that stand at a resource, by its URN."""
    is_about: Callable[[Document, NamedTarget], bool]
    """Whether a document that nobody can read yet may be about a target."""

    def decide(self, ask: Question) -> Sequence[Answer]:
        """Return every source that allows it, or may; nothing if none does or something refuses it.

        Each document is a source of its own, so that whoever takes one of them away sees what is left.
        """
        at, own = self.at[ask.target.urn], ask.principal.policies
        found = [
            answer
            for one in own
            if (answer := self._granted(ask, *one, at_resource=False)).state is not False
        ]
        if found:
            limits = list(self._limits(ask, at))
            found = [limited for answer in found if (limited := _all(answer, limits)).state is not False]
        found += [
            answer for one in at if (answer := self._granted(ask, *one, at_resource=True)).state is not False
        ]
        unsure: list[Reading] = []
        for documents, at_resource in ((at, True), (own, False)) if found else ():
            refused = self._refused(ask, documents, at_resource=at_resource)
            if refused.state is True:
                return ()
            unsure += refused.missing
        return [_doubt(answer, unsure) for answer in found] if unsure else found

    def _limits(self, ask: Question, at: Documents) -> Iterator[Answer]:
        """Yield what has to hold besides before a policy of the caller counts."""
        if AWS_DOORS[ask.target.kind].get("entrusts"):
            yield self._entrusted(ask, at)
        if ask.principal.boundary is not None:
            yield self._granted(ask, ask.principal.boundary, _ATTACHED, at_resource=False)

    def _granted(self, ask: Question, document: Document, attached: Truth, *, at_resource: bool) -> Answer:
        """Return the first statement of a document that allows it, else the first that may."""
        maybe = Answer(state=False)
        if attached.state is False:
            return maybe
        if document.open is not None and self._unread(document, ask, at_resource=at_resource):
            maybe = Answer(None, document.attached or document.open, (document.open,))
        for statement in document.statements:
            state = both(statement.allows, self._speaks(statement, ask, at_resource=at_resource))
            if state is False:
                continue
            evidence = document.attached or statement.reading
            through = statement.view.urn if document.attached else ""
            if state is True and attached.state is True:
                return Answer(state=True, evidence=evidence, through=through)
            if maybe.state is False:
                missing = attached.because if attached.state is None else (statement.reading,)
                maybe = Answer(None, evidence, missing, through)
        return maybe

    def _unread(self, document: Document, ask: Question, *, at_resource: bool) -> bool:
        """Return whether a document that nobody can read yet may allow it."""
        if at_resource:
            view = document.source
            return view is not None and ask.principal.identity in self.principals.from_origins(view)
        return self.is_about(document, ask.target)

    def _refused(self, ask: Question, documents: Documents, *, at_resource: bool) -> Answer:
        """Return whether a statement refuses it; a document that nobody can read yet may."""
        missing: list[Reading] = []
        for document, attached in documents:
            if document.open is not None and (at_resource or self.is_about(document, ask.target)):
                missing.append(document.open)
            for statement in document.statements:
                if statement.denies is False:
                    continue
                speaks = self._speaks(statement, ask, at_resource=at_resource, refuses=True)
                state = both(both(statement.denies, attached.state), speaks)
                if state is True:
                    return Answer(state=True, evidence=statement.reading)
                if state is None:
                    missing.append(statement.reading)
        return Answer(None if missing else False, missing=tuple(missing))

    def _entrusted(self, ask: Question, at: Documents) -> Answer:
        """Return whether the resource's policy leaves the decision to policies of its account."""
        if not at:
            return Answer(state=ask.target.kind != ROLE)  # the policy that AWS gives a key does
        maybe = Answer(state=False)
        for document, holds in at:
            if document.open is not None:
                maybe = Answer(None, document.open, (document.open,))
            for statement in document.statements:
                speaks = both(statement.allows, both(statement.does(ask.action), holds.state))
                speaks = both(speaks, statement.applies(ask.principal.caller, via=ask.via))
                state = both(
                    speaks, any_state(self._ours(named) for named in self.principals.named(statement))
                )
                if state is True:
                    return Answer(state=True, evidence=statement.reading)
                if state is None:
                    maybe = Answer(None, statement.reading, (statement.reading,))
        return maybe

    def _ours(self, named: Named) -> bool:
        """Return whether the account that the stack works in is named."""
        return named.account is not None and self.principals.own(named.account)

    def _speaks(
        self, statement: Statement, ask: Question, *, at_resource: bool, refuses: bool = False
    ) -> State:
        """Return whether a statement is about this caller, action and target; of a refusal, all of that."""
        state = statement.does(ask.action)
        if state is not False:
            asked = ask.path if ask.contents else ITSELF
            meant = ask.target.meant(statement.resources, asked, all_of_it=refuses)
            state = both(state, meant)
        if state is not False and at_resource:
            state = both(state, self._names(statement, ask.principal, refuses=refuses))
        if state is not False:
            state = both(state, statement.applies(ask.principal.caller, via=ask.via))
        return state

    def _names(self, statement: Statement, principal: Principal, *, refuses: bool) -> State:
        """Return whether a statement of a resource's policy names ``principal``."""
        left_out = any_state(
            self._is(named, principal, members=True) for named in self.principals.except_for(statement)
        )
        found = any_state(
            self._is(named, principal, members=refuses) for named in self.principals.named(statement)
        )
        return both(found, negated(left_out))

    def _is(self, named: Named, principal: Principal, *, members: bool) -> State:
        """Return whether ``principal`` is named; ``members`` of a named account only where that counts.

        An account that is let in decides itself who comes; one that is refused is refused with all in it.
        """
        if named.everyone:
            return True
        if named.account is not None:
            if principal.identity == everyone_in(named.account):
                return True
            if not members:
                return False
            known = principal.caller.account
            return None if known is None else known == named.account
        if named.identity is None:
            return False if principal.identity.kind is IdentityKind.SERVICE else None
        return both(named.holds.state, named.identity == principal.identity)


def _all(answer: Answer, limits: Iterable[Answer]) -> Answer:
    """Return ``answer`` as far as every limit lets it hold."""
    for limit in limits:
        state = both(answer.state, limit.state)
        answer = replace(
            answer, state=state, missing=(*answer.missing, *limit.missing) if state is None else ()
        )
    return answer


def _doubt(answer: Answer, missing: Iterable[Reading]) -> Answer:
    return replace(answer, state=None, missing=(*answer.missing, *missing))
