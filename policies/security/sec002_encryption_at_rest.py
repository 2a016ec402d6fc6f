"""SEC-002: data at rest is encrypted, confidential data with a key of its owner."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from policies.engine import (
    Claim,
    Enforcement,
    Inventory,
    OnUnknown,
    Parameter,
    Resource,
    Rule,
    Settings,
    Severity,
    Truth,
    View,
    any_of,
    require,
)
from policies.engine.data import read
from policies.engine.truth import NO

_VOLUMES: Final = read(Path(__file__).parent / "tables" / "volumes.toml")
_CLASS: Final = "kubernetes:storage.k8s.io:StorageClass"
_SSE: Final = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
_OFF: Final = "data at rest is not encrypted"
_OWN_KEY: Final = "the data is classified as {}, and is not encrypted with a key of its owner"


def _confidential(resource: Resource, settings: Settings) -> View:
    """Return the tag that says how confidential the data is."""
    return resource["tags"][settings.text("classificationTag")]


def _own_key(resource: Resource, settings: Settings, key: Truth) -> Claim:
    level = _confidential(resource, settings)
    return require(level.one_of(settings.texts("ownKeyFor")).implies(key), _OWN_KEY.format(level))


def _volume(volume: Resource, settings: Settings) -> Iterator[Claim]:
    """EBS volumes and EFS file systems."""
    encrypted = volume["encrypted"]
    yield require(encrypted.is_true(), f"{_OFF}: encrypted is {encrypted}")
    yield _own_key(volume, settings, volume["kmsKeyId"].given())


def _file_system(file_system: Resource, settings: Settings) -> Iterator[Claim]:
    """FSx encrypts everything; whose key it uses is the only question."""
    yield _own_key(file_system, settings, file_system["kmsKeyId"].given())


def _database(database: Resource, settings: Settings) -> Iterator[Claim]:
    """RDS instances and clusters."""
    encrypted = database["storageEncrypted"]
    # A copy is encrypted as its origin is, which this resource does not say before it exists.
    copied = any_of(
        database[origin].given()
        for origin in ("replicateSourceDb", "snapshotIdentifier", "clusterIdentifier")
    )
    serverless = database["engineMode"].equals("serverless")
    holds = encrypted.is_true() | serverless
    if not database.settled:
        holds |= _undecided(copied, encrypted)
    yield require(holds, f"{_OFF}: storageEncrypted is {encrypted}")
    yield _own_key(database, settings, database["kmsKeyId"].given())


def _undecided(copied: Truth, encrypted: View) -> Truth:
    return copied.doubtful() if encrypted.assumed else NO


def _table(table: Resource, settings: Settings) -> Iterator[Claim]:
    """DynamoDB encrypts everything; whose key it uses is the only question."""
    encryption = table["serverSideEncryption"]
    yield _own_key(table, settings, encryption["enabled"].is_true() & encryption["kmsKeyArn"].given())


def _replication_group(group: Resource, settings: Settings) -> Iterator[Claim]:
    encrypted = group["atRestEncryptionEnabled"]
    # Valkey is encrypted unless asked otherwise (pulumi-aws 7.51, ReplicationGroup.atRestEncryptionEnabled).
    unless_asked = group["engine"].equals("valkey") & ~encrypted.present()
    yield require(encrypted.is_true() | unless_asked, f"{_OFF}: atRestEncryptionEnabled is {encrypted}")
    yield _own_key(group, settings, group["kmsKeyId"].given())


def _cache_cluster(cluster: Resource, _: Settings) -> Iterator[Claim]:
    group = cluster["replicationGroupId"]
    yield require(group.given(), f"{_OFF}: only a ReplicationGroup or a ServerlessCache can encrypt")


def _account(account: Resource, settings: Settings) -> Iterator[Claim]:
    encryption = account["encryption"]
    own = (
        encryption["keySource"].equals("Microsoft.Keyvault")
        & encryption["keyVaultProperties"]["keyName"].given()
    )
    yield _own_key(account, settings, own)


def _disk(disk: Resource, settings: Settings) -> Iterator[Claim]:
    yield _own_key(disk, settings, disk["encryption"]["diskEncryptionSetId"].given())


def _postgres(server: Resource, settings: Settings) -> Iterator[Claim]:
    yield _own_key(server, settings, server["dataEncryption"]["primaryKeyURI"].given())


def _redis(cluster: Resource, settings: Settings) -> Iterator[Claim]:
    key = cluster["encryption"]["customerManagedKeyEncryption"]["keyEncryptionKeyUrl"]
    yield _own_key(cluster, settings, key.given())


def _storage_class(storage_class: Resource, settings: Settings) -> Iterator[Claim]:
    provisioner = storage_class["provisioner"]
    asked = any_of(
        provisioner.equals(name) & storage_class["parameters"][parameter].is_true()
        for name, parameter in _VOLUMES["parameter"].items()
    )
    by_itself = provisioner.one_of(
        (*_VOLUMES["always"], *_VOLUMES["elsewhere"], *settings.texts("encryptedProvisioners"))
    )
    yield require(
        asked | by_itself,
        f"nothing says that volumes of {provisioner} are encrypted: set its encryption parameter, or list it "
        "under encryptedProvisioners once someone has checked",
        at=provisioner,
    )


def _claim(claim: Resource, stack: Inventory, settings: Settings) -> Iterator[Claim]:
    yield from _uses_judged_class(claim, claim["spec"]["storageClassName"], stack, settings)


def _claim_templates(workload: Resource, stack: Inventory, settings: Settings) -> Iterator[Claim]:
    for template in workload["spec"]["volumeClaimTemplates"].each():
        yield from _uses_judged_class(workload, template["spec"]["storageClassName"], stack, settings)


def _uses_judged_class(
    resource: Resource, name: View, stack: Inventory, settings: Settings
) -> Iterator[Claim]:
    """A class in the stack is judged where it stands; one that the cluster brings must be vouched for."""
    here = any_of(
        stack.refers(name, candidate)
        for candidate in stack.of(_CLASS)
        if candidate.provider == resource.provider
    )
    vouched = name.one_of(settings.texts("encryptedStorageClasses"))
    yield require(
        here | vouched,
        f"the storage class {name} is not part of this stack, and nothing says that it encrypts: list it "
        "under encryptedStorageClasses once someone has checked",
    )


def _bucket(bucket: Resource, stack: Inventory, settings: Settings) -> Iterator[Claim]:
    """S3 encrypts everything since January 2023; whose key it uses is the only question."""
    inline = bucket.properties.at("serverSideEncryptionConfiguration", "rule")
    own = _kms(inline) | any_of(
        names & configuration["rules"].any(_kms)
        for configuration, names in stack.referring(bucket, {_SSE: "bucket"})
    )
    yield _own_key(bucket, settings, own)


def _kms(rule: View) -> Truth:
    default = rule["applyServerSideEncryptionByDefault"]
    return default["sseAlgorithm"].one_of(("aws:kms", "aws:kms:dsse")) & default["kmsMasterKeyId"].given()


_TEXTS: Final = {"type": "array", "items": {"type": "string"}}

RULE = Rule(
    id="SEC-002",
    version=1,
    title="Data at rest is encrypted, confidential data with a key of its owner",
    why="A lost disk or backup must be worthless, and who withdraws the key withdraws the data.",
    fix="Turn encryption on, and give confidential data a key of your own (kmsKeyId, diskEncryptionSetId, "
    "keyVaultProperties).",
    severity=Severity.HIGH,
    enforcement=Enforcement.MANDATORY,
    unknown=OnUnknown.DEFER,
    alone={
        "aws:ebs/volume:Volume": _volume,
        "aws:efs/fileSystem:FileSystem": _volume,
        "aws:fsx/lustreFileSystem:LustreFileSystem": _file_system,
        "aws:fsx/ontapFileSystem:OntapFileSystem": _file_system,
        "aws:fsx/openZfsFileSystem:OpenZfsFileSystem": _file_system,
        "aws:fsx/windowsFileSystem:WindowsFileSystem": _file_system,
        "aws:rds/instance:Instance": _database,
        "aws:rds/cluster:Cluster": _database,
        "aws:dynamodb/table:Table": _table,
        "aws:elasticache/replicationGroup:ReplicationGroup": _replication_group,
        "aws:elasticache/serverlessCache:ServerlessCache": _file_system,
        "aws:elasticache/cluster:Cluster": _cache_cluster,
        "azure-native:storage:StorageAccount": _account,
        "azure-native:compute:Disk": _disk,
        "azure-native:dbforpostgresql:Server": _postgres,
        "azure-native:redisenterprise:RedisEnterprise": _redis,
        _CLASS: _storage_class,
    },
    joined={
        "aws:s3/bucket:Bucket": _bucket,
        "kubernetes:core:PersistentVolumeClaim": _claim,
        "kubernetes:apps:StatefulSet": _claim_templates,
    },
    parameters={
        "classificationTag": Parameter(
            about="The tag that says how confidential the data of a resource is.",
            schema={"type": "string"},
            default="confidentiality",
        ),
        "ownKeyFor": Parameter(
            about="The values of that tag which ask for a key of the data's owner.",
            schema=_TEXTS,
            default=["confidential", "restricted"],
        ),
        "encryptedProvisioners": Parameter(
            about="Provisioners of volumes that encrypt without being told, as someone has checked.",
            schema=_TEXTS,
            default=[],
        ),
        "encryptedStorageClasses": Parameter(
            about="Storage classes that clusters bring along and that encrypt, as someone has checked.",
            schema=_TEXTS,
            default=[],
        ),
    },
)
