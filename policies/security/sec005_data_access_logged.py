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
    any_of,
    require,
)
from policies.security import diagnostics

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
    kept = diagnostics.keeps(account, stack, diagnostics.LOGS["audit"], diagnostics.LOGS["blob"])
    yield require(kept, "no diagnostic setting keeps reads, writes and deletions of its blobs")


def _postgres(server: Resource, stack: Inventory, _: Settings) -> Iterator[Claim]:
    kept = diagnostics.keeps(server, stack, diagnostics.LOGS["audit"], diagnostics.LOGS["postgres"])
    yield require(kept, "no diagnostic setting keeps the server's logs")


def _database(database: Resource, _: Settings) -> Iterator[Claim]:
    exports = database["enabledCloudwatchLogsExports"]
    yield require(
        exports.filled(), f"no log of the database is kept: enabledCloudwatchLogsExports is {exports}"
    )


RULE = Rule(
    id="SEC-005",
    version=1,
    title="Access to data is logged",
    why="After a leak the first question is who read what, and only a log that was already on can answer it.",
    fix="Add a BucketLogging to a bucket for logs, a DiagnosticSetting for the blob service or server, or "
    "enabledCloudwatchLogsExports.",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    alone={"aws:rds/instance:Instance": _database, "aws:rds/cluster:Cluster": _database},
    joined={
        _BUCKET: _bucket,
        "azure-native:storage:StorageAccount": _account,
        "azure-native:dbforpostgresql:Server": _postgres,
    },
)
