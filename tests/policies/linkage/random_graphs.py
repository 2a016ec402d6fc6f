"""Graphs that nobody thought of: strategies for declared nodes, with edges every way and loops."""

from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st

from policies.engine import Resource
from policies.linkage.vocabulary import CODES, Confidentiality, RiskTier
from tests.policies.linkage.graphs import declared

KINDS = ("source", "dataset", "dataset", "featureView", "training", "evaluation", "model", "endpoint")
FLOWS = (
    "derivedFrom",
    "readsFrom",
    "trainedOn",
    "testedOn",
    "producedBy",
    "basedOn",
    "servedBy",
    "fedBack",
)
COUNTRIES = ("DE", "FR", "US", "CN")
PLACES = (*COUNTRIES, "EU")
LICENCES = (
    "MIT",
    "CC-BY-NC-4.0",
    "CC-BY-SA-4.0",
    "CC-BY-ND-4.0",
    "CC-BY-NC-4.0 OR MIT",
    "AGPL-3.0-only",
    "LicenseRef-acme",
)
DIGESTS = ("sha256:" + "0f" * 32, "sha256:" + "1e" * 32)

Edges = Sequence[tuple[str, str]]


def some(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


def several(values: Sequence[str], least: int = 0) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=least, max_size=3, unique=True)


def maybe(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


_TRANSFORM = st.fixed_dictionaries(
    {
        "technology": some("data-masking", "data-masking", "data-masking", "data-encryption"),
        "tool": some("arx 3.9", "arx 3.9", "arx 3.9", ""),
        "evidence": some(DIGESTS[0], DIGESTS[0], DIGESTS[0], "none"),
    },
    optional={
        "removes": several(sorted(CODES), 1),
        "lowersTo": st.sampled_from([str(level) for level in Confidentiality]),
    },
)
_PLACE = maybe(
    role=some("storedIn", "processedIn", "registeredIn", "encryptedBy"),
    node=some("store:raw", "compute:aws"),
    provider=some("aws", "azure", "onprem"),
    country=st.sampled_from(COUNTRIES),
    region=some("eu-central-1", "us-east-1", "westeurope"),
)
_LIMITS: dict[str, st.SearchStrategy[Any]] = {
    "license": st.sampled_from(LICENCES),
    "confidentiality": st.sampled_from([str(level) for level in Confidentiality]),
    "classification": maybe(
        contains=several(sorted(CODES), 1), evaluated=st.one_of(st.just(["all"]), several(sorted(CODES)))
    ),
    "purposes": several(["training", "evaluation", "production", "research"]),
    "storageAllowed": several(PLACES),
    "storageForbidden": several(PLACES),
    "processingIncluded": several(PLACES),
    "processingExcluded": several(PLACES),
    "onPremOnly": st.booleans(),
    "retentionDays": st.integers(0, 500),
    "live": st.booleans(),
    "digest": st.sampled_from(DIGESTS),
}
_OF: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "source": {**_LIMITS, "thirdParty": st.booleans()},
    "dataset": {
        **_LIMITS,
        "hold": st.booleans(),
        "method": st.just(["feeds"]),
        "reduces": st.lists(_TRANSFORM, min_size=1, max_size=2),
        "partition": maybe(of=some("dataset:0", "source:0"), name=some("train", "test")),
    },
    "featureView": {
        "confidentiality": _LIMITS["confidentiality"],
        "reduces": st.lists(_TRANSFORM, min_size=1, max_size=2),
    },
    "training": {"reduces": st.lists(_TRANSFORM, min_size=1, max_size=2)},
    "evaluation": {},
    "model": {
        "license": _LIMITS["license"],
        "confidentiality": _LIMITS["confidentiality"],
        "stage": some("development", "staging", "production"),
        "riskTier": st.sampled_from([str(tier) for tier in RiskTier]),
        "distributed": st.booleans(),
        "digest": _LIMITS["digest"],
    },
    "endpoint": {
        "stage": some("development", "production"),
        "riskTier": st.sampled_from([str(tier) for tier in RiskTier]),
        "exposure": some("internal", "public"),
        "commercial": st.booleans(),
        "feeds": several(["dataset:0", "dataset:1"]),
    },
}


@st.composite
def stacks(draw: Callable[[Any], Any], most: int = 6) -> list[Resource]:
    """Draw the resources that declare a graph."""
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=most))
    ids = [f"{kind}:{kinds[:index].count(kind)}" for index, kind in enumerate(kinds)]
    return [draw(_node(name, ids)) for name in ids]


@st.composite
def _node(draw: Callable[[Any], Any], name: str, ids: Sequence[str]) -> Resource:
    kind = name.partition(":")[0]
    edge = st.tuples(st.sampled_from(ids), st.sampled_from((*FLOWS, *FLOWS, "evaluatedBy")))
    least, most = {"source": (0, 0), "dataset": (0, 2), "model": (0, 3)}.get(kind, (1, 3))
    edges: Edges = draw(st.lists(edge, min_size=least, max_size=most))
    properties = draw(maybe(**_OF[kind], places=st.lists(_PLACE, max_size=2)))
    # What travels, and what lowers it, is worth having more often than not.
    for key in ("license", "classification", "confidentiality", "reduces"):
        if key in _OF[kind] and draw(st.integers(0, 3)):
            properties[key] = draw(_OF[kind][key])
    if kind == "model" and not edges:
        # A model that nothing was trained into is somebody else's; its licence binds for that reason.
        properties["thirdParty"] = True
    return declared(name, *edges, **properties)
