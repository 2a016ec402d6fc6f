"""Declared nodes for the tests of rules about data: complete, unless a test takes something away."""

from collections.abc import Mapping
from typing import Any

from policies.engine import Resource
from policies.linkage.vocabulary import (
    DATASET,
    ENDPOINT,
    EVALUATION,
    FEATURE_VIEW,
    KINDS,
    MODEL,
    SOURCE,
    TRAINING,
)
from tests.policies.cases import resource

DIGEST = "sha256:" + "0f" * 32
OTHER_DIGEST = "sha256:" + "1e" * 32

OWNER = {"team": "ranking", "contact": "ranking@acme.example"}
FIELDS = [{"name": "user_id", "type": "int64"}, {"name": "dwell", "type": "int64", "unit": "ms"}]
SCHEMA = {"digest": DIGEST, "fields": FIELDS}

_DATA: Mapping[str, Any] = {
    "owner": OWNER,
    "version": "2026-10",
    "digest": DIGEST,
    "license": "CC-BY-4.0",
    "origin": ["DE"],
    "method": ["primary-user-source"],
    "date": "2026-10-31",
    "purposes": ["training", "evaluation", "production"],
    "quality": {"limitations": "Logged-in visitors.", "biases": "Few over 70.", "gaps": "None known."},
}
_CLASSIFIED: Mapping[str, Any] = {
    "confidentiality": "internal",
    "classification": {"contains": [], "evaluated": ["all"], "tool": "presidio 2.2.360"},
}


def node(token: str, name: str, inputs: tuple[str, ...], declared: Mapping[str, Any]) -> Resource:
    """Return a node; an input reads ``"derivedFrom source:app"``, and ``None`` takes a property away."""
    edges = [dict(zip(("edge", "node"), each.split(" "), strict=True)) for each in inputs]
    properties = {"node": f"{KINDS[token].value}:{name}", "inputs": edges, **declared}
    return resource(token, name, {key: value for key, value in properties.items() if value is not None})


def source(name: str = "app", **changes: Any) -> Resource:
    issuer = {"name": "Acme GmbH", "url": "https://acme.example"}
    return node(SOURCE, name, (), {**_DATA, "issuer": issuer, "thirdParty": False, **changes})


def dataset(name: str = "clicks", *inputs: str, **changes: Any) -> Resource:
    return node(
        DATASET, name, inputs, {**_DATA, **_CLASSIFIED, "schema": SCHEMA, "retentionDays": 400, **changes}
    )


def view(name: str = "user_7d", *inputs: str, **changes: Any) -> Resource:
    return node(FEATURE_VIEW, name, inputs, {"owner": OWNER, "schema": SCHEMA, **changes})


def training(name: str = "ranker", *inputs: str, **changes: Any) -> Resource:
    return node(TRAINING, name, inputs, changes)


def evaluation(name: str = "ranker", *inputs: str, **changes: Any) -> Resource:
    return node(EVALUATION, name, inputs, changes)


def model(name: str = "ranker", *inputs: str, **changes: Any) -> Resource:
    declared = {
        "owner": OWNER,
        "version": "4",
        "digest": DIGEST,
        "license": "LicenseRef-acme",
        "card": "https://models.acme.example/ranker/4",
        "signature": {"identity": "ci@acme.example", "verified": True},
        "riskTier": "limited",
        "stage": "production",
    }
    return node(MODEL, name, inputs, {**declared, **changes})


def endpoint(name: str = "rank", *inputs: str, **changes: Any) -> Resource:
    declared = {
        "owner": OWNER,
        "exposure": "internal",
        "riskTier": "limited",
        "intendedUse": "Order search results.",
        "stage": "production",
    }
    return node(ENDPOINT, name, inputs, {**declared, **changes})


def place(role: str, name: str, **facts: Any) -> dict[str, Any]:
    """Return a place, such as ``place("storedIn", "store:raw", country="DE")``."""
    return {"role": role, "node": name, **facts}


def chain(**changes: Mapping[str, Any]) -> list[Resource]:
    """Return a source, a dataset, a view, a training, a model and its endpoint, each from the one before.

    ``changes`` are properties of the nodes, by kind: ``chain(dataset={"license": "CC-BY-NC-4.0"})``.
    """
    return [
        source("app", **changes.get("source", {})),
        dataset("clicks", "derivedFrom source:app", **changes.get("dataset", {})),
        view("user_7d", "readsFrom dataset:clicks", **changes.get("view", {})),
        training("ranker", "trainedOn featureView:user_7d", **changes.get("training", {})),
        model("ranker", "producedBy training:ranker", **changes.get("model", {})),
        endpoint("rank", "servedBy model:ranker", **changes.get("endpoint", {})),
    ]
