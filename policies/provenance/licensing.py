"""What the licence of something upstream says to what is done with it downstream.

An act is what the law of licences knows: a service answers, or weights are passed on. Each act is judged by
itself, with one choice among the alternatives of an expression: who answers under one licence may pass
weights on under another.
"""

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from policies.engine import Claim, Settings, Truth, View, all_of, any_of, require
from policies.engine.truth import NO, YES, Reading
from policies.linkage import Graph, Node, doubts, licences, nodes
from policies.linkage.licences import Allowed, Licence, Terms
from policies.linkage.vocabulary import NodeKind

_LICENSED: Final = frozenset({NodeKind.SOURCE, NodeKind.DATASET, NodeKind.MODEL})

USES: Final = ("commercial", "derivatives", "distribution", "use-restrictions")
"""What a team can say of a licence that no table knows: what it allows, or that it passes restrictions on."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """What is done at ``node`` with everything upstream of it."""

    node: Node
    commercial: Truth
    passed_on: Truth
    """Whether answers, or weights, leave the organisation."""
    hosted: Truth
    """Whether anybody on a public network may ask."""
    weights: bool
    """Whether it is weights that are passed on, and not answers."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Way:
    """How the licensed thing got to the act."""

    origin: Node
    derived: bool
    """Whether something was made from it on the way that the licence takes for a derivative."""
    made: Sequence[Node]
    """Models made here on the way, which are derivatives of it."""
    retrains: bool
    """Whether answers of a model that carries it train another model."""


def judge(graph: Graph, act: Act, settings: Settings) -> Iterator[Claim]:
    """Yield a claim about the licence of everything upstream of ``act`` that may forbid it."""
    here = act.node.id
    upstream = {here, *graph.ancestors(here)}
    for key in sorted(upstream):
        node = graph.nodes[key]
        if missing := doubts.incomplete(graph, key):
            wrong = f"something that {node.label} was made from has a licence that forbids this"
            yield require(Truth(None, missing), wrong, witness=graph.path(key, here))
        if node.kind in _LICENSED:
            holds, wrong = _licensed(graph, act, node, upstream, settings)
            if holds.state is not True:
                yield require(holds, wrong, witness=graph.path(key, here))


def _licensed(
    graph: Graph, act: Act, node: Node, upstream: set[str], settings: Settings
) -> tuple[Truth, str]:
    licence = node["license"]
    text = None if licence.secret else nodes.text(licence)
    if not text:
        # What was made from something else may leave its licence to that.
        silent = ~licence.filled() & (YES if graph.into(node.id) else NO)
        return silent | Truth(None, _reading(licence)), f"nothing says under which licence {node.label} is"
    if _free(text):
        return YES, ""
    binds = YES if node.kind is not NodeKind.MODEL else _binds(graph, node)
    if binds.state is False:
        return YES, ""
    way = _way(graph, node, act.node, upstream, training=settings.flag("trainingMakesDerivative"))
    tried = [_conditions(choice, licence, way, act, settings) for choice in licences.alternatives(text)]
    best = min(tried, key=_how_bad)
    reasons = "; ".join(dict.fromkeys(wrong for holds, wrong in best if holds.state is not True))
    holds = any_of(all_of(holds for holds, _ in conditions) for conditions in tried)
    return binds.implies(holds), f"{node.label} is under {text}: {reasons}"


def _binds(graph: Graph, model: Node) -> Truth:
    """Return whether the licence of a model binds us; that of a model made here is what we offer."""
    foreign = model["thirdParty"].is_true()
    if graph.into(model.id):
        return foreign
    missing = doubts.incomplete(graph, model.id)
    return foreign | (Truth(None, missing) if missing else YES)


def _conditions(
    choice: Sequence[Licence], view: View, way: _Way, act: Act, settings: Settings
) -> list[tuple[Truth, str]]:
    found: list[tuple[Truth, str]] = []
    for licence in choice:
        terms = licence.terms
        found += (
            _vouched(licence, view, way, act, settings)
            if terms is None
            else [*_uses(terms, view, way, act), *_terms_kept(licence, terms, way, act, settings)]
        )
    return found


def _uses(terms: Terms, view: View, way: _Way, act: Act) -> Iterator[tuple[Truth, str]]:
    def allowed(answer: Allowed) -> Truth:
        return Truth(answer, _reading(view))

    yield act.commercial.implies(allowed(terms.commercial)), "it allows no commercial use"
    yield act.passed_on.implies(allowed(terms.distribution)), "it may not be passed on"
    derived = YES if way.derived else NO
    yield derived.implies(allowed(terms.derivatives != "no")), "nothing may be made from it"
    shared = derived & act.passed_on
    yield shared.implies(allowed(terms.derivatives == "yes")), "what is made from it may not be passed on"
    retrains = YES if way.retrains else NO
    yield retrains.implies(allowed(terms.trains_others)), "what it answers may not improve another model"


