"""A resource as the rules see it, wherever it comes from: a preview, an update, or an exported state."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from policies.engine import defaults
from policies.engine.kinds import kind_of
from policies.engine.values import Properties
from policies.engine.view import View


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One resource of a stack. Property names are the engine's own, in camelCase."""

    urn: str
    type: str
    name: str
    inputs: Properties | None = None
    """What the program asks for; ``None`` where the engine did not say, as with ``--target``."""
    outputs: Properties | None = None
    """What the provider reports; in a preview, its guess."""
    settled: bool = False
    """Whether the outputs are facts, as after an update, and not a guess."""
    parent: str = ""
    provider: str = ""
    """URN of the provider, hence of the account or cluster the resource lives in."""
    dependencies: frozenset[str] = frozenset()
    property_dependencies: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    protect: bool = False
    source_position: str | None = None
    """File and line in the program, where the engine recorded them."""

    @functools.cached_property
    def kind(self) -> str:
        """The type without its API version; what rules select by."""
        return kind_of(self.type)

    @functools.cached_property
    def judged(self) -> Properties:
        """The properties a rule judges: as declared before an update, as they are after it.

        A provider's guess in a preview adds unknowns for everything it computes, and nothing a program said.
        After an update its outputs are what is really there, defaults included.
        """
        if self.inputs is None:
            return self.outputs or {}
        if not self.settled or self.outputs is None:
            return self.inputs
        return {**self.inputs, **{key: value for key, value in self.outputs.items() if value is not None}}

    @functools.cached_property
    def properties(self) -> View:
        """A view of :attr:`judged`, with the provider's defaults behind it."""
        return View(self.urn, "", self.judged, defaults.for_kind(self.kind))

    def __getitem__(self, key: str) -> View:
        return self.properties[key]

    def known_as(self, paths: Sequence[str]) -> Sequence[View]:
        """Return what names this resource to others: the given properties, as declared and as reported."""
        sources = [source for source in (self.inputs, self.outputs) if source is not None]
        return [
            view for source in sources for path in paths for view in View(self.urn, "", source).follow(path)
        ]
