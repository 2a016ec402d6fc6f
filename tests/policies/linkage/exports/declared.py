"""A declared platform for the tests of exports: every kind of node, every kind of edge, every kind of gap."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from policies import linkage
from policies.engine import Inventory, Resource
from policies.linkage.exports import Header
from tests.policies.cases import LATER, resource, urn_of

HEADER = Header(
    platform="acme-ml", time=datetime(2026, 11, 23, 12, 0, tzinfo=UTC), version="1.2.3", addresses={}
)
EVIDENCE = "sha256:" + "a" * 64
OWNER = {"team": "clickstream", "contact": "clickstream@acme.example"}


def node(token: str, name: str, properties: Mapping[str, Any]) -> Resource:
    return resource(f"trunkline:catalogue:{token}", name, properties)


def stored(store: str, site: str = "aws") -> dict[str, Any]:
    return {"role": "storedIn", "node": f"store:{store}", **where(site)}


def worked(site: str = "aws") -> dict[str, Any]:
    return {"role": "processedIn", "node": f"compute:{site}", **where(site)}


def where(site: str) -> dict[str, Any]:
    return {"site": site, "provider": "aws", "region": "eu-central-1", "country": "DE"}


def flow(upstream: str, kind: str) -> dict[str, str]:
    return {"node": upstream, "edge": kind}


FEED = node(
    "Source",
    "feed",
    {
        "node": "source:feed",
        "issuer": {"name": "Feeds Ltd", "url": "https://feeds.example"},
        "url": "https://feeds.example/clicks",
        "license": "CC-BY-4.0",
        "confidentiality": "internal",
        "classification": {"contains": ["pi"], "evaluated": ["all"], "tool": "scan 3"},
        "storageAllowed": ["EU"],
        "purposes": ["training", "evaluation"],
        "retentionDays": 365,
        "thirdParty": True,
    },
)
CLICKS = node(
    "Dataset",
    "clicks",
    {
        "node": "dataset:clicks",
        "inputs": [flow("source:feed", "derivedFrom")],
        "places": [stored("raw")],
        "path": "clicks/v1",
        "owner": OWNER,
        "about": "Clicks on result pages, one row each.",
        "version": "3.1",
        "digest": "sha256:" + "b" * 64,
        "live": False,
        "license": "CC-BY-4.0 AND LicenseRef-acme",
        "confidentiality": "confidential",
        "classification": {"contains": ["pi"], "evaluated": ["all"]},
        "consents": ["consent register 7"],
        "storageForbidden": ["FR"],
        "processingIncluded": ["DE", "NL"],
        "retentionDays": 90,
        "origin": ["DE"],
        "method": ["feeds"],
        "date": "2026-10-31",
        "format": ["application/vnd.apache.parquet"],
        "quality": {"limitations": "No bots removed.", "biases": "Mostly desktop.", "gaps": "June."},
        "schema": {
            "digest": "sha256:" + "c" * 64,
            "fields": [
                {"name": "user_id", "type": "string", "nullable": False},
                {"name": "time", "type": "timestamp", "unit": "ms"},
                {"name": "ranks", "type": "array<float32>", "nullable": True},
                {"name": "price", "type": "decimal(10, 2)", "unit": "EUR"},
                {"name": "shape", "type": "polygon"},
            ],
        },
    },
)
ANONYMOUS = node(
    "Dataset",
    "anonymous",
    {
        "node": "dataset:anonymous",
        "inputs": [flow("dataset:clicks", "derivedFrom"), flow("endpoint:rank", "fedBack")],
        "places": [stored("raw")],
        "path": "anonymous",
        "confidentiality": "internal",
        "classification": {"contains": [], "evaluated": ["all"]},
        "reduces": [
            {
                "technology": "k-anonymity",
                "tool": "arx 3.9",
                "parameters": {"k": "10"},
                "removes": ["pi"],
                "evidence": EVIDENCE,
            }
        ],
    },
)
BARE = node("Dataset", "bare", {"node": "dataset:bare"})
"""A dataset that says nothing of itself."""
VIEW = node(
    "FeatureView",
    "seven-days",
    {
        "node": "featureView:seven-days",
        "inputs": [flow("dataset:clicks", "readsFrom")],
        "places": [worked()],
        "schema": {"fields": [{"name": "clicks_7d", "type": "int64"}]},
    },
)
BASE = node(
    "Model",
    "base",
    {
        "node": "model:base",
        "version": "7",
        "license": "Apache-2.0",
        "thirdParty": True,
        "issuer": {"name": "Models Inc"},
        "digest": "sha512:" + "d" * 128,
    },
)
TRAINING = node(
    "Training",
    "ranker",
    {
        "node": "training:ranker",
        "inputs": [flow("featureView:seven-days", "trainedOn"), flow("model:base", "basedOn")],
        "places": [worked()],
        "owner": {"team": "ranking", "contact": "ranking@acme.example"},
    },
)
EVALUATION = node(
    "Evaluation",
    "ranker",
    {"node": "evaluation:ranker", "inputs": [flow("dataset:anonymous", "testedOn")], "places": [worked()]},
)
MODEL = node(
    "Model",
    "ranker",
    {
        "node": "model:ranker",
        "inputs": [flow("training:ranker", "producedBy"), flow("evaluation:ranker", "evaluatedBy")],
        "owner": {"team": "ranking", "contact": "ranking@acme.example"},
        "about": "Ranks results.",
        "intendedUse": "Order search results.",
        "version": "2",
        "digest": "sha256:" + "e" * 64,
        "card": "https://acme.example/cards/ranker",
        "riskTier": "high",
        "stage": "production",
        "signature": {"identity": "ci@acme.example", "issuer": "https://issuer.example", "verified": True},
    },
)
ENDPOINT = node(
    "Endpoint",
    "rank",
    {
        "node": "endpoint:rank",
        "inputs": [flow("model:ranker", "servedBy"), flow("featureView:seven-days", "readsFrom")],
        "places": [worked()],
        "exposure": "public",
        "authentication": "oidc",
        "monitoring": {"metrics": True, "drift": "psi over 0.2"},
        "intendedUse": "Order search results.",
        "riskTier": "high",
        "feeds": ["dataset:anonymous"],
    },
)
LATE = node(
    "Dataset",
    "late",
    {
        "node": "dataset:late",
        "version": LATER,
        "license": LATER,
        "inputs": [flow("dataset:nowhere", "derivedFrom")],
    },
)
"""A dataset of which much is not known yet, made from something that nobody declares."""

NODES = (FEED, CLICKS, ANONYMOUS, BARE, VIEW, BASE, TRAINING, EVALUATION, MODEL, ENDPOINT, LATE)
GRAPH = linkage.of(Inventory(NODES))


def graph(*resources: Resource) -> linkage.Graph:
    return linkage.of(Inventory(resources))


def bucket(name: str, store: str) -> Resource:
    return resource("aws:s3/bucket:Bucket", f"{store}-bucket", {"bucket": name})


def bucket_urn(store: str) -> str:
    return urn_of("aws:s3/bucket:Bucket", f"{store}-bucket")
