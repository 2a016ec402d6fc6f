"""What the engine may ask of one simulated cloud, in plain values.

**Convergence after a crash.** The engine may die, or this process may, after an object was made and before
the engine wrote it down. The next update then creates it again. Real clouds answer with client tokens and
PUT semantics; here the URN is the token: an object of the same URN that the engine has not shown to know in
this run (by its id in Diff, Read, Update or Delete, or by its inputs in Check) is taken over. An object
the engine knows is one that is being replaced, and stays until it is deleted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from stacks.sandbox import naming, paths
from stacks.sandbox.cloud import Cloud, RefusedError, Settings, Subject
from stacks.sandbox.differences import Change, changes
from stacks.sandbox.schema.check import Problem
from stacks.sandbox.store import Object, Store, now
from stacks.sandbox.wire import contains_unknown, public, reveal, secret

if TYPE_CHECKING:
    from stacks.sandbox.sessions import Known


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What the engine's naming configuration says: a name, and whether one may be made up at all."""

    name: str = ""
    disabled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What an update would change. ``changes`` that replace make the whole update a replacement."""

    changes: list[Change]
    delete_before_replace: bool

    @property
    def replaces(self) -> bool:
        """Tell whether only a new object can have the new inputs."""
        return any(change.replaces for change in self.changes)


class Lifecycle:
    """The objects of one cloud, from check to delete. ``known`` is what the engine has shown to know."""

    def __init__(self, cloud: Cloud, store: Store) -> None:
        """Keep the objects of ``cloud`` in ``store``."""
        self.cloud = cloud
        self.store = store

    def check(  # noqa: PLR0913 - the engine's own question
        self,
        settings: Settings,
        subject: Subject,
        *,
        olds: dict[str, Any],
        news: dict[str, Any],
        proposal: Proposal,
        known: Known,
    ) -> tuple[dict[str, Any], list[Problem]]:
        """Return the inputs with names and defaults, and what is wrong with them."""
        if olds:
            self._recognise(subject, olds, known)
        inputs = self.cloud.prepare(settings, subject, news)
        seed = self._seed(subject.urn, known)
        named = self.cloud.named(subject, inputs, olds, seed, proposal.name)
        problems = self.cloud.problems(settings, subject, named)
        rule = self.cloud.rules_of(subject.type).naming
        if proposal.disabled and rule is not None and named is not inputs:
            reason = "is missing; pulumi:autonaming is disabled, so give it a name"
            problems.append(Problem(paths.parse(rule.property), reason))
        return self._with_secrets(subject, named), problems

    def _with_secrets(self, subject: Subject, inputs: dict[str, Any]) -> dict[str, Any]:
        """Mark inputs whose output of the same name is secret, so that neither is stored in the open."""
        resource, rules = self.cloud.resource(subject.type), self.cloud.rules_of(subject.type)
        for written in resource.secrets | rules.secrets:
            path = paths.parse(written)
            value = paths.get(inputs, path)
            if value is not None:
                inputs = paths.put(inputs, path, secret(value))
        return inputs

    def _recognise(self, subject: Subject, olds: dict[str, Any], known: Known) -> None:
        """Learn from the old inputs which object the engine knows, before it names its id."""
        rows = self.store.list(urn=subject.urn)
        for row in rows:
            if len(rows) == 1 or public(row.inputs) == public(olds):
                known[subject.urn].add(row.id)

    def _seed(self, urn: str, known: Known) -> str:
        taken = {row.seed for row in self.store.list(urn=urn) if row.id in known[urn]}
        attempt = 0
        while naming.seed(urn, attempt) in taken:
            attempt += 1
        return naming.seed(urn, attempt)

    def diff(  # noqa: PLR0913 - the engine's own question
        self,
        settings: Settings,
        subject: Subject,
        identifier: str,
        *,
        old_inputs: dict[str, Any],
        old_outputs: dict[str, Any],
        news: dict[str, Any],
        known: Known,
    ) -> Difference:
        """Compare what an object was made of with what it should be made of."""
        known[subject.urn].add(identifier)
        found = changes(old_inputs, news, self.cloud.replaced_by(settings, subject.type))
        if not contains_unknown(news.get("region")) and not any(
            change.path == ("region",) for change in found
        ):
            moved = self.cloud.scope(settings, old_outputs) != self.cloud.scope(settings, news)
            if moved:
                found.append(Change(("region",), "UPDATE", replaces=True))
        difference = Difference(changes=found, delete_before_replace=False)
        if not difference.replaces:
            return difference
        before = self.cloud.rules_of(subject.type).delete_before_replace or self._same_id(
            settings, subject, identifier, news, known
        )
        return replace(difference, delete_before_replace=before)

    def _same_id(
        self, settings: Settings, subject: Subject, identifier: str, news: dict[str, Any], known: Known
    ) -> bool:
        """Tell whether the replacement would need the id of what it replaces."""
        if "__defaults" in news:
            return False  # a name that was made up is made up anew
        try:
            seed = self._seed(subject.urn, known)
            return self.cloud.identify(settings, subject, news, seed) == identifier
        except RefusedError:
            return False

    async def create(
        self, settings: Settings, subject: Subject, inputs: dict[str, Any], *, known: Known, preview: bool
    ) -> tuple[str, dict[str, Any]]:
        """Make an object, or take over one that an interrupted run left; return its id and outputs."""
        seed = self._seed(subject.urn, known)
        created = now()
        if preview:
            return "", await self.cloud.create(
                settings, subject, inputs, seed=seed, identifier=None, created=created
            )
        identifier = self.cloud.identify(settings, subject, inputs, seed)
        scope = self.cloud.scope(settings, inputs)
        there = self.store.get(self.cloud.package, scope, subject.type, identifier)
        left = [
            row
            for row in self.store.list(urn=subject.urn)
            if row.id not in known[subject.urn] and row.scope == scope and row.type == subject.type
        ]
        if there is not None and there not in left:
            raise RefusedError(
                f"{subject.type} {identifier} already exists: it belongs to {there.urn}. "
                "Give one of the two another name, or import it."
            )
        outputs = await self.cloud.create(
            settings, subject, inputs, seed=seed, identifier=identifier, created=created
        )
        for row in left:
            if row.id != identifier:
                await self.cloud.delete(settings, row, 0)
        with self.store.transaction():
            for row in left:
                self.store.remove(row)
            self.store.write(
                Object(
                    provider=self.cloud.package,
                    scope=scope,
                    type=subject.type,
                    id=identifier,
                    urn=subject.urn,
                    seed=seed,
                    inputs=inputs,
                    outputs=outputs,
                    created=created,
                    updated=created,
                )
            )
        return identifier, outputs

    async def read(
        self, settings: Settings, subject: Subject, identifier: str, properties: dict[str, Any], known: Known
    ) -> Object | None:
        """Return an object as it is now, or None where there is none with this id."""
        known[subject.urn].add(identifier)
        item = self._find(settings, subject, identifier, properties)
        if item is not None:
            return await self.cloud.read(settings, item)
        found = await self.cloud.discover(settings, subject, identifier)
        if found is not None:
            self.store.write(found)
        return found

    def _find(
        self, settings: Settings, subject: Subject, identifier: str, properties: dict[str, Any]
    ) -> Object | None:
        scope = self.cloud.scope(settings, properties)
        return self.store.get(self.cloud.package, scope, subject.type, identifier)

    async def update(  # noqa: PLR0913 - the engine's own question
        self,
        settings: Settings,
        subject: Subject,
        identifier: str,
        *,
        old_outputs: dict[str, Any],
        news: dict[str, Any],
        known: Known,
        preview: bool,
    ) -> dict[str, Any]:
        """Change an object and return its outputs."""
        known[subject.urn].add(identifier)
        item = self._find(settings, subject, identifier, old_outputs)
        if item is None:
            raise RefusedError(
                f"{subject.type} {identifier} does not exist: somebody deleted it. "
                "Run pulumi refresh, then update again to create it anew."
            )
        outputs = await self.cloud.update(settings, subject, news, item, preview=preview)
        if not preview:
            self.store.write(replace(item, urn=subject.urn, inputs=news, outputs=outputs, updated=now()))
        return outputs

    async def delete(  # noqa: PLR0913 - the engine's own question
        self,
        settings: Settings,
        subject: Subject,
        identifier: str,
        *,
        properties: dict[str, Any],
        known: Known,
        timeout: float,  # noqa: ASYNC109 - the engine's
    ) -> None:
        """Take an object away; one that is gone already counts as deleted."""
        known[subject.urn].add(identifier)
        item = self._find(settings, subject, identifier, properties)
        if item is None:
            return
        rules = self.cloud.rules_of(subject.type)
        if rules.protected and reveal(paths.get(item.inputs, paths.parse(rules.protected))) is True:
            raise RefusedError(
                f"{subject.type} {identifier} cannot be deleted: {rules.protected} is on. "
                f"Set {rules.protected} to false, update, then delete it."
            )
        for reference in rules.blocked_by:
            for other in self.store.list(type=reference.type):
                if other.scope == item.scope and _names(other, reference.property, identifier):
                    raise RefusedError(
                        f"{subject.type} {identifier} cannot be deleted while {other.type} {other.id} uses "
                        f"it as {reference.property} ({other.urn}). Delete that first."
                    )
        await self.cloud.delete(settings, item, timeout)
        self.store.remove(item)


def _names(other: Object, property_path: str, identifier: str) -> bool:
    value = reveal(paths.get(other.inputs, paths.parse(property_path)))
    if isinstance(value, list):
        return any(reveal(entry) == identifier for entry in value)
    return value == identifier
