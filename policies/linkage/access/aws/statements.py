"""Statements of AWS policy documents: read once, then asked about actions, resources and conditions.

Source of the evaluation: AWS IAM User Guide, "Policy evaluation logic" and "IAM JSON policy elements".
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from policies.engine import View
from policies.engine.truth import Reading
from policies.engine.values import Absent, properties_from_json
from policies.linkage.access.aws.conditions import Caller, conditions_met
from policies.linkage.access.globs import End, Parts, matches
from policies.linkage.access.lookup import reading
from policies.linkage.access.model import State, any_state, negated
from policies.linkage.access.tables import managed_policies

_MARK: Final = "${"
_PARTITION: Final = re.compile(r"arn:[^:]*:")
_OTHER: Final = {End.EXACT: End.EXACT, End.SOME: End.EVERY, End.EVERY: End.SOME}


@dataclass(frozen=True, slots=True)
class Patterns:
    """A list of patterns, or all but these; an element of ``None`` is not known."""

    texts: tuple[str | None, ...]
    negated: bool = False

    def without(self, form: re.Pattern[str]) -> "Patterns":
        """Return the same without those that ``form`` matches."""
        kept = tuple(text for text in self.texts if text is None or not form.match(text))
        return Patterns(kept, self.negated)

    def name(self, parts: Parts) -> bool:
        """Return whether one names, or may name, the store with the ARN ``parts``, up to its first slash."""
        heads = (None if text is None else text.partition("/")[0] for text in self.texts)
        return self.negated or any(_match(head, parts, End.EXACT) is not False for head in heads)

    def cover(self, parts: Parts, end: End = End.EXACT) -> State:
        """Return whether the text made of ``parts`` is meant."""
        if self.negated:
            # Of many objects one is still meant unless all of them are left out.
            return negated(any_state(_match(text, parts, _OTHER[end]) for text in self.texts))
        return any_state(_match(text, parts, end) for text in self.texts)


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """One statement. ``view`` is where it stands; a statement of AWS's own stands where it is attached."""

    view: View
    allows: State
    denies: State
    actions: Patterns
    resources: Patterns
    conditional: bool = False
    """Whether a condition that nobody can read narrows it."""

    @property
    def reading(self) -> Reading:
        """What to look at."""
        return reading(self.view)

    def does(self, action: str) -> State:
        """Return whether the statement speaks of ``action``."""
        return self.actions.cover((action.casefold(),))

    def applies(self, caller: Caller, *, via: str = "") -> State:
        """Return whether its conditions are met for ``caller``; ``via`` is the service that calls for it."""
        if self.conditional:
            return None
        return conditions_met(self.view["Condition"], caller, via=via, denies=self.denies is True)


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A policy document."""

    statements: tuple[Statement, ...] = ()
    open: Reading | None = None
    """What is missing where nobody knows yet what it says."""
    source: View | None = field(default=None, repr=False)
    attached: Reading | None = None
    """Where it is attached, for one that stands in a resource of its own."""


def document(view: View) -> Document:
    """Read the policy document at ``view``, given as JSON text or as an object."""
    parsed = view.parsed()
    if isinstance(parsed.raw, Absent):
        return Document()
    if not isinstance(parsed.raw, Mapping):
        return Document(open=reading(view), source=view)
    return Document(tuple(_statements(parsed["Statement"].listed())), source=view)


def managed(name: str, attached: View) -> Document | None:
    """Return the policy of AWS's own called ``name``; ``None`` for one that nobody wrote down.

    Args:
        name: The end of its ARN, behind ``policy/``.
        attached: Where it is attached: that is what to look at.
    """
    statements, harmless = managed_policies()
    if name in harmless:
        return Document()
    if name not in statements:
        return None
    return Document(tuple(_own(row, attached) for row in statements[name]))


def _own(row: Mapping[str, Any], attached: View) -> Statement:
    denies = bool(row.get("deny"))
    return Statement(
        view=View(attached.urn, attached.path, properties_from_json({})),
        allows=not denies,
        denies=denies,
        actions=Patterns(_folded(row.get("not", row.get("actions", []))), "not" in row),
        resources=Patterns(
            tuple(map(plain_arn, row.get("notResources", row.get("resources", ["*"])))),
            "notResources" in row,
        ),
        conditional=bool(row.get("conditional")),
    )


def _statements(views: View) -> Iterator[Statement]:
    for view in views.each():
        effect = view["Effect"]
        yield Statement(
            view=view,
            allows=effect.equals("Allow").state,
            denies=effect.equals("Deny").state,
            actions=_patterns(view, "Action", fold=True),
            resources=_patterns(view, "Resource", fold=False),
        )


def _patterns(view: View, element: str, *, fold: bool) -> Patterns:
    """Read an element, or its opposite; a resource policy may leave the resource out, and means its own."""
    negative = isinstance(view[element].raw, Absent) and not isinstance(view[f"Not{element}"].raw, Absent)
    place = view[f"Not{element}" if negative else element]
    if isinstance(place.raw, Absent):
        return Patterns(("*",) if element == "Resource" else ())
    texts: Sequence[str | None] = [
        item.raw if isinstance(item.raw, str) else None for item in place.listed().each()
    ]
    if fold:
        return Patterns(_folded(texts), negative)
    return Patterns(tuple(None if text is None else plain_arn(text) for text in texts), negative)


def plain_arn(text: str) -> str:
    """Return an ARN, or a pattern of ARNs, without its partition: nothing reaches from one into another."""
    return _PARTITION.sub("arn::", text, count=1) if text.startswith("arn:") else text


def _folded(texts: Sequence[str | None]) -> tuple[str | None, ...]:
    return tuple(None if text is None else text.casefold() for text in texts)


def _match(pattern: str | None, parts: Parts, end: End) -> State:
    if pattern is None:
        return None
    if _MARK not in pattern:
        return matches(pattern, parts, end)
    # A policy variable stands for a text that depends on the caller.
    return False if matches(_without_variables(pattern), parts, end) is False else None


def _without_variables(pattern: str) -> str:
    head, *rest = pattern.split(_MARK)
    return head + "".join(f"*{piece.partition('}')[2]}" for piece in rest)
