import json

from policies.cost.cst006_cold_data_moves_on import RULE
from policies.engine import Resource
from tests.policies.cases import LATER, Cases, resource

BUCKET = "aws:s3/bucket:Bucket"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
TIERING = "aws:s3/bucketIntelligentTieringConfiguration:BucketIntelligentTieringConfiguration"
ACCOUNT = "azure-native:storage:StorageAccount"
POLICY = "azure-native:storage:ManagementPolicy"
FLOWS = "azure-native:network:FlowLog"
CLAIM = "kubernetes:objectbucket.io/v1alpha1:ObjectBucketClaim"
LAKE = "/subscriptions/s/resourceGroups/data/providers/Microsoft.Storage/storageAccounts/lake"
NO_RULE = "nothing ever moves or removes what it holds: no lifecycle rule is enabled"
OLD = {"id": "old", "status": "Enabled", "noncurrentVersionExpiration": {"noncurrentDays": 90}}
TTL = {"id": "ttl", "status": "Enabled", "expiration": {"days": 30}}
UPLOADS = {"id": "up", "status": "Enabled", "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7}}


def no_current(mark: str) -> str:
    return f"it is marked '{mark}', and no lifecycle rule moves or removes current objects"


def bucket(**tags: object) -> Resource:
    return resource(BUCKET, "runs", {"bucket": "runs", "tags": tags})


def lifecycle(*rules: object, of: object = "runs") -> Resource:
    return resource(LIFECYCLE, "runs-lifecycle", {"bucket": of, "rules": list(rules)})


def account(**properties: object) -> Resource:
    return resource(ACCOUNT, "lake", {"resourceGroupName": "data", "accountName": "lake", **properties})


def policy(*, enabled: object = True, **actions: object) -> Resource:
    rule = {"name": "r", "type": "Lifecycle", "enabled": enabled, "definition": {"actions": actions}}
    inputs = {"resourceGroupName": "data", "accountName": "lake", "policy": {"rules": [rule]}}
    return resource(POLICY, "lake-lifecycle", inputs)


def claim(storage_class: object = "rook-ceph-bucket", *rules: object, **labels: object) -> Resource:
    more = {"bucketLifecycle": json.dumps({"Rules": list(rules)})} if rules else {}
    metadata = {
        "name": "runs",
        "labels": {f"trunkline.dev/{key}": value for key, value in labels.items()},
    }
    spec = {"storageClassName": storage_class, "additionalConfig": more}
    return resource(CLAIM, "runs", {"metadata": metadata, "spec": spec})


DELETE = {"delete": {"daysAfterCreationGreaterThan": 30}}
TO_COOL = {"tierToCool": {"daysAfterModificationGreaterThan": 30}}

CASES = Cases(
    rule=RULE,
    good={
        "old versions go": [bucket(), lifecycle(OLD)],
        "checkpoints go": [bucket(purpose="checkpoints"), lifecycle(TTL)],
        "checkpoints move": [
            bucket(purpose="checkpoints"),
            lifecycle(
                {
                    "id": "ia",
                    "status": "Enabled",
                    "transitions": [{"days": 30, "storageClass": "STANDARD_IA"}],
                }
            ),
        ],
        "the bucket moves them itself": [
            bucket(access="cold"),
            resource(TIERING, "tiers", {"bucket": "runs", "tierings": [{"accessTier": "ARCHIVE_ACCESS"}]}),
        ],
        "an old way to say it": [
            resource(BUCKET, "runs", {"lifecycleRules": [{"enabled": True, "expiration": {"days": 30}}]})
        ],
        "an account whose versions go": [account(), policy(version=DELETE)],
        "a cold account that moves": [account(tags={"access": "cold"}), policy(baseBlob=TO_COOL)],
        "an account that is cool": [account(accessTier="Cool", tags={"access": "cold"})],
        "an account for flow logs": [
            account(),
            resource(
                FLOWS,
                "flows",
                {
                    "storageId": LAKE,
                    "targetResourceId": "/vnet",
                    "retentionPolicy": {"enabled": True, "days": 30},
                },
            ),
        ],
        "an account for files": [account(kind="FileStorage")],
        "a claim": [claim("rook-ceph-bucket", {"Status": "Enabled", "Expiration": {"Days": 30}})],
        "a claim that another sets up": [claim("openshift-storage.noobaa.io")],
    },
    bad={
        "nothing": ([bucket()], [f"runs: {NO_RULE}"]),
        "uploads only": ([bucket(), lifecycle(UPLOADS)], [f"runs: {NO_RULE}"]),
        "a rule that is off": (
            [bucket(), lifecycle({**OLD, "status": "Disabled"})],
            [f"runs: {NO_RULE}"],
        ),
        "a rule of another bucket": ([bucket(), lifecycle(OLD, of="other")], [f"runs: {NO_RULE}"]),
        "tiers that are off": (
            [
                bucket(),
                resource(TIERING, "tiers", {"bucket": "runs", "status": "Disabled", "tierings": []}),
            ],
            [f"runs: {NO_RULE}"],
        ),
        "an old rule that is off": (
            [resource(BUCKET, "runs", {"lifecycleRules": [{"enabled": False, "expiration": {"days": 30}}]})],
            [f"runs: {NO_RULE}"],
        ),
        "flow logs that nobody removes": (
            [
                account(),
                resource(
                    FLOWS,
                    "flows",
                    {"storageId": LAKE, "targetResourceId": "/v", "retentionPolicy": {"enabled": False}},
                ),
            ],
            [f"lake: {NO_RULE}"],
        ),
        "a claim whose rule is off": (
            [
                claim(
                    "rook-ceph-bucket",
                    {"Status": "Disabled", "NoncurrentVersionExpiration": {"NoncurrentDays": 9}},
                )
            ],
            [f"runs: {NO_RULE}"],
        ),
        "checkpoints whose old versions go": (
            [bucket(purpose="checkpoints"), lifecycle(OLD)],
            [f"runs.tags.purpose: {no_current('checkpoints')}"],
        ),
        "an account": ([account()], [f"lake: {NO_RULE}"]),
        "an account whose rule is off": (
            [account(), policy(enabled=False, version=DELETE)],
            [f"lake: {NO_RULE}"],
        ),
        "a cold account whose versions go": (
            [account(tags={"access": "cold"}), policy(version=DELETE)],
            [f"lake.tags.access: {no_current('cold')}"],
        ),
        "a claim": ([claim()], [f"runs: {NO_RULE}"]),
        "a claim for checkpoints": (
            [
                claim(
                    "rook-ceph-bucket",
                    {"Status": "Enabled", "NoncurrentVersionExpiration": {"NoncurrentDays": 9}},
                    purpose="checkpoints",
                )
            ],
            [f"runs.metadata.labels.trunkline.dev/purpose: {no_current('checkpoints')}"],
        ),
    },
    unknown={
        "rules of some bucket": ([bucket(), lifecycle(OLD, of=LATER)], ["runs.runs-lifecycle.bucket"]),
        "rules from elsewhere": (
            [
                bucket(),
                resource(LIFECYCLE, "runs-lifecycle", {"bucket": "runs", "rules": LATER}),
            ],
            ["runs.runs-lifecycle.rules[*].status"],
        ),
        "a mark from elsewhere": ([bucket(purpose=LATER), lifecycle(OLD)], ["runs.tags.purpose"]),
        "a policy of some account": (
            [
                account(),
                resource(
                    POLICY, "p", {"resourceGroupName": "data", "accountName": LATER, "policy": {"rules": []}}
                ),
                policy(enabled=LATER, version=DELETE),
            ],
            ["lake.lake-lifecycle.policy.rules[0].enabled"],
        ),
        "a class from elsewhere": ([claim(LATER)], ["runs.spec.storageClassName"]),
    },
    waived={"a bucket of a week": [bucket()]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
