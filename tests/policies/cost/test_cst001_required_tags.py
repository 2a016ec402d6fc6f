import json
from typing import Any

from policies.cost.cst001_required_tags import RULE
from policies.engine import Resource
from tests.policies.cases import LATER, Cases, findings, resource, settings, told, urn_of

BUCKET = "aws:s3/bucket:Bucket"
GROUP = "azure-native:resources:ResourceGroup"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
NAMESPACE = "kubernetes:core/v1:Namespace"
PROVIDER = "pulumi:providers:aws"
ALL = {"owner": "ads", "cost-centre": "cc-4711", "environment": "prod", "data-product": "clicks"}
LABELS = {f"trunkline.dev/{key}": value for key, value in ALL.items()}
NOTHING = (
    "nothing says whose cost it is: the tags owner, cost-centre, environment and data-product are missing"
)
NO_OWNER = "nothing says whose cost it is: the tag owner is missing"


def without(key: str, tags: dict[str, Any] = ALL) -> dict[str, Any]:
    return {name: value for name, value in tags.items() if name != key}


def bucket(tags: object, provider: str = "") -> Resource:
    return resource(BUCKET, "clicks", {"bucket": "clicks", "tags": tags}, provider=provider)


def provider(**default_tags: object) -> Resource:
    """Return a provider as it reaches the engine: what is no text is JSON."""
    return resource(PROVIDER, "aws", {"defaultTags": json.dumps({"tags": default_tags})})


def deployment(labels: object, annotations: object = None) -> Resource:
    metadata = {"name": "ranker", "namespace": "ml", "labels": labels, "annotations": annotations}
    return resource(DEPLOYMENT, "ranker", {"metadata": metadata, "spec": {}})


def namespace(labels: object, name: str = "ml") -> Resource:
    return resource(NAMESPACE, "home", {"metadata": {"name": name, "labels": labels}})


CASES = Cases(
    rule=RULE,
    good={
        "a bucket": [bucket(ALL)],
        "a bucket that its provider tags": [provider(**ALL), bucket(None, urn_of(PROVIDER, "aws"))],
        "a bucket that its provider tags in part": [
            provider(**without("owner")),
            bucket({"owner": "ads"}, urn_of(PROVIDER, "aws")),
        ],
        "a group": [resource(GROUP, "ml", {"tags": ALL})],
        "a deployment": [deployment(LABELS)],
        "a deployment with an annotation": [
            deployment(without("trunkline.dev/owner", LABELS), {"trunkline.dev/owner": "ads@acme.example"})
        ],
        "a deployment in a namespace that says it": [namespace(LABELS), deployment(None)],
        "what takes no tags": [resource("aws:s3/bucketVersioning:BucketVersioning", "v", {"bucket": "b"})],
    },
    bad={
        "a bucket without tags": ([bucket(None)], [f"clicks.tags: {NOTHING}"]),
        "a bucket without an owner": ([bucket(without("owner"))], [f"clicks.tags: {NO_OWNER}"]),
        "an owner that is empty": ([bucket({**ALL, "owner": ""})], [f"clicks.tags: {NO_OWNER}"]),
        "a provider that tags other things": (
            [provider(team="ads"), bucket(without("owner"), urn_of(PROVIDER, "aws"))],
            [f"clicks.tags: {NO_OWNER}"],
        ),
        "a group": ([resource(GROUP, "ml", {"tags": without("owner")})], [f"ml.tags: {NO_OWNER}"]),
        "a deployment": ([deployment({"app": "ranker"})], [f"ranker.metadata: {NOTHING}"]),
        "a deployment in another namespace": (
            [namespace(LABELS, "other"), deployment(without("trunkline.dev/owner", LABELS))],
            [f"ranker.metadata: {NO_OWNER}"],
        ),
    },
    unknown={
        "tags from elsewhere": ([bucket(LATER)], ["clicks.tags.owner"]),
        "a tag from elsewhere": ([bucket({**ALL, "owner": LATER})], ["clicks.tags.owner"]),
        "default tags from elsewhere": (
            [resource(PROVIDER, "aws", {"defaultTags": LATER}), bucket(None, urn_of(PROVIDER, "aws"))],
            ["clicks.aws.defaultTags.tags.owner"],
        ),
    },
    waived={"a bucket of a day": [bucket(without("owner"))]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()


def test_a_team_asks_for_its_own_tags() -> None:
    asked = settings(RULE, required=["team"])
    assert told(findings(RULE, [bucket({"team": "ads"})], by=asked)) == []
    assert told(findings(RULE, [bucket(ALL)], by=asked)) == [
        "clicks.tags: nothing says whose cost it is: the tag team is missing"
    ]
