"""What one simulated cloud knows, and the machinery for all of them does not."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

from stacks.sandbox import naming, paths
from stacks.sandbox.rules import Rules, TypeRules
from stacks.sandbox.schema.check import Problem, check_inputs
from stacks.sandbox.schema.registry import Registry
from stacks.sandbox.synthesis import Synthesis
from stacks.sandbox.templates import Filler, MissingError
from stacks.sandbox.wire import Unknown, reveal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stacks.sandbox.differences import Change
    from stacks.sandbox.schema.shapes import ResourceType
    from stacks.sandbox.store import Object, Store


class RefusedError(Exception):
    """The simulated cloud does not do this. The text is a sentence; ``problems`` name properties."""

    def __init__(self, sentence: str, problems: list[Problem] | None = None) -> None:
        super().__init__(sentence)
        self.problems = problems or []


@dataclass(frozen=True, slots=True)
class Settings:
    """The configuration of one provider instance.

    ``scope`` is where its objects live, ``engine`` the address of the engine that runs it.
    """

    scope: str
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])
    engine: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The resource that a call is about."""

    urn: str
    name: str
    type: str


class Cloud(ABC):
    """One provider package."""

    package: ClassVar[str]

    def __init__(self, store: Store) -> None:
        """Simulate the cloud whose objects are in ``store``."""
        self.store = store
        self.registry = Registry(self.package)
        self.rules = Rules(self.package)
        self._rules_by_type: dict[str, TypeRules] = {}

    # --- configuration

    @abstractmethod
    def configure(self, options: dict[str, Any]) -> Settings:
        """Read the provider's configuration; raises :class:`RefusedError` where it is not sound."""

    def replaces_provider(self, change: Change, old: dict[str, Any], new: dict[str, Any]) -> bool:  # noqa: ARG002
        """Tell whether a change of configuration makes another provider out of it."""
        return str(change.path[0]) in self.rules.provider_replace

    # --- types

    def resource(self, token: str) -> ResourceType:
        """Return what the SDK says about a type."""
        return self.registry.resource(token)

    def rules_of(self, token: str) -> TypeRules:
        """Return what the data files say about a type."""
        known = self._rules_by_type.get(token)
        if known is None:
            known = self._rules_by_type[token] = self._completed(token, self.rules.of(token))
        return known

    def _completed(self, token: str, rules: TypeRules) -> TypeRules:
        """Leave out a default name where the type takes none."""
        if rules.naming is not None:
            top = rules.naming.property.partition(".")[0]
            if top not in self.resource(token).inputs:
                return replace(rules, naming=None)
        return rules

    def replaced_by(self, settings: Settings, token: str) -> frozenset[str]:
        """Return the properties whose change makes another object out of one of this type."""
        del settings
        return self.rules_of(token).replace

    # --- objects

    @abstractmethod
    def scope(self, settings: Settings, properties: dict[str, Any]) -> str:
        """Return where an object with these inputs or outputs lives."""

    @abstractmethod
    def facts(self, settings: Settings, subject: Subject, inputs: dict[str, Any]) -> dict[str, Any]:
        """Return what templates may name besides the object's own properties."""

    def problems(self, settings: Settings, subject: Subject, inputs: dict[str, Any]) -> list[Problem]:  # noqa: ARG002
        """Return what is wrong with the inputs, the name included if there was none to give."""
        return check_inputs(self.resource(subject.type).inputs, inputs)

    def prepare(self, settings: Settings, subject: Subject, inputs: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        """Return the inputs with the provider's own defaults, before they are checked and named."""
        return inputs

    def named(
        self, subject: Subject, inputs: dict[str, Any], olds: dict[str, Any], seed: str, proposed: str
    ) -> dict[str, Any]:
        """Give the object a name if its type takes one and the program gave none.

        ``olds`` are the inputs of the object that stays if it is not replaced; a name that was made up for it
        is kept. ``proposed`` is the engine's own proposal, empty where naming was not configured.
        """
        rule = self.rules_of(subject.type).naming
        if rule is None or not self.unnamed(rule.property, inputs):
            return inputs
        path = paths.parse(rule.property)
        kept = reveal(paths.get(olds, path)) if rule.property in olds.get("__defaults", ()) else None
        made = kept or proposed or naming.name(rule, subject.name, seed)
        return {**paths.put(inputs, path, made), "__defaults": [rule.property]}

    def unnamed(self, property_path: str, inputs: dict[str, Any]) -> bool:
        """Tell whether the program left the name to the provider."""
        given = paths.get(inputs, paths.parse(property_path))
        return given is None and inputs.get(f"{property_path}Prefix") is None

    def identify(self, settings: Settings, subject: Subject, inputs: dict[str, Any], seed: str) -> str:
        """Return the id of an object with these inputs."""
        facts = self.facts(settings, subject, inputs)
        rules = self.rules_of(subject.type)
        for template in (rules.id, f"{facts['slug']}-{{hex:8}}"):
            try:
                identifier = reveal(Filler(seed, facts, inputs).fill(template, "id"))
            except MissingError:
                continue
            if not isinstance(identifier, Unknown):
                return str(identifier)
        raise RefusedError(f"{subject.urn} cannot be created: a part of its id is not known.")

    def outputs(  # noqa: PLR0913 - everything an object's outputs follow from
        self,
        settings: Settings,
        subject: Subject,
        inputs: dict[str, Any],
        *,
        seed: str,
        identifier: str | None,
        created: str,
    ) -> dict[str, Any]:
        """Return an object's outputs; without ``identifier``, in a preview, what is computed is unknown."""
        facts = self.facts(settings, subject, inputs) | {"id": identifier, "created": created}
        known = identifier is not None
        synthesis = Synthesis(
            self.resource(subject.type), self.rules_of(subject.type), seed=seed, facts=facts, known=known
        )
        return self.synthesize(synthesis, inputs)

    def synthesize(self, synthesis: Synthesis, inputs: dict[str, Any]) -> dict[str, Any]:
        """Choose between outputs in full and outputs that only add what rules name."""
        return synthesis.complete(inputs)

    # --- what happens to objects; a cloud that is real overrides these

    async def create(  # noqa: PLR0913 - everything an object's outputs follow from
        self,
        settings: Settings,
        subject: Subject,
        inputs: dict[str, Any],
        *,
        seed: str,
        identifier: str | None,
        created: str,
    ) -> dict[str, Any]:
        """Make an object and return its outputs; without ``identifier``, only say what they would be."""
        return self.outputs(settings, subject, inputs, seed=seed, identifier=identifier, created=created)

    async def update(
        self, settings: Settings, subject: Subject, inputs: dict[str, Any], before: Object, *, preview: bool
    ) -> dict[str, Any]:
        """Change an object and return its outputs; in a preview, only say what they would be."""
        del preview
        return self.outputs(
            settings, subject, inputs, seed=before.seed, identifier=before.id, created=before.created
        )

    async def read(self, settings: Settings, item: Object) -> Object | None:
        """Return an object as it is now, or None where it is gone."""
        del settings
        return item

    async def discover(self, settings: Settings, subject: Subject, identifier: str) -> Object | None:
        """Return an object that exists outside the sandbox's database, for an import."""
        del settings, subject, identifier
        return None

    async def delete(self, settings: Settings, item: Object, timeout: float) -> None:  # noqa: ASYNC109 - the engine's
        """Take an object away within ``timeout`` seconds; 0 leaves the limit to the cloud."""
        del settings, item, timeout

    # --- functions

    @abstractmethod
    def invoke(self, settings: Settings, token: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Answer a function call; raises :class:`RefusedError` for one the sandbox does not answer."""


def slug(text: str) -> str:
    """Return text as lower-case words with dashes, for ids."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "object"
