"""Where a store is: told by what it is made of, and by nothing less."""

from typing import Any

import pytest

from policies import linkage
from policies.engine import Inventory, Resource
from policies.linkage.exports import addresses
from tests.policies.cases import LATER, resource, secret, urn_of
from tests.policies.linkage.exports.declared import node, stored

S3 = "aws:s3/bucket:Bucket"
STORE = "trunkline:object_store:S3Store"


def found(*resources: Resource) -> dict[str, str]:
    inventory = Inventory(resources)
    return dict(addresses.of(linkage.of(inventory), inventory))


def clicks(urn: str) -> Resource:
    return node("Dataset", "clicks", {"places": [{**stored("raw"), "resource": urn}]})


@pytest.mark.parametrize(
    ("token", "inputs", "address"),
    [
        (S3, {"bucket": "raw-4f2a"}, "s3://raw-4f2a"),
        (
            "azure-native:storage/v20240101:BlobContainer",
            {"accountName": "acme", "containerName": "raw"},
            "wasbs://raw@acme.dfs.core.windows.net",
        ),
        (
            "kubernetes:objectbucket.io/v1alpha1:ObjectBucketClaim",
            {"spec": {"bucketName": "raw-1"}},
            "s3://raw-1",
        ),
    ],
)
def test_each_kind_of_store_has_its_address(token: str, inputs: dict[str, Any], address: str) -> None:
    assert found(clicks(urn_of(token, "raw")), resource(token, "raw", inputs)) == {"store:raw": address}


def test_a_name_that_the_provider_made_up_counts_once_it_is_there() -> None:
    bucket = resource(S3, "raw", {}, outputs={"bucket": "raw-4f2a"}, settled=True)

    assert found(clicks(urn_of(S3, "raw")), bucket) == {"store:raw": "s3://raw-4f2a"}


@pytest.mark.parametrize("name", [LATER, secret("raw-4f2a"), None])
def test_what_is_not_known_or_secret_is_no_address(name: Any) -> None:
    assert found(clicks(urn_of(S3, "raw")), resource(S3, "raw", {"bucket": name})) == {}


def test_a_store_of_two_buckets_has_no_address_of_its_own() -> None:
    tags = {"trunkline:node": "store:raw"}
    buckets = [resource(S3, name, {"bucket": name, "tags": tags}) for name in ("one", "two")]

    assert found(clicks(""), *buckets) == {}
    assert found(clicks(""), buckets[0]) == {"store:raw": "s3://one"}


def test_a_platform_file_alone_knows_no_address() -> None:
    assert found(node("Dataset", "clicks", {"places": [stored("raw")]})) == {}
