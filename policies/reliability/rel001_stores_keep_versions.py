"""REL-001: what is overwritten or deleted by mistake comes back."""

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
    forbid,
    require,
)

_BUCKET: Final = "aws:s3/bucket:Bucket"
_VERSIONING: Final = {"aws:s3/bucketVersioning:BucketVersioning": "bucket"}
_ACCOUNT: Final = "azure-native:storage:StorageAccount"
_BLOBS: Final = {"azure-native:storage:BlobServiceProperties": "accountName"}
# Logs are written once and never replaced; versions of them would only cost.
_LOGS_IN: Final = {
    _BUCKET: {
        "aws:s3/bucketLogging:BucketLogging": "targetBucket",
        "aws:ec2/flowLog:FlowLog": "logDestination",
        _BUCKET: "logging.targetBucket",
    },
    _ACCOUNT: {
        "azure-native:network:FlowLog": "storageId",
        "azure-native:monitor:DiagnosticSetting": "storageAccountId",
    },
}


def _bucket(bucket: Resource, stack: Inventory, _: Settings) -> Iterator[Claim]:
    inline = bucket["versioning"]["enabled"].is_true()
    attached = any_of(
        names & versioning["versioningConfiguration"]["status"].equals("Enabled")
        for versioning, names in stack.referring(bucket, _VERSIONING)
    )
    logs = any_of(names for _, names in stack.referring(bucket, _LOGS_IN[_BUCKET]))
    yield require(
        inline | attached | logs,
        "a replaced or deleted object is lost: no BucketVersioning is Enabled for this bucket",
    )


def _account(account: Resource, stack: Inventory, _: Settings) -> Iterator[Claim]:
    services = list(stack.referring(account, _BLOBS))
    logs = any_of(names for _, names in stack.referring(account, _LOGS_IN[_ACCOUNT]))
    files_only = account["kind"].equals("FileStorage")
    blobs = any_of(
        # A hierarchical namespace knows no versions; it keeps what is deleted.
        names
        & (service["isVersioningEnabled"].is_true() | service["deleteRetentionPolicy"]["enabled"].is_true())
        for service, names in services
    )
    containers = any_of(
        names & service["containerDeleteRetentionPolicy"]["enabled"].is_true() for service, names in services
    )
    yield require(
        blobs | logs | files_only,
        "a replaced or deleted blob is lost: no BlobServiceProperties keep versions or deleted blobs",
        at=account.properties,
    )
    yield require(
        containers | logs | files_only,
        "a deleted container is lost: no BlobServiceProperties keep deleted containers",
        at=account.properties,
    )


def _ecr(repository: Resource, _: Settings) -> Iterator[Claim]:
    force = repository["forceDelete"]
    yield forbid(force.is_true(), "deleting the repository deletes every image in it: forceDelete is true")


def _acr(registry: Resource, _: Settings) -> Iterator[Claim]:
    status = registry.properties.at("policies", "softDeletePolicy", "status")
    yield require(status.equals("enabled"), f"a deleted image is lost: softDeletePolicy.status is {status}")


RULE = Rule(
    id="REL-001",
    version=1,
    title="Stores of data and models keep what is replaced or deleted",
    why="One wrong sync or one job with an old path overwrites a dataset that no model can be rebuilt "
    "without.",
    fix="Add a BucketVersioning with status Enabled, BlobServiceProperties with versioning or soft "
    "deletion of "
    "blobs and of containers, a softDeletePolicy on Azure registries, and no forceDelete on ECR.",
    severity=Severity.HIGH,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    alone={
        "aws:ecr/repository:Repository": _ecr,
        "azure-native:containerregistry:Registry": _acr,
    },
    joined={_BUCKET: _bucket, _ACCOUNT: _account},
)
