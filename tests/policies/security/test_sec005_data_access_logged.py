from collections.abc import Mapping
from typing import Any

from policies.engine import Resource
from policies.security.sec005_data_access_logged import RULE
from tests.policies.cases import LATER, Cases, resource, urn_of

BUCKET = "aws:s3/bucket:Bucket"
LOGGING = "aws:s3/bucketLogging:BucketLogging"
ACCOUNT = "azure-native:storage:StorageAccount"
SETTING = "azure-native:monitor:DiagnosticSetting"
INSTANCE = "aws:rds/instance:Instance"
LAKE = "/subscriptions/s/resourceGroups/data/providers/Microsoft.Storage/storageAccounts/lake"

docs = resource(BUCKET, "docs", {"bucket": "docs"})
logs = resource(BUCKET, "logs", {"bucket": "logs"})
lake = resource(ACCOUNT, "lake", {"resourceGroupName": "data", "accountName": "lake"})
UNLOGGED = "docs.logging.targetBucket: no BucketLogging records who reads and writes this bucket"


def logging(
    bucket: object, target: object = "logs", made_from: dict[str, list[str]] | None = None
) -> Resource:
    return resource(
        LOGGING,
        "docs-log",
        {"bucket": bucket, "targetBucket": target, "targetPrefix": "s3/"},
        made_from=made_from,
    )


def setting(uri: object, *logs: Mapping[str, Any], made_from: dict[str, list[str]] | None = None) -> Resource:
    return resource(
        SETTING,
        "audit",
        {"resourceUri": uri, "workspaceId": "/subscriptions/s/w", "logs": list(logs)},
        made_from=made_from,
    )


def category(*names: str) -> list[dict[str, object]]:
    return [{"category": name, "enabled": True} for name in names]


CASES = Cases(
    rule=RULE,
    good={
        "a bucket and the bucket of its log": [docs, logs, logging("docs")],
        "the same before anything has a name": [
            resource(BUCKET, "docs", {}),
            resource(BUCKET, "logs", {}),
            logging(
                LATER,
                LATER,
                made_from={"bucket": [urn_of(BUCKET, "docs")], "targetBucket": [urn_of(BUCKET, "logs")]},
            ),
        ],
        "a bucket that says so itself": [
            resource(BUCKET, "docs", {"bucket": "docs", "logging": {"targetBucket": "company-logs"}})
        ],
        "a bucket of network logs": [
            logs,
            resource(
                "aws:ec2/flowLog:FlowLog", "flows", {"logDestination": "logs", "logDestinationType": "s3"}
            ),
        ],
        "an account with all audit logs": [
            lake,
            setting(f"{LAKE}/blobServices/default", {"categoryGroup": "audit", "enabled": True}),
        ],
        "an account with each log": [
            lake,
            setting(LAKE, *category("StorageRead", "StorageWrite", "StorageDelete")),
        ],
        "an account before it exists": [
            lake,
            setting(
                LATER,
                {"categoryGroup": "allLogs", "enabled": True},
                made_from={"resourceUri": [urn_of(ACCOUNT, "lake")]},
            ),
        ],
        "a database": [
            resource(
                INSTANCE,
                "db",
                {"instanceClass": "db.m6g.large", "enabledCloudwatchLogsExports": ["postgresql"]},
            )
        ],
    },
    bad={
        "a bucket without a log": ([docs], [UNLOGGED]),
        "a log of another bucket": (
            [
                docs,
                resource(LOGGING, "x-log", {"bucket": "x", "targetBucket": "logs", "targetPrefix": ""}),
                logs,
            ],
            [UNLOGGED],
        ),
        "an account without a setting": (
            [lake],
            ["lake: no diagnostic setting keeps reads, writes and deletions of its blobs"],
        ),
        "an account whose reads are not kept": (
            [lake, setting(LAKE, *category("StorageWrite", "StorageDelete"))],
            [
                (
                    "lake.audit.logs[0].categoryGroup: no diagnostic setting keeps reads, writes and "
                    "deletions of its "
                    "blobs"
                ),
            ],
        ),
        "a setting that is off": (
            [lake, setting(LAKE, {"categoryGroup": "allLogs", "enabled": False})],
            [
                (
                    "lake.audit.logs[0].enabled: no diagnostic setting keeps reads, writes and deletions "
                    "of its blobs"
                )
            ],
        ),
        "a server without a setting": (
            [resource("azure-native:dbforpostgresql:Server", "meta", {"resourceGroupName": "data"})],
            ["meta: no diagnostic setting keeps the server's logs"],
        ),
        "a database": (
            [resource(INSTANCE, "db", {"instanceClass": "db.m6g.large"})],
            [
                (
                    "db.enabledCloudwatchLogsExports: no log of the database is kept: "
                    "enabledCloudwatchLogsExports is "
                    "not set"
                ),
            ],
        ),
    },
    unknown={
        "a log of some bucket": ([docs, logging(LATER, "elsewhere")], ["docs.docs-log.bucket"]),
        "a database whose exports come from elsewhere": (
            [
                resource(
                    INSTANCE, "db", {"instanceClass": "db.m6g.large", "enabledCloudwatchLogsExports": LATER}
                )
            ],
            ["db.enabledCloudwatchLogsExports"],
        ),
        "a setting whose logs come from elsewhere": (
            [lake, resource(SETTING, "audit", {"resourceUri": LAKE, "workspaceId": "w", "logs": LATER})],
            ["lake.audit.logs[*].enabled"],
        ),
    },
    waived={"a bucket of public documentation": [docs]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
