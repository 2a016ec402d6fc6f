from collections.abc import Mapping
from typing import Any

from policies.engine import Resource
from policies.residency.rsd004_copies_comply import RULE
from tests.policies.cases import LATER, Cases, findings, resource, urn_of
from tests.policies.declared import chain, dataset, place

PROVIDER = "pulumi:providers:aws"
STORE = urn_of("trunkline:object_store:S3Store", "raw")
BUCKET = "aws:s3/bucket:Bucket"
REPLICATION = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
ROLE = "arn:aws:iam::123456789012:role/copies"
EU: dict[str, Any] = {"storageAllowed": ["EU"]}

europe = resource(PROVIDER, "eu", {"region": "eu-central-1"})
america = resource(PROVIDER, "us", {"region": "us-east-1"})
data = dataset(places=[place("storedIn", "store:raw", country="DE", resource=STORE)], path="clicks", **EU)


def made(token: str, inputs: Mapping[str, Any], name: str = "raw", provider: str = "eu") -> Resource:
    return resource(token, name, inputs, parent=STORE, provider=urn_of(PROVIDER, provider))


def elsewhere(token: str, name: str, inputs: Mapping[str, Any], provider: str = "eu") -> Resource:
    return resource(token, name, inputs, provider=urn_of(PROVIDER, provider))


bucket = made(BUCKET, {"bucket": "raw"})


def replicated(to: object, *, provider: str = "us", **rule: Any) -> list[Resource]:
    """Return a bucket that is replicated to another one."""
    rules = [{"status": "Enabled", "destination": {"bucket": to}, **rule}]
    return [
        data,
        europe,
        america,
        bucket,
        elsewhere(BUCKET, "copy", {"bucket": "copy"}, provider),
        elsewhere(REPLICATION, "to-copy", {"bucket": "raw", "role": ROLE, "rules": rules}),
    ]


def account(sku: object, location: object = "northeurope") -> list[Resource]:
    inputs = {"accountName": "raw", "resourceGroupName": "d", "location": location, "sku": {"name": sku}}
    return [data, resource("azure-native:storage:StorageAccount", "raw", inputs, parent=STORE)]


def repository(region: object) -> list[Resource]:
    rules = [{"destinations": [{"region": region, "registryId": "123456789012"}]}]
    return [
        data,
        europe,
        made("aws:ecr/repository:Repository", {"name": "raw"}),
        elsewhere(
            "aws:ecr/replicationConfiguration:ReplicationConfiguration",
            "registry",
            {"replicationConfiguration": {"rules": rules}},
        ),
    ]


def backed_up(vault: object, resources: object) -> list[Resource]:
    rules = [{"ruleName": "daily", "targetVaultName": "v", "copyActions": [{"destinationVaultArn": vault}]}]
    return [
        data,
        europe,
        bucket,
        elsewhere("aws:backup/plan:Plan", "daily", {"name": "daily", "rules": rules}),
        elsewhere(
            "aws:backup/selection:Selection",
            "stores",
            {"name": "stores", "planId": "daily", "iamRoleArn": ROLE, "resources": resources},
        ),
    ]


def vault(region: str) -> str:
    return f"arn:aws:backup:{region}:123456789012:backup-vault:copies"


def replica(token: str, of: str, inputs: Mapping[str, Any], original: Resource) -> list[Resource]:
    """Return something in Europe, and a replica of it in America that names it."""
    return [data, europe, america, original, elsewhere(token, "replica", {of: "raw", **inputs}, "us")]


TABLE = "aws:dynamodb/table:Table"
INSTANCE = "aws:rds/instance:Instance"
CLUSTER = "aws:rds/cluster:Cluster"
POSTGRES = "azure-native:dbforpostgresql:Server"

