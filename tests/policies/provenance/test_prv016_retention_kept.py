import json
from typing import Any

from policies.engine import Resource
from policies.engine.hop import drawn
from policies.provenance.prv016_retention_kept import RULE
from tests.policies.cases import LATER, Cases, findings, resource, settings, urn_of
from tests.policies.declared import dataset, place, source, view

BUCKET = "aws:s3/bucket:Bucket"
RULES = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
VERSIONS = "aws:s3/bucketVersioning:BucketVersioning"
ACCOUNT = "azure-native:storage:StorageAccount"
POLICY = "azure-native:storage:ManagementPolicy"
SERVICE = "azure-native:storage:BlobServiceProperties"
CLAIM = "kubernetes:objectbucket.io/v1alpha1:ObjectBucketClaim"
JOB = "kubernetes:batch/v1:Job"
LOGS = "aws:cloudwatch/logGroup:LogGroup"
STORE = urn_of("trunkline:object_store:S3Store", "raw")

raw = place("storedIn", "store:raw", resource=STORE)


def stored(**changes: Any) -> Resource:
    return dataset("clicks", **{"retentionDays": 400, "path": "clicks", "places": [raw], **changes})


def bucket(**inputs: Any) -> Resource:
    return resource(BUCKET, "raw", {"bucket": "raw", **inputs}, parent=STORE)


def rule(*, status: str = "Enabled", **parts: Any) -> dict[str, Any]:
    return {"id": "expire", "status": status, "filter": {"prefix": ""}, **parts}


def lifecycle(*rules: dict[str, Any]) -> Resource:
    return resource(RULES, "raw-lifecycle", {"bucket": "raw", "rules": list(rules)}, parent=STORE)


versioned = resource(
    VERSIONS,
    "raw-versions",
    {"bucket": "raw", "versioningConfiguration": {"status": "Enabled"}},
    parent=STORE,
)
EXPIRES: dict[str, Any] = {"expiration": {"days": 310}}
OLD_VERSIONS: dict[str, Any] = {"noncurrentVersionExpiration": {"noncurrentDays": 90}}


def azure(actions: Any, *, filters: dict[str, Any] | None = None, **service: Any) -> list[Resource]:
    definition = {"actions": actions, "filters": {"blobTypes": ["blockBlob"], **(filters or {})}}
    rules = [{"name": "keep", "type": "Lifecycle", "enabled": True, "definition": definition}]
    return [
        stored(),
        resource(ACCOUNT, "raw", {"resourceGroupName": "data", "accountName": "raw"}, parent=STORE),
        resource(
            POLICY,
            "raw-policy",
            {"resourceGroupName": "data", "accountName": "raw", "policy": {"rules": rules}},
            parent=STORE,
        ),
        resource(
            SERVICE, "raw-blobs", {"resourceGroupName": "data", "accountName": "raw", **service}, parent=STORE
        ),
    ]


def after(base: object, version: object = None) -> dict[str, Any]:
    actions = {"baseBlob": {"delete": {"daysAfterModificationGreaterThan": base}}}
    if version is None:
        return actions
    return {**actions, "version": {"delete": {"daysAfterCreationGreaterThan": version}}}


def claimed(days: int, old: int) -> str:
    rules = [
        {"ID": "expire", "Status": "Enabled", "Prefix": "", "Expiration": {"Days": days}},
        {
            "ID": "old",
            "Status": "Enabled",
            "Prefix": "",
            "NoncurrentVersionExpiration": {"NoncurrentDays": old},
        },
    ]
    return json.dumps({"Rules": rules})


def claim(config: Any) -> Resource:
    spec = {"bucketName": "raw", "storageClassName": "rook-ceph-bucket", "additionalConfig": config}
    return resource(CLAIM, "raw", {"metadata": {"name": "raw"}, "spec": spec}, parent=STORE)


def task(lifecycle: str) -> Resource:
    arguments = ["s3api", "put-bucket-lifecycle-configuration", "--lifecycle-configuration", lifecycle]
    pod = {"containers": [{"name": "lifecycle", "image": "aws", "args": arguments}]}
    return resource(JOB, "raw-task", {"spec": {"template": {"spec": pod}}}, parent=STORE)


