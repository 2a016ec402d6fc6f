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
from policies.security import classification, own_keys

_VOLUMES: Final = read(Path(__file__).parent / "tables" / "volumes.toml")
_CLASS: Final = "kubernetes:storage.k8s.io:StorageClass"
_OFF: Final = "data at rest is not encrypted"
_OWN_KEY: Final = "the data is classified as {}, and is not encrypted with a key of its owner"


def _own_key(resource: Resource, stack: Inventory, settings: Settings, key: Truth) -> Claim:
    level = classification.declared(resource, stack, settings)
    return require(level.one_of(settings.texts("ownKeyFor")).implies(key), _OWN_KEY.format(level))


def _classified(store: Resource, stack: Inventory, settings: Settings) -> Iterator[Claim]:
    yield _own_key(store, stack, settings, own_keys.KEYS[store.kind](store))


def _volume(volume: Resource, _: Settings) -> Iterator[Claim]:
    """EBS volumes and EFS file systems."""
    encrypted = volume["encrypted"]
    yield require(encrypted.is_true(), f"{_OFF}: encrypted is {encrypted}")


def _database(database: Resource, _: Settings) -> Iterator[Claim]:
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


def _undecided(copied: Truth, encrypted: View) -> Truth:
    return copied.doubtful() if encrypted.assumed else NO


def _replication_group(group: Resource, _: Settings) -> Iterator[Claim]:
    encrypted = group["atRestEncryptionEnabled"]
    # Valkey is encrypted unless asked otherwise (pulumi-aws 7.51, ReplicationGroup.atRestEncryptionEnabled).
    unless_asked = group["engine"].equals("valkey") & ~encrypted.present()
    yield require(encrypted.is_true() | unless_asked, f"{_OFF}: atRestEncryptionEnabled is {encrypted}")


def _cache_cluster(cluster: Resource, _: Settings) -> Iterator[Claim]:
    group = cluster["replicationGroupId"]
    yield require(group.given(), f"{_OFF}: only a ReplicationGroup or a ServerlessCache can encrypt")


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
    classes = [
        (candidate, named)
        for candidate, named in stack.meant(name, _CLASS)
        if candidate.provider == resource.provider
    ]
    here = any_of(named for _, named in classes)
    vouched = name.one_of(settings.texts("encryptedStorageClasses"))
    yield require(
        here | vouched,
        f"the storage class {name} is not part of this stack, and nothing says that it encrypts: list it "
        "under encryptedStorageClasses once someone has checked",
    )
    own = any_of(named & own_keys.of_storage_class(candidate) for candidate, named in classes)
    vouched = name.one_of(settings.texts("ownKeyStorageClasses"))
    yield _own_key(resource, stack, settings, own | vouched)


def _bucket(bucket: Resource, stack: Inventory, settings: Settings) -> Iterator[Claim]:
    yield _own_key(bucket, stack, settings, own_keys.of_bucket(bucket, stack))


_TEXTS: Final = {"type": "array", "items": {"type": "string"}}

RULE = Rule(
    id="SEC-002",
    version=2,
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
        "aws:rds/instance:Instance": _database,
        "aws:rds/cluster:Cluster": _database,
        "aws:elasticache/replicationGroup:ReplicationGroup": _replication_group,
        "aws:elasticache/cluster:Cluster": _cache_cluster,
        _CLASS: _storage_class,
    },
    joined={
        **dict.fromkeys(own_keys.KEYS, _classified),
        own_keys.BUCKET: _bucket,
        "kubernetes:core:PersistentVolumeClaim": _claim,
        "kubernetes:apps:StatefulSet": _claim_templates,
    },
    parameters={
        **classification.PARAMETERS,
        "ownKeyFor": Parameter(
            about="The classes that ask for a key of the data's owner.",
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
        "ownKeyStorageClasses": Parameter(
            about="Those of them that encrypt with a key of the data's owner, as someone has checked.",
            schema=_TEXTS,
            default=[],
        ),
    },
)
