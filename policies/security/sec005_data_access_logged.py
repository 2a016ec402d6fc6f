"""SEC-005: who reads and writes data leaves a trace."""

from collections.abc import Iterator
from typing import Final

from policies.engine import (
    Claim,
    Enforcement,
    Inventory,
    OnUnknown,
    Resource,
    Rule,
    Settings,
    Severity,
    Truth,
    any_of,
    require,
)
from policies.security import databases, diagnostics

_BUCKET: Final = "aws:s3/bucket:Bucket"
_LOGGING: Final = "aws:s3/bucketLogging:BucketLogging"
# A bucket that receives logs is not logged itself: its log would grow with every line of its log.
_SINKS: Final = {
    _LOGGING: "targetBucket",
    "aws:ec2/flowLog:FlowLog": "logDestination",
    _BUCKET: "logging.targetBucket",
}


def _bucket(bucket: Resource, stack: Inventory, _: Settings) -> Iterator[Claim]:
    logged = any_of(names for _, names in stack.referring(bucket, {_LOGGING: "bucket"}))
    inline = bucket["logging"]["targetBucket"].given()
    receives = any_of(names for _, names in stack.referring(bucket, _SINKS))
    yield require(inline | logged | receives, "no BucketLogging records who reads and writes this bucket")


def _account(account: Resource, stack: Inventory, _: Settings) -> Iterator[Claim]:
    kept = diagnostics.keeps(
        account, stack, diagnostics.LOGS["audit"], diagnostics.LOGS["blob"], part=diagnostics.BLOB_SERVICE
    )
    yield require(
        kept,
        "no diagnostic setting of its blob service (blobServices/default) keeps reads, writes and deletions "
        "of its blobs",
    )


def _postgres(server: Resource, stack: Inventory, _: Settings) -> Iterator[Claim]:
    kept = diagnostics.keeps(server, stack, diagnostics.LOGS["audit"], diagnostics.LOGS["postgres"])
    yield require(kept, "no diagnostic setting keeps the server's logs")


def _database(database: Resource, stack: Inventory, _: Settings) -> Iterator[Claim]:
    engine = databases.engine_of(database)
    if engine is None:
        yield require(
            databases.unlisted(database),
            f"nothing here says which log of the engine {database['engine']} shows access",
        )
        return
    exports = database["enabledCloudwatchLogsExports"]
    exported = exports.any(lambda export: export.one_of(engine.access_logs))
    wanted = f"export one of: {', '.join(engine.access_logs)}"
    if engine.access_option is not None:
        groups = databases.options(database, stack)
        written = groups.some(lambda group: _has_option(group, engine.access_option))
        exported |= written | groups.elsewhere.doubtful()
        wanted = f"its option group needs {engine.access_option}"
    yield require(
        exported, f"no log of the database shows who connects and what is asked; {wanted}", at=exports
    )


def _has_option(group: Resource, name: str | None) -> Truth:
    return group["options"].any(lambda option: option["optionName"].equals(name))


RULE = Rule(
    id="SEC-005",
    version=2,
    title="Access to data is logged",
    why="After a leak the first question is who read what, and only a log that was already on can answer it.",
    fix="Add a BucketLogging to a bucket for logs, a DiagnosticSetting for blobServices/default of the "
    "account or for the server, and an export of the database's access log.",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    joined={
        _BUCKET: _bucket,
        databases.INSTANCE: _database,
        databases.CLUSTER: _database,
        "azure-native:storage:StorageAccount": _account,
        "azure-native:dbforpostgresql:Server": _postgres,
    },
)