def _terms_kept(
    licence: Licence, terms: Terms, way: _Way, act: Act, settings: Settings
) -> Iterator[tuple[Truth, str]]:
    """Yield what must hold of the licences of models made from it."""
    offered = act.passed_on if act.weights else act.hosted if terms.network else NO
    same = terms.share_alike == "same" and way.origin.kind is NodeKind.MODEL
    vouched = [name for name, uses in settings.lists("permits").items() if "use-restrictions" in uses]
    for model in way.made:
        own = model["license"]
        if terms.share_alike == "any" or same:
            yield (
                offered.implies(_own(own, lambda text: licences.accepts(licence, text))),
                f"{model.label} must have the same licence or a compatible one, and its licence is {own}",
            )
        if terms.use_restrictions:
            yield (
                offered.implies(_own(own, lambda text: licences.carries_restrictions(text, vouched))),
                f"{model.label} must pass its use restrictions on, and its licence is {own}",
            )


def _vouched(
    licence: Licence, view: View, way: _Way, act: Act, settings: Settings
) -> list[tuple[Truth, str]]:
    """Return what somebody has to vouch for, of a licence whose terms are not known."""
    permits = settings.lists("permits")
    uses = {*permits.get(str(licence), ()), *permits.get(licence.id, ())}
    asked = {
        use: happens
        for use, happens in (
            ("commercial", act.commercial),
            ("derivatives", YES if way.derived else NO),
            ("distribution", act.passed_on),
        )
        if use not in uses and happens.state is not False
    }
    nobody = Truth(None, _reading(view))
    wrong = (
        f"nobody says whether {licence} allows this ({', '.join(asked)}); list it under permits if it does"
    )
    return [(all_of(happens.implies(nobody) for happens in asked.values()), wrong)]


def _way(graph: Graph, origin: Node, end: Node, upstream: set[str], *, training: bool) -> _Way:
    between = [graph.nodes[key] for key in sorted({origin.id, *graph.descendants(origin.id)} & upstream)]
    inside = {node.id for node in between}
    trained = training or origin.kind is NodeKind.MODEL
    made = [
        node
        for node in between
        if trained
        and node.kind is NodeKind.MODEL
        and any(edge.upstream in inside for edge in graph.into(node.id))
    ]
    derived = any(
        (node.kind is NodeKind.TRAINING and trained)
        or node.kind is NodeKind.FEATURE_VIEW
        or (
            node.kind is NodeKind.DATASET
            and any(
                graph.nodes[edge.upstream].kind is NodeKind.DATASET and edge.upstream in inside
                for edge in graph.into(node.id)
            )
        )
        for node in between
    )
    return _Way(
        origin=origin,
        derived=derived,
        made=[end] if end.kind is NodeKind.MODEL and end in made else made,
        retrains=any(_retrains(graph, origin, node) for node in between if node.kind is NodeKind.TRAINING),
    )


def _retrains(graph: Graph, origin: Node, training: Node) -> bool:
    """Return whether ``origin`` reaches a training through answers only, and not as what it starts from."""
    direct = graph.witness(
        training.id,
        lambda key: key == origin.id,
        lambda key: graph.nodes[key].kind is not NodeKind.ENDPOINT,
    )
    return not direct and origin.kind is NodeKind.MODEL


def _own(view: View, question: Callable[[str], Allowed]) -> Truth:
    """Return what ``question`` says of an expression; a licence that is not there satisfies none."""
    if view.filled().state is False:
        return NO
    yes = view.satisfies(lambda text: question(str(text)) is True)
    no = view.satisfies(lambda text: question(str(text)) is False)
    return yes | (~no).doubtful()


@functools.lru_cache(maxsize=1024)
def _free(text: str) -> bool:
    """Return whether an alternative asks for no more than credit."""
    return any(
        all(licence.terms is not None and licence.terms.free for licence in choice)
        for choice in licences.alternatives(text)
    )


def _how_bad(conditions: Sequence[tuple[Truth, str]]) -> tuple[int, int, list[str]]:
    wrong = [why for holds, why in conditions if holds.state is False]
    open_ = [why for holds, why in conditions if holds.state is None]
    return len(wrong), len(open_), [*wrong, *open_]


def _reading(view: View) -> tuple[Reading, ...]:
    return view.present().because
