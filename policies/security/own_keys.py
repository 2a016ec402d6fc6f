"""Whether a store encrypts with a key of its data's owner, for every kind of store."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, cast

from policies.engine import Inventory, Resource, Truth, View, any_of
from policies.engine.data import read

_PARAMETERS: Final = cast(
    "Mapping[str, str]", read(Path(__file__).parent / "tables" / "volumes.toml")["own_key"]
)
_SSE: Final = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"

BUCKET: Final = "aws:s3/bucket:Bucket"


def _key_id(store: Resource) -> Truth:
    return store["kmsKeyId"].given()


def _table(table: Resource) -> Truth:
    encryption = table["serverSideEncryption"]
    return encryption["enabled"].is_true() & encryption["kmsKeyArn"].given()


def _account(account: Resource) -> Truth:
    encryption = account["encryption"]
    return (
        encryption["keySource"].equals("Microsoft.Keyvault")
        & encryption["keyVaultProperties"]["keyName"].given()
    )


def _disk(disk: Resource) -> Truth:
    return disk["encryption"]["diskEncryptionSetId"].given()


def _postgres(server: Resource) -> Truth:
    return server["dataEncryption"]["primaryKeyURI"].given()


def _redis(cluster: Resource) -> Truth:
    return cluster["encryption"]["customerManagedKeyEncryption"]["keyEncryptionKeyUrl"].given()


KEYS: Final[Mapping[str, Callable[[Resource], Truth]]] = {
    "aws:ebs/volume:Volume": _key_id,
    "aws:efs/fileSystem:FileSystem": _key_id,
    "aws:fsx/lustreFileSystem:LustreFileSystem": _key_id,
    "aws:fsx/ontapFileSystem:OntapFileSystem": _key_id,
    "aws:fsx/openZfsFileSystem:OpenZfsFileSystem": _key_id,
    "aws:fsx/windowsFileSystem:WindowsFileSystem": _key_id,
    "aws:rds/instance:Instance": _key_id,
    "aws:rds/cluster:Cluster": _key_id,
    "aws:dynamodb/table:Table": _table,
    "aws:elasticache/replicationGroup:ReplicationGroup": _key_id,
    "aws:elasticache/serverlessCache:ServerlessCache": _key_id,
    "azure-native:storage:StorageAccount": _account,
    "azure-native:compute:Disk": _disk,
    "azure-native:dbforpostgresql:Server": _postgres,
    "azure-native:redisenterprise:RedisEnterprise": _redis,
}
"""Kinds that name the key themselves; those without a check of their own encrypt everything in any case."""


def of_bucket(bucket: Resource, stack: Inventory) -> Truth:
    """Return whether a bucket does; S3 encrypts everything since January 2023."""
    inline = bucket.properties.at("serverSideEncryptionConfiguration", "rule")
    return _kms(inline) | any_of(
        names & configuration["rules"].any(_kms)
        for configuration, names in stack.referring(bucket, {_SSE: "bucket"})
    )


def _kms(rule: View) -> Truth:
    default = rule["applyServerSideEncryptionByDefault"]
    return default["sseAlgorithm"].one_of(("aws:kms", "aws:kms:dsse")) & default["kmsMasterKeyId"].given()


def of_storage_class(storage_class: Resource) -> Truth:
    """Return whether volumes of a storage class do."""
    return any_of(
        storage_class["provisioner"].equals(name) & storage_class["parameters"][parameter].given()
        for name, parameter in _PARAMETERS.items()
    )
