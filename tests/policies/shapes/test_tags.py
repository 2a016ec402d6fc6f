"""What a resource says about itself, and what it takes over from around it."""

import json

from policies.engine import Inventory
from policies.shapes import tags
from tests.policies.cases import LATER, resource, urn_of

GROUP = "aws:autoscaling/group:Group"
BUCKET = "aws:s3/bucket:Bucket"
PROVIDER = "pulumi:providers:aws"


def test_a_scaling_group_lists_its_tags() -> None:
    def says(*listed: object) -> bool | None:
        group = resource(GROUP, "old", {"maxSize": 1, "minSize": 0, "tags": list(listed)})
        question = tags.says(group, Inventory([group]), "environment", lambda view: view.equals("dev"))
        return question.state

    assert says({"key": "environment", "value": "dev"}) is True
    assert says({"key": "environment", "value": "prod"}) is False
    assert says({"key": "team", "value": "dev"}) is False
    assert says() is False
    assert says({"key": LATER, "value": "dev"}) is None
    assert says({"key": "environment", "value": LATER}) is None


def test_what_a_resource_says_itself_counts_before_what_its_provider_says() -> None:
    provider = resource(PROVIDER, "aws", {"defaultTags": json.dumps({"tags": {"environment": "prod"}})})
    own = resource(BUCKET, "own", {"tags": {"environment": "dev"}}, provider=urn_of(PROVIDER, "aws"))
    silent = resource(BUCKET, "silent", {}, provider=urn_of(PROVIDER, "aws"))
    stack = Inventory([provider, own, silent])

    def in_production(name: str) -> bool | None:
        item = stack.get(urn_of(BUCKET, name))
        assert item is not None
        return tags.says(item, stack, "environment", lambda view: view.equals("prod")).state

    assert in_production("own") is False
    assert in_production("silent") is True
