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

BLOBS = f"{LAKE}/blobServices/default"
SERVICE = "azure-native:storage:BlobServiceProperties"
ALL = {"categoryGroup": "allLogs", "enabled": True}

docs = resource(BUCKET, "docs", {"bucket": "docs"})
logs = resource(BUCKET, "logs", {"bucket": "logs"})
lake = resource(ACCOUNT, "lake", {"resourceGroupName": "data", "accountName": "lake"})
blobs = resource(
    SERVICE,
    "blobs",
    {"resourceGroupName": "data", "accountName": LATER, "blobServicesName": "default"},
    made_from={"accountName": [urn_of(ACCOUNT, "lake")]},
)
NO_TRACE = (
    "no diagnostic setting of its blob service (blobServices/default) keeps reads, writes and deletions of "
    "its blobs"
)
NO_LOG = "db.enabledCloudwatchLogsExports: no log of the database shows who connects and what is asked; {}"
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


def database(engine: str, *exports: str) -> Resource:
    return resource(
        INSTANCE,
        "db",
        {"instanceClass": "db.m6g.large", "engine": engine, "enabledCloudwatchLogsExports": list(exports)},
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
            setting(BLOBS, {"categoryGroup": "audit", "enabled": True}),
        ],
        "an account with each log": [
            lake,
            setting(BLOBS, *category("StorageRead", "StorageWrite", "StorageDelete")),
        ],
        "an account and its blob service, before either exists": [
            resource(ACCOUNT, "lake", {"resourceGroupName": "data"}),
            blobs,
            setting(LATER, ALL, made_from={"resourceUri": [urn_of(SERVICE, "blobs")]}),
        ],
        "a PostgreSQL": [database("postgres", "postgresql")],
        "a MySQL": [database("mysql", "audit", "error")],
        "an Aurora cluster": [
            resource(
                "aws:rds/cluster:Cluster",
                "db",
                {"engine": "aurora-mysql", "enabledCloudwatchLogsExports": ["audit"]},
            )
        ],
        "a SQL Server that audits": [
            resource(
                INSTANCE,
                "db",
                {"instanceClass": "db.m6g.large", "engine": "sqlserver-ee", "optionGroupName": "audit"},
            ),
            resource(
                "aws:rds/optionGroup:OptionGroup",
                "audit",
                {
                    "name": "audit",
                    "engineName": "sqlserver-ee",
                    "majorEngineVersion": "16.00",
                    "options": [{"optionName": "SQLSERVER_AUDIT"}],
                },
            ),
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
        "an account without a setting": ([lake], [f"lake: {NO_TRACE}"]),
        "an account whose reads are not kept": (
            [lake, setting(BLOBS, *category("StorageWrite", "StorageDelete"))],
            [f"lake.audit.logs[0].categoryGroup: {NO_TRACE}"],
        ),
        "a setting that is off": (
            [lake, setting(BLOBS, {"categoryGroup": "allLogs", "enabled": False})],
            [f"lake.audit.logs[0].enabled: {NO_TRACE}"],
        ),
        "a setting of the account alone, which has no logs": (
            [lake, setting(LAKE, ALL)],
            [f"lake.audit.resourceUri: {NO_TRACE}"],
        ),
        "a setting of another service": (
            [lake, setting(f"{LAKE}/tableServices/default", ALL)],
            [f"lake.audit.resourceUri: {NO_TRACE}"],
        ),
        "a server without a setting": (
            [resource("azure-native:dbforpostgresql:Server", "meta", {"resourceGroupName": "data"})],
            ["meta: no diagnostic setting keeps the server's logs"],
        ),
        "a PostgreSQL without exports": (
            [database("postgres")],
            [NO_LOG.format("export one of: postgresql")],
        ),
        "a MySQL whose errors alone are kept": (
            [database("mysql", "error", "slowquery")],
            [NO_LOG.format("export one of: audit, general")],
        ),
        "a SQL Server whose errors alone are kept": (
            [database("sqlserver-se", "agent", "error")],
            [NO_LOG.format("its option group needs SQLSERVER_AUDIT")],
        ),
    },
    unknown={
        "a log of some bucket": ([docs, logging(LATER, "elsewhere")], ["docs.docs-log.bucket"]),
        "a database whose exports come from elsewhere": (
            [
                resource(
                    INSTANCE,
                    "db",
                    {
                        "instanceClass": "db.m6g.large",
                        "engine": "postgres",
                        "enabledCloudwatchLogsExports": LATER,
                    },
                )
            ],
            ["db.enabledCloudwatchLogsExports[*]"],
        ),
        "a database whose engine nobody listed": ([database("custom-sqlserver-ee", "error")], ["db.engine"]),
        "a setting whose logs come from elsewhere": (
            [lake, resource(SETTING, "audit", {"resourceUri": BLOBS, "workspaceId": "w", "logs": LATER})],
            ["lake.audit.logs[*].enabled"],
        ),
        "a setting of some service of the account": (
            [lake, setting(LATER, ALL, made_from={"resourceUri": [urn_of(ACCOUNT, "lake")]})],
            ["lake.audit.resourceUri"],
        ),
    },
    waived={"a bucket of public documentation": [docs]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
