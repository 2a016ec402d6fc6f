"""PRV-005: what licences upstream ask for is kept at every endpoint, and wherever weights are passed on."""

from collections.abc import Iterator
from typing import Final

from policies import linkage
from policies.engine import (
    Claim,
    Enforcement,
    Inventory,
    OnUnknown,
    Parameter,
    Resource,
    Rule,
    Settings,
    Severity,
)
from policies.engine.truth import NO
from policies.linkage.upstream import digests
from policies.linkage.vocabulary import ENDPOINT, MODEL
from policies.provenance.licensing import USES, Act, judge

_EXPOSED: Final = "public"


def _endpoint(endpoint: Resource, inventory: Inventory, settings: Settings) -> Iterator[Claim]:
    graph = linkage.of(inventory)
    hosted = endpoint["exposure"].equals(_EXPOSED)
    says = endpoint["distributed"]
    act = Act(
        node=graph.declared_by(endpoint),
        # Who says nothing uses it commercially.
        commercial=~endpoint["commercial"].equals(expected=False),
        passed_on=says.is_true() | (~says.present() & hosted),
        hosted=hosted,
        weights=False,
    )
    yield from judge(graph, act, settings)


def _model(model: Resource, inventory: Inventory, settings: Settings) -> Iterator[Claim]:
    """Weights that stay inside are judged where they answer."""
    passed_on = model["distributed"].is_true()
    if passed_on.state is False:
        return
    graph = linkage.of(inventory)
    act = Act(node=graph.declared_by(model), commercial=NO, passed_on=passed_on, hosted=NO, weights=True)
    yield from judge(graph, act, settings)


RULE = Rule(
    id="PRV-005",
    version=1,
    title="Licences upstream allow what is done downstream",
    why="A model trained on data for research cannot be sold, and nobody can take that data out of it again.",
    fix="Replace the data or model, buy another licence and declare both (with OR), or say that the endpoint "
    "is "
    "not commercial or that the weights stay inside, if that is so.",
    severity=Severity.CRITICAL,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    joined={ENDPOINT: _endpoint, MODEL: _model},
    upstream=digests,
    parameters={
        "trainingMakesDerivative": Parameter(
            about="Whether a model is taken for a derivative of the data it was trained on.",
            schema={"type": "boolean"},
            default=True,
        ),
        "permits": Parameter(
            about="For licences that no table knows, such as a LicenseRef of your own, the uses that "
            "somebody has "
            f"read them to allow: {', '.join(USES)} (the last one passes use restrictions on).",
            schema={
                "type": "object",
                "additionalProperties": {"type": "array", "items": {"type": "string", "enum": list(USES)}},
            },
            default={},
        ),
    },
)
