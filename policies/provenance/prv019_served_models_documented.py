"""PRV-019: a model that answers has a digest, a lineage and a model card, wherever it is served."""

from collections.abc import Iterator
from typing import Final

from policies import linkage
from policies.engine import (
    Claim,
    Enforcement,
    Inventory,
    OnUnknown,
    Resource,
    Rule,
    Settings,
    Severity,
    any_of,
    require,
)
from policies.linkage import physical
from policies.linkage.upstream import digests
from policies.linkage.vocabulary import MODEL, NodeKind
from policies.provenance.said import pinned, said
from policies.provenance.serving import served

_SERVERS: Final = (
    "aws:sagemaker/model:Model",
    "azure-native:machinelearningservices:BatchDeployment",
    "azure-native:machinelearningservices:OnlineDeployment",
    "kubernetes:serving.kserve.io:InferenceService",
    "kubernetes:serving.kserve.io:LLMInferenceService",
)


def _documented(model: Resource, inventory: Inventory, _: Settings) -> Iterator[Claim]:
    graph = linkage.of(inventory)
    node = graph.declared_by(model)
    answers = served(node, inventory)
    here = graph.hops((), node.id)
    digest, card = model["digest"], model["card"]
    yield require(
        answers.implies(pinned(digest)),
        f"it answers, and no digest says which weights: digest is {digest}",
        at=digest,
        witness=here,
    )
    yield require(answers.implies(said(card)), "it answers, and has no model card", at=card, witness=here)
    yield require(
        answers.implies(model["inputs"].filled() | model["thirdParty"].is_true()),
        "it answers, and nothing says what it was trained on",
        at=model["inputs"],
        witness=here,
    )


def _declared(server: Resource, inventory: Inventory, _: Settings) -> Iterator[Claim]:
    graph = linkage.of(inventory)
    is_declared = any_of(
        physical.names_node(server, node, inventory) for node in graph.of(NodeKind.MODEL, NodeKind.ENDPOINT)
    )
    where = (
        f"the annotation {physical.ANNOTATION}"
        if server.kind.startswith("kubernetes:")
        else f"the tag {physical.TAG}"
    )
    yield require(
        is_declared, f"it answers with a model that nobody declared: {where} names no model or endpoint"
    )


RULE = Rule(
    id="PRV-019",
    version=1,
    title="Served models have digest, lineage and model card",
    why="Whoever is harmed by an answer has a right to know which model gave it, and what it was made from.",
    fix="Set digest and card of the model and declare its training; mark what serves it with the id of the "
    "model or "
    "endpoint, as a tag trunkline:node or an annotation trunkline.dev/node.",
    severity=Severity.HIGH,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    joined={MODEL: _documented, **dict.fromkeys(_SERVERS, _declared)},
    upstream=digests,
)