CASES = Cases(
    rule=RULE,
    good={
        "no copy": [data, europe, bucket],
        "to another allowed country": replicated("copy", provider="eu"),
        "a rule that is off": replicated("copy", status="Disabled"),
        "a rule for something else": replicated("copy", filter={"prefix": "logs/"}),
        "no limit": [
            dataset(places=[place("storedIn", "store:raw", resource=STORE)]),
            *account("Standard_GRS", "brazilsouth")[1:],
        ],
        "redundant in its zones": account("Standard_ZRS", "brazilsouth"),
        "redundant within the group": account("Standard_RAGZRS"),
        "a registry": repository("eu-west-1"),
        "a backup in Europe": backed_up(vault("eu-west-1"), ["raw"]),
        "a backup of something else": backed_up(vault("us-east-1"), ["arn:aws:s3:::other"]),
        "a snapshot in the same region": [
            data,
            europe,
            made("aws:rds/snapshot:Snapshot", {"dbInstanceIdentifier": "db", "dbSnapshotIdentifier": "raw"}),
            elsewhere(
                "aws:rds/snapshotCopy:SnapshotCopy",
                "again",
                {
                    "sourceDbSnapshotIdentifier": urn_of("aws:rds/snapshot:Snapshot", "raw"),
                    "targetDbSnapshotIdentifier": "x",
                },
            ),
        ],
    },
    bad={
        "a bucket": (
            replicated("copy"),
            [
                "clicks.places[0]: to-copy copies store:raw to 'copy', and its data may only be in EU",
            ],
        ),
        "a bucket, the older way": (
            [
                data,
                europe,
                america,
                made(
                    BUCKET,
                    {
                        "bucket": "raw",
                        "replicationConfiguration": {
                            "role": ROLE,
                            "rules": [{"status": "Enabled", "destination": {"bucket": "copy"}}],
                        },
                    },
                ),
                elsewhere(BUCKET, "copy", {"bucket": "copy"}, "us"),
            ],
            [
                "clicks.places[0]: raw copies store:raw to 'copy', and its data may only be in EU",
            ],
        ),
        "a pair in another country": (
            account("Standard_GRS", "brazilsouth"),
            [
                (
                    "clicks.places[0]: raw copies store:raw to the region that Azure pairs with "
                    "'brazilsouth', and its data may only be in EU"
                ),
            ],
        ),
        "a registry": (
            repository("us-west-2"),
            [
                "clicks.places[0]: registry copies store:raw to 'us-west-2', and its data may only be in EU",
            ],
        ),
        "a registry of Azure": (
            [
                data,
                resource(
                    "azure-native:containerregistry:Registry",
                    "raw",
                    {"registryName": "raw", "resourceGroupName": "d", "location": "westeurope"},
                    parent=STORE,
                ),
                resource(
                    "azure-native:containerregistry:Replication",
                    "us",
                    {"registryName": "raw", "resourceGroupName": "d", "location": "eastus"},
                ),
            ],
            [
                "clicks.places[0]: us copies store:raw to 'eastus', and its data may only be in EU",
            ],
        ),
        "a backup": (
            backed_up(vault("us-east-1"), ["raw"]),
            [
                (
                    "clicks.places[0]: daily copies store:raw to "
                    "'arn:aws:backup:us-east-1:123456789012:backup-vault:copies', and its data may only "
                    "be in EU"
                ),
            ],
        ),
        "a backup of everything": (
            backed_up(vault("us-east-1"), ["*"]),
            [
                (
                    "clicks.places[0]: daily copies store:raw to "
                    "'arn:aws:backup:us-east-1:123456789012:backup-vault:copies', and its data may only "
                    "be in EU"
                ),
            ],
        ),
        "a replica of a database": (
            replica(
                INSTANCE,
                "replicateSourceDb",
                {"instanceClass": "db.m6g.large"},
                made(INSTANCE, {"identifier": "raw", "instanceClass": "db.m6g.large"}),
            ),
            [
                "clicks.places[0]: replica copies store:raw to 'us-east-1', and its data may only be in EU",
            ],
        ),
        "a replica of a cluster": (
            replica(
                CLUSTER,
                "replicationSourceIdentifier",
                {"engine": "aurora-mysql"},
                made(CLUSTER, {"clusterIdentifier": "raw", "engine": "aurora-mysql"}),
            ),
            [
                "clicks.places[0]: replica copies store:raw to 'us-east-1', and its data may only be in EU",
            ],
        ),
        "a table": (
            [
                data,
                europe,
                made(
                    TABLE,
                    {"name": "raw", "replicas": [{"regionName": "eu-west-1"}, {"regionName": "us-east-1"}]},
                ),
            ],
            [
                "clicks.places[0]: raw copies store:raw to 'us-east-1', and its data may only be in EU",
            ],
        ),
        "a file system": (
            [
                data,
                europe,
                made("aws:efs/fileSystem:FileSystem", {"creationToken": "raw"}, "fs"),
                resource(
                    "aws:efs/replicationConfiguration:ReplicationConfiguration",
                    "fs-copy",
                    {"sourceFileSystemId": LATER, "destination": {"region": "us-east-1"}},
                    made_from={"sourceFileSystemId": [urn_of("aws:efs/fileSystem:FileSystem", "fs")]},
                ),
            ],
            [
                "clicks.places[0]: fs-copy copies store:raw to 'us-east-1', and its data may only be in EU",
            ],
        ),
        "a server with backups in the paired region": (
            [
                data,
                resource(
                    POSTGRES,
                    "raw",
                    {
                        "serverName": "raw",
                        "resourceGroupName": "d",
                        "location": "brazilsouth",
                        "backup": {"geoRedundantBackup": "Enabled"},
                    },
                    parent=STORE,
                ),
            ],
            [
                (
                    "clicks.places[0]: raw copies store:raw to the region that Azure pairs with "
                    "'brazilsouth', and its data may only be in EU"
                ),
            ],
        ),
        "a backup vault": (
            [
                data,
                resource(
                    "azure-native:dataprotection:BackupVault",
                    "raw",
                    {
                        "vaultName": "raw",
                        "resourceGroupName": "d",
                        "location": "southeastasia",
                        "properties": {
                            "storageSettings": [{"datastoreType": "VaultStore", "type": "GeoRedundant"}]
                        },
                    },
                    parent=STORE,
                ),
            ],
            [
                (
                    "clicks.places[0]: raw copies store:raw to the region that Azure pairs with "
                    "'southeastasia', and its data may only be in EU"
                ),
            ],
        ),
        "a model's weights": (
            [
                *chain(
                    dataset={"storageForbidden": ["US"]},
                    model={"places": [place("registeredIn", "store:raw", resource=STORE)]},
                ),
                *replicated("copy")[1:],
            ],
            [
                (
                    "ranker.places[0]: to-copy copies store:raw to 'copy', and data of dataset clicks "
                    "must never be in US"
                ),
            ],
        ),
    },
    unknown={
        "a bucket of another stack": (
            replicated("arn:aws:s3:::theirs"),
            [
                "clicks.to-copy.rules[0].destination.bucket",
            ],
        ),
        "which bucket": (
            replicated(LATER),
            [
                "clicks.to-copy.rules[0].destination.bucket",
            ],
        ),
        "how redundant": (
            account(LATER, "brazilsouth"),
            [
                "clicks.raw.sku.name",
            ],
        ),
        "a region without a published pair": (
            account("Standard_GRS", "polandcentral"),
            [
                "clicks.raw.location",
            ],
        ),
        "a rule for objects with a tag": (
            replicated("copy", filter={"tag": {"key": "a", "value": "b"}}),
            [
                "clicks.to-copy.rules[0].filter.tag.key",
            ],
        ),
        "what is backed up": (
            backed_up(vault("us-east-1"), LATER),
            [
                "clicks.stores.resources[*]",
            ],
        ),
        "what the place is": (
            [dataset(places=[place("storedIn", "store:raw", resource=LATER)], storageAllowed=["EU"])],
            [
                "clicks.places[0].resource",
            ],
        ),
        "where it may be": (
            [
                dataset(places=[place("storedIn", "store:raw", resource=STORE)], storageAllowed=LATER),
                *account("Standard_GRS")[1:],
            ],
            [
                "clicks.storageAllowed",
            ],
        ),
    },
    waived={"a bucket": replicated("copy")},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()


def test_every_kind_of_copy_in_the_table_is_found() -> None:
    """A snapshot names what it copies; whatever was made from it lies where it was copied to."""
    snapshot = made(
        "aws:rds/snapshot:Snapshot", {"dbInstanceIdentifier": "db", "dbSnapshotIdentifier": "raw"}, "snap"
    )
    copied = resource(
        "aws:rds/snapshotCopy:SnapshotCopy",
        "copy",
        {
            "sourceDbSnapshotIdentifier": LATER,
            "targetDbSnapshotIdentifier": "x",
            "destinationRegion": "us-east-1",
        },
        made_from={"sourceDbSnapshotIdentifier": [snapshot.urn]},
    )
    (finding,) = findings(RULE, [data, europe, snapshot, copied])
    assert finding.message == "copy copies store:raw to 'us-east-1', and its data may only be in EU"
