from policies.engine import Resource
from policies.reliability.rel001_stores_keep_versions import RULE
from tests.policies.cases import LATER, Cases, resource, urn_of

BUCKET = "aws:s3/bucket:Bucket"
VERSIONING = "aws:s3/bucketVersioning:BucketVersioning"
ACCOUNT = "azure-native:storage:StorageAccount"
BLOBS = "azure-native:storage:BlobServiceProperties"
REPOSITORY = "aws:ecr/repository:Repository"
REGISTRY = "azure-native:containerregistry:Registry"
LAKE = "/subscriptions/s/resourceGroups/data/providers/Microsoft.Storage/storageAccounts/lake"
ON = {"enabled": True, "days": 30}

clicks = resource(BUCKET, "clicks", {"bucket": "clicks"})
lake = resource(ACCOUNT, "lake", {"resourceGroupName": "data", "accountName": "lake", "kind": "StorageV2"})
LOST = "a replaced or deleted object is lost: no BucketVersioning is Enabled for this bucket"
BLOB_LOST = "a replaced or deleted blob is lost: no BlobServiceProperties keep versions or deleted blobs"
CONTAINER_LOST = "a deleted container is lost: no BlobServiceProperties keep deleted containers"


def versioning(bucket: object, status: object = "Enabled", **more: object) -> Resource:
    made_from = {"bucket": [urn_of(BUCKET, "clicks")]} if bucket == LATER and not more else None
    inputs = {"bucket": bucket, "versioningConfiguration": {"status": status}}
    return resource(VERSIONING, "clicks-versions", inputs, made_from=made_from)


def blobs(**properties: object) -> Resource:
    return resource(
        BLOBS,
        "lake-blobs",
        {"resourceGroupName": "data", "accountName": "lake", "blobServicesName": "default", **properties},
    )


def registry(status: object) -> Resource:
    return resource(
        REGISTRY,
        "images",
        {"resourceGroupName": "data", "policies": {"softDeletePolicy": {"status": status}}},
    )


CASES = Cases(
    rule=RULE,
    good={
        "a bucket with versions": [clicks, versioning("clicks")],
        "the same before the bucket exists": [resource(BUCKET, "clicks", {}), versioning(LATER)],
        "a bucket that says so itself": [
            resource(BUCKET, "clicks", {"bucket": "clicks", "versioning": {"enabled": True}})
        ],
        "a bucket for logs": [
            clicks,
            resource(BUCKET, "web", {"logging": {"targetBucket": "clicks"}, "versioning": {"enabled": True}}),
        ],
        "an account with versions": [
            lake,
            blobs(isVersioningEnabled=True, containerDeleteRetentionPolicy=ON),
        ],
        "an account that keeps what is deleted": [
            lake,
            blobs(deleteRetentionPolicy=ON, containerDeleteRetentionPolicy=ON),
        ],
        "an account for files": [
            resource(ACCOUNT, "home", {"resourceGroupName": "data", "kind": "FileStorage"})
        ],
        "an account for flow logs": [
            lake,
            resource(
                "azure-native:network:FlowLog", "flows", {"storageId": LAKE, "targetResourceId": "/vnet"}
            ),
        ],
        "a repository": [resource(REPOSITORY, "images", {"name": "images", "forceDelete": False})],
        "a registry": [registry("enabled")],
    },
    bad={
        "a bucket without versions": ([clicks], [f"clicks.versioning.enabled: {LOST}"]),
        "a bucket whose versions are suspended": (
            [clicks, versioning("clicks", "Suspended")],
            [f"clicks.versioning.enabled: {LOST}"],
        ),
        "versions of another bucket": ([clicks, versioning("views")], [f"clicks.versioning.enabled: {LOST}"]),
        "an account that says nothing": ([lake], [f"lake: {CONTAINER_LOST}", f"lake: {BLOB_LOST}"]),
        "an account that turns everything off": (
            [
                lake,
                blobs(
                    isVersioningEnabled=False,
                    deleteRetentionPolicy={"enabled": False},
                    containerDeleteRetentionPolicy={"enabled": False},
                ),
            ],
            [f"lake: {CONTAINER_LOST}", f"lake: {BLOB_LOST}"],
        ),
        "a bucket that turns it off": (
            [resource(BUCKET, "clicks", {"bucket": "clicks", "versioning": {"enabled": False}})],
            [f"clicks.versioning.enabled: {LOST}"],
        ),
        "an account that forgets containers": (
            [lake, blobs(isVersioningEnabled=True)],
            [f"lake: {CONTAINER_LOST}"],
        ),
        "a repository that goes with its images": (
            [resource(REPOSITORY, "images", {"name": "images", "forceDelete": True})],
            [
                "images.forceDelete: deleting the repository deletes every image in it: forceDelete is true",
            ],
        ),
        "a registry that says nothing": (
            [resource(REGISTRY, "images", {"resourceGroupName": "data"})],
            [
                (
                    "images.policies.softDeletePolicy.status: a deleted image is lost: "
                    "softDeletePolicy.status is "
                    "not set"
                ),
            ],
        ),
        "a registry that keeps nothing": (
            [registry("disabled")],
            [
                (
                    "images.policies.softDeletePolicy.status: a deleted image is lost: "
                    "softDeletePolicy.status is "
                    "'disabled'"
                ),
            ],
        ),
    },
    unknown={
        "versions of some bucket": (
            [clicks, versioning(LATER, more=True)],
            ["clicks.clicks-versions.bucket"],
        ),
        "a status from elsewhere": (
            [clicks, versioning("clicks", LATER)],
            ["clicks.clicks-versions.versioningConfiguration.status"],
        ),
        "a policy from elsewhere": (
            [lake, blobs(isVersioningEnabled=True, containerDeleteRetentionPolicy=LATER)],
            ["lake.lake-blobs.containerDeleteRetentionPolicy.enabled"],
        ),
    },
    waived={"a bucket of copies": [clicks]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