CASES = Cases(
    rule=RULE,
    good={
        "a bucket that expires": [stored(), bucket(), lifecycle(rule(**EXPIRES))],
        "with old versions": [
            stored(),
            bucket(),
            versioned,
            lifecycle(rule(**EXPIRES), rule(**OLD_VERSIONS)),
        ],
        "below its own prefix": [
            stored(path="raw/clicks"),
            bucket(),
            lifecycle(rule(filter={"prefix": "raw/clicks/"}, **EXPIRES)),
        ],
        "a bucket of the older kind": [
            stored(),
            bucket(
                lifecycleRules=[
                    {
                        "enabled": True,
                        "expiration": {"days": 310},
                        "noncurrentVersionExpiration": {"days": 90},
                    }
                ],
                versioning={"enabled": True},
            ),
        ],
        "a storage account": azure(after(400)),
        "a storage account with versions and soft deletion": azure(
            after(370, 300), isVersioningEnabled=True, deleteRetentionPolicy={"enabled": True, "days": 30}
        ),
        "a claim": [stored(), claim({"bucketLifecycle": claimed(310, 90)})],
        "a claim that a task sets up": [stored(), claim({}), task(claimed(310, 90))],
        "a log group": [
            dataset("log", retentionDays=30, places=[place("storedIn", "log", resource=urn_of(LOGS, "log"))]),
            resource(LOGS, "log", {"retentionInDays": 30}),
        ],
        "a bucket that says by a tag what it is": [
            stored(places=[place("storedIn", "store:raw")]),
            resource(BUCKET, "x", {"bucket": "raw", "tags": {"trunkline:node": "store:raw"}}),
            lifecycle(rule(**EXPIRES)),
        ],
        "held for a reason": [stored(retentionDays=None, hold=True), bucket()],
        "declared upstream": [
            source(retentionDays=400),
            dataset("d", "derivedFrom source:app", retentionDays=None),
        ],
        "it is processed there, and not stored": [
            stored(places=[place("processedIn", "store:raw", resource=STORE)]),
            bucket(),
        ],
    },
    bad={
        "nothing is declared": (
            [dataset("clicks", retentionDays=None)],
            [
                (
                    "clicks.retentionDays: nothing says when it must be gone: retentionDays is not set, "
                    "nor is it held for a reason"
                ),
            ],
        ),
        "longer than its source allows": (
            [source(retentionDays=90), dataset("clicks", "derivedFrom source:app")],
            [
                "clicks.retentionDays: it is kept for 400 days, and source app must be gone after 90",
            ],
        ),
        "a bucket that keeps everything": (
            [stored(), bucket()],
            [
                (
                    "clicks.places[0]: it must be gone after 400 days, and store:raw (raw) does not delete "
                    "it by then"
                ),
            ],
        ),
        "a bucket that keeps it longer": (
            [stored(retentionDays=100), bucket(), lifecycle(rule(**EXPIRES))],
            [
                (
                    "clicks.places[0]: it must be gone after 100 days, and store:raw (raw) does not delete "
                    "it by then"
                ),
            ],
        ),
        "a rule that is off": (
            [stored(), bucket(), lifecycle(rule(status="Disabled", **EXPIRES))],
            [
                (
                    "clicks.places[0]: it must be gone after 400 days, and store:raw (raw) does not delete "
                    "it by then"
                ),
            ],
        ),
        "a rule for something else": (
            [stored(), bucket(), lifecycle(rule(filter={"prefix": "tmp/"}, **EXPIRES))],
            [
                (
                    "clicks.places[0]: it must be gone after 400 days, and store:raw (raw) does not delete "
                    "it by then"
                ),
            ],
        ),
        "a rule for a part": (
            [stored(), bucket(), lifecycle(rule(filter={"tag": {"key": "tmp", "value": "yes"}}, **EXPIRES))],
            [
                (
                    "clicks.places[0]: it must be gone after 400 days, and store:raw (raw) does not delete "
                    "it by then"
                ),
            ],
        ),
        "old versions stay": (
            [stored(), bucket(), versioned, lifecycle(rule(**EXPIRES))],
            [
                (
                    "clicks.places[0]: it must be gone after 400 days, and store:raw (raw) does not delete "
                    "it by then"
                ),
            ],
        ),
        "some old versions stay": (
            [
                stored(),
                bucket(),
                versioned,
                lifecycle(
                    rule(
                        **EXPIRES,
                        noncurrentVersionExpiration={"noncurrentDays": 1, "newerNoncurrentVersions": 3},
                    )
                ),
            ],
            [
                (
                    "clicks.places[0]: it must be gone after 400 days, and store:raw (raw) does not delete "
                    "it by then"
                ),
            ],
        ),
        "together with old versions too long": (
            [
                stored(),
                bucket(),
                versioned,
                lifecycle(rule(**EXPIRES), rule(noncurrentVersionExpiration={"noncurrentDays": 91})),
            ],
            [
                (
                    "clicks.places[0]: it must be gone after 400 days, and store:raw (raw) does not delete "
                    "it by then"
                ),
            ],
        ),
        "a storage account with versions that stay": (
            azure(after(400), isVersioningEnabled=True),
            [
                (
                    "clicks.places[0]: it must be gone after 400 days, and store:raw (raw) does not delete "
                    "it by then"
                ),
            ],
        ),
        "soft deletion on top": (
            azure(after(390), deleteRetentionPolicy={"enabled": True, "days": 30}),
            [
                (
                    "clicks.places[0]: it must be gone after 400 days, and store:raw (raw) does not delete "
                    "it by then"
                ),
            ],
        ),
        "a claim without a lifecycle": (
            [stored(), claim({})],
            [
                (
                    "clicks.places[0]: it must be gone after 400 days, and store:raw (raw) does not delete "
                    "it by then"
                ),
            ],
        ),
        "a claim that keeps old versions": (
            [stored(), claim({"bucketLifecycle": claimed(400, 90)})],
            [
                (
                    "clicks.places[0]: it must be gone after 400 days, and store:raw (raw) does not delete "
                    "it by then"
                ),
            ],
        ),
        "a log group that forgets nothing": (
            [
                dataset(
                    "log", retentionDays=30, places=[place("storedIn", "log", resource=urn_of(LOGS, "log"))]
                ),
                resource(LOGS, "log", {"retentionInDays": 0}),
            ],
            [
                "log.places[0]: it must be gone after 30 days, and log (log) does not delete it by then",
            ],
        ),
        "features of data that must be gone": (
            [dataset("clicks"), view("user_7d", "readsFrom dataset:clicks", places=[raw]), bucket()],
            [
                (
                    "user_7d.places[0]: it must be gone after 400 days, and store:raw (raw) does not "
                    "delete it by then"
                ),
            ],
        ),
    },
    unknown={
        "when it must be gone": (
            [dataset("clicks", retentionDays=LATER)],
            [
                "clicks.retentionDays",
            ],
        ),
        "when its source must be gone": (
            [source(retentionDays=LATER), dataset("clicks", "derivedFrom source:app")],
            [
                "clicks.app.retentionDays",
            ],
        ),
        "what its store is": (
            [stored(places=[{**raw, "resource": LATER}]), bucket()],
            [
                "clicks.places[0].resource",
            ],
        ),
        "a store of another stack": (
            [stored()],
            [
                "clicks.places[0].resource",
            ],
        ),
        "when it expires": (
            [stored(), bucket(), lifecycle(rule(expiration={"days": LATER}))],
            [
                "clicks.raw-lifecycle.rules[0].expiration.days",
            ],
        ),
        "which bucket the rules are for": (
            [stored(), bucket(), resource(RULES, "rules", {"bucket": LATER, "rules": [rule(**EXPIRES)]})],
            [
                "clicks.rules.bucket",
            ],
        ),
        "a prefix that begins with a container": (
            azure(after(400), filters={"prefixMatch": ["objects/clicks"]}),
            [
                "clicks.raw-policy.policy.rules[0].definition.filters.prefixMatch",
            ],
        ),
        "which place a bucket is": (
            [
                stored(places=[place("storedIn", "store:raw")]),
                resource(BUCKET, "x", {"bucket": "raw", "tags": {"trunkline:node": LATER}}),
            ],
            [
                "clicks.places[0].resource",
                "clicks.x.tags.trunkline:node",
            ],
        ),
    },
    waived={"a bucket that keeps everything": [stored(), bucket()]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()


def test_a_place_that_somebody_checked_by_hand_is_not_asked_again() -> None:
    assert findings(RULE, [stored()])
    assert findings(RULE, [stored()], by=settings(RULE, checked=["store:raw"])) == ()


def test_the_path_leads_from_the_limit_to_the_store() -> None:
    stack = [
        source(retentionDays=90),
        dataset("clicks", "derivedFrom source:app", retentionDays=None, places=[raw]),
        bucket(),
    ]
    (finding,) = findings(RULE, stack)
    assert drawn(finding.witness) == "source app -[derivedFrom]-> dataset clicks -[storedIn]-> store:raw"
