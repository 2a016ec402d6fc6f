"""PRV-013: data is used for nothing that it was not meant for."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, cast

from policies import linkage
from policies.engine import (
    Claim,
    Enforcement,
    Hop,
    Inventory,
    OnUnknown,
    Parameter,
    Resource,
    Rule,
    Settings,
    Severity,
    require,
)
from policies.engine.data import read
from policies.linkage import Attribute, Graph, doubts
from policies.linkage.propagate import declared
from policies.linkage.upstream import digests
from policies.linkage.vocabulary import ENDPOINT, EVALUATION, MODEL, TRAINING

_TABLE: Final = cast("Mapping[str, list[str]]", read(Path(__file__).parent / "tables" / "purposes.toml"))
_STAGES: Final = ("staging", "production")


def _training(training: Resource, inventory: Inventory, settings: Settings) -> Iterator[Claim]:
    yield _allowed(linkage.of(inventory), training, "training", settings)


def _evaluation(evaluation: Resource, inventory: Inventory, settings: Settings) -> Iterator[Claim]:
    yield _allowed(linkage.of(inventory), evaluation, "evaluation", settings)


def _staged(resource: Resource, inventory: Inventory, settings: Settings) -> Iterator[Claim]:
    graph = linkage.of(inventory)
    for stage in _STAGES:
        claim = _allowed(graph, resource, stage, settings)
        yield Claim(resource["stage"].equals(stage).implies(claim.holds), claim.wrong, witness=claim.witness)


def _allowed(graph: Graph, resource: Resource, use: str, settings: Settings) -> Claim:
    node = graph.declared_by(resource).id
    needed = frozenset(settings.lists("allowedBy").get(use, ()))
    purposes = graph.effective(node).purposes
    fine = not needed or purposes is None or bool(purposes & needed)
    path = () if fine else _limit(graph, node, needed)
    allowed = "nothing" if not purposes else ", ".join(sorted(purposes))
    limit = path[0].node if path else "something"
    return require(
        doubts.holds(graph, node, Attribute.PURPOSES, fine=fine),
        f"{limit} upstream may not be used for {use}: all of its data together may be used for {allowed}",
        witness=path or graph.hops((), node),
    )


def _limit(graph: Graph, node: str, needed: frozenset[str]) -> tuple[Hop, ...]:
    """Return the path from what allows none of the needed purposes, or else from what names any."""

    def forbids(key: str) -> bool:
        own = declared(graph.nodes[key]).purposes
        return own is not None and not own & needed

    return graph.witness(node, forbids) or graph.witness(
        node, lambda key: declared(graph.nodes[key]).purposes is not None
    )


RULE = Rule(
    id="PRV-013",
    version=1,
    title="Data is used for its intended purposes only",
    why="Regulation (EU) 2016/679, article 5(1)(b): data collected for one purpose is not free for the next.",
    fix="Use other data, or have the purposes of the data extended by who is allowed to, and declare that "
    "in purposes.",
    severity=Severity.HIGH,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    joined={TRAINING: _training, EVALUATION: _evaluation, MODEL: _staged, ENDPOINT: _staged},
    upstream=digests,
    parameters={
        "allowedBy": Parameter(
            about="For training, evaluation, staging and production, the purposes of which one allows that "
            "use.",
            schema={
                "type": "object",
                "additionalProperties": {"type": "array", "items": {"type": "string"}},
            },
            default=dict(_TABLE),
        )
    },
)
