from policies.engine import Resource
from policies.security.sec002_encryption_at_rest import RULE
from tests.policies.cases import LATER, Cases, findings, resource, settings, told, urn_of

BUCKET = "aws:s3/bucket:Bucket"
SSE = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
KEY = "arn:aws:kms:eu-central-1:111122223333:key/k"
SECRET_DATA = {"trunkline:confidentiality": "restricted"}
CLASS = "kubernetes:storage.k8s.io/v1:StorageClass"
CLAIM = "kubernetes:core/v1:PersistentVolumeClaim"
GROUP = "aws:elasticache/replicationGroup:ReplicationGroup"


def sse(
    bucket: object, algorithm: str, key: object, made_from: dict[str, list[str]] | None = None
) -> Resource:
    default = {"sseAlgorithm": algorithm, "kmsMasterKeyId": key}
    return resource(
        SSE,
        "docs-key",
        {"bucket": bucket, "rules": [{"applyServerSideEncryptionByDefault": default}]},
        made_from=made_from,
    )


def claim(name: object, **labels: str) -> Resource:
    metadata = {"name": "cache", "labels": {f"trunkline.dev/{key}": value for key, value in labels.items()}}
    return resource(CLAIM, "cache", {"metadata": metadata, "spec": {"storageClassName": name}})


def storage_class(name: str, provisioner: str, parameters: dict[str, str]) -> Resource:
    return resource(
        CLASS, name, {"metadata": {"name": name}, "provisioner": provisioner, "parameters": parameters}
    )


OWN_KEY = (
    "{}.tags.trunkline:confidentiality: the data is classified as 'restricted', "
    "and is not encrypted with a key of its owner"
)

CASES = Cases(
    rule=RULE,
    good={
        "a volume": [resource("aws:ebs/volume:Volume", "disk", {"availabilityZone": "a", "encrypted": True})],
        "a file system": [resource("aws:efs/fileSystem:FileSystem", "home", {"encrypted": True})],
        "a plain bucket": [resource(BUCKET, "docs", {"tags": {"trunkline:confidentiality": "public"}})],
        "a confidential bucket with its own key": [
            resource(BUCKET, "docs", {"bucket": "docs", "tags": SECRET_DATA}),
            sse("docs", "aws:kms", KEY),
        ],
        "the same before anything exists": [
            resource(BUCKET, "docs", {"tags": SECRET_DATA}),
            sse(LATER, "aws:kms", LATER, made_from={"bucket": [urn_of(BUCKET, "docs")]}),
        ],
        "a database": [
            resource(
                "aws:rds/instance:Instance", "db", {"instanceClass": "db.m6g.large", "storageEncrypted": True}
            )
        ],
        "a serverless cluster": [
            resource("aws:rds/cluster:Cluster", "db", {"engine": "aurora-mysql", "engineMode": "serverless"})
        ],
        "Valkey by default": [resource(GROUP, "online", {"description": "features", "engine": "valkey"})],
        "a node of an encrypted group": [
            resource("aws:elasticache/cluster:Cluster", "node", {"replicationGroupId": "online"})
        ],
        "an encrypted class and its claim": [
            storage_class("fast", "ebs.csi.aws.com", {"type": "gp3", "encrypted": "true"}),
            claim("fast"),
        ],
        "a confidential claim of a class with a key of its own": [
            storage_class("fast", "ebs.csi.aws.com", {"encrypted": "true", "kmsKeyId": KEY}),
            claim("fast", confidentiality="confidential"),
        ],
        "a class of a service that always encrypts": [storage_class("azure", "disk.csi.azure.com", {})],
        "a table with its own key": [
            resource(
                "aws:dynamodb/table:Table",
                "online",
                {"tags": SECRET_DATA, "serverSideEncryption": {"enabled": True, "kmsKeyArn": KEY}},
            )
        ],
        "a server with its own key": [
            resource(
                "azure-native:dbforpostgresql:Server",
                "meta",
                {
                    "resourceGroupName": "data",
                    "tags": SECRET_DATA,
                    "dataEncryption": {
                        "type": "AzureKeyVault",
                        "primaryKeyURI": "https://acme.vault.azure.net/k",
                    },
                },
            )
        ],
        "a set whose claims use a class that someone has checked": [
            storage_class("ceph", "rook-ceph.rbd.csi.ceph.com", {"encrypted": "true"}),
            resource(
                "kubernetes:apps/v1:StatefulSet",
                "db",
                {"spec": {"volumeClaimTemplates": [{"spec": {"storageClassName": "ceph"}}]}},
            ),
        ],
        "a confidential account with its own key": [
            resource(
                "azure-native:storage:StorageAccount",
                "lake",
                {
                    "resourceGroupName": "data",
                    "tags": SECRET_DATA,
                    "encryption": {
                        "keySource": "Microsoft.Keyvault",
                        "keyVaultProperties": {
                            "keyName": "lake",
                            "keyVaultUri": "https://acme.vault.azure.net",
                        },
                    },
                },
            )
        ],
    },
    bad={
        "a volume that says nothing": (
            [resource("aws:ebs/volume:Volume", "disk", {"availabilityZone": "a"})],
            ["disk.encrypted: data at rest is not encrypted: encrypted is false (the provider's default)"],
        ),
        "a file system": (
            [resource("aws:efs/fileSystem:FileSystem", "home", {"encrypted": False})],
            ["home.encrypted: data at rest is not encrypted: encrypted is false"],
        ),
        "a database": (
            [resource("aws:rds/cluster:Cluster", "db", {"engine": "aurora-postgresql"})],
            [
                (
                    "db.storageEncrypted: data at rest is not encrypted: storageEncrypted is false "
                    "(the provider's default)"
                )
            ],
        ),
        "a Redis group": (
            [resource(GROUP, "online", {"description": "features"})],
            [
                (
                    "online.atRestEncryptionEnabled: data at rest is not encrypted: "
                    "atRestEncryptionEnabled is not set"
                )
            ],
        ),
        "a cluster that cannot": (
            [resource("aws:elasticache/cluster:Cluster", "node", {"engine": "memcached"})],
            [
                (
                    "node.replicationGroupId: data at rest is not encrypted: only a ReplicationGroup or a "
                    "ServerlessCache can encrypt"
                )
            ],
        ),
        "a confidential bucket with the default key": (
            [
                resource(BUCKET, "docs", {"bucket": "docs", "tags": SECRET_DATA}),
                sse("docs", "AES256", None),
            ],
            [
                OWN_KEY.format("docs"),
            ],
        ),
        "a confidential bucket that names a key and does not use it": (
            [resource(BUCKET, "docs", {"bucket": "docs", "tags": SECRET_DATA}), sse("docs", "AES256", KEY)],
            [OWN_KEY.format("docs")],
        ),
        "a confidential account with a key of nobody": (
            [
                resource(
                    "azure-native:storage:StorageAccount",
                    "lake",
                    {
                        "resourceGroupName": "data",
                        "tags": SECRET_DATA,
                        "encryption": {"keySource": "Microsoft.Keyvault"},
                    },
                )
            ],
            [OWN_KEY.format("lake")],
        ),
        "a confidential file system with the default key": (
            [
                resource(
                    "aws:fsx/lustreFileSystem:LustreFileSystem",
                    "scratch",
                    {"subnetIds": "subnet-1", "tags": SECRET_DATA},
                )
            ],
            [
                OWN_KEY.format("scratch"),
            ],
        ),
        "a confidential disk with the platform's key": (
            [
                resource(
                    "azure-native:compute:Disk",
                    "disk",
                    {
                        "resourceGroupName": "data",
                        "creationData": {"createOption": "Empty"},
                        "tags": SECRET_DATA,
                    },
                )
            ],
            [
                OWN_KEY.format("disk"),
            ],
        ),
        "a confidential table with the service's key": (
            [
                resource(
                    "aws:dynamodb/table:Table",
                    "online",
                    {"tags": SECRET_DATA, "serverSideEncryption": {"enabled": True}},
                )
            ],
            [OWN_KEY.format("online")],
        ),
        "a confidential cache with the platform's key": (
            [
                resource(
                    "azure-native:redisenterprise:RedisEnterprise",
                    "online",
                    {
                        "resourceGroupName": "data",
                        "publicNetworkAccess": "Disabled",
                        "sku": {"name": "Balanced_B5"},
                        "tags": SECRET_DATA,
                    },
                )
            ],
            [OWN_KEY.format("online")],
        ),
        "a set whose claims use a class that nobody checked": (
            [
                resource(
                    "kubernetes:apps/v1:StatefulSet",
                    "db",
                    {"spec": {"volumeClaimTemplates": [{"spec": {"storageClassName": "gp2"}}]}},
                )
            ],
            [
                (
                    "db.spec.volumeClaimTemplates[0].spec.storageClassName: the storage class 'gp2' is not "
                    "part of this stack, and nothing says that it encrypts: list it under "
                    "encryptedStorageClasses once someone has checked"
                )
            ],
        ),
        "a class that leaves encryption off": (
            [storage_class("fast", "ebs.csi.aws.com", {"type": "gp3"})],
            [
                (
                    "fast.provisioner: nothing says that volumes of 'ebs.csi.aws.com' are encrypted: set its "
                    "encryption parameter, or list it under encryptedProvisioners once someone has checked"
                )
            ],
        ),
        "a confidential claim of a class without a key of its own": (
            [
                storage_class("fast", "ebs.csi.aws.com", {"encrypted": "true"}),
                claim("fast", confidentiality="restricted"),
            ],
            [OWN_KEY.format("cache").replace("tags.trunkline:", "metadata.labels.trunkline.dev/")],
        ),
        "a class of the cluster that nobody vouches for": (
            [claim("gp2")],
            [
                (
                    "cache.spec.storageClassName: the storage class 'gp2' is not part of this stack, and "
                    "nothing says "
                    "that it encrypts: list it under encryptedStorageClasses once someone has checked"
                ),
            ],
        ),
    },
    unknown={
        "a flag from elsewhere": (
            [resource("aws:ebs/volume:Volume", "disk", {"availabilityZone": "a", "encrypted": LATER})],
            ["disk.encrypted"],
        ),
        "a copy of a database": (
            [
                resource(
                    "aws:rds/instance:Instance",
                    "copy",
                    {
                        "instanceClass": "db.m6g.large",
                        "replicateSourceDb": "arn:aws:rds:eu-central-1:1:db:db",
                    },
                )
            ],
            ["copy.replicateSourceDb"],
        ),
        "a class from elsewhere": ([claim(LATER)], ["cache.spec.storageClassName"]),
    },
    waived={
        "scratch space": [
            resource("aws:ebs/volume:Volume", "disk", {"availabilityZone": "a", "encrypted": False})
        ],
    },
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()


def test_a_team_names_the_tag_that_holds_the_class() -> None:
    bucket = resource(BUCKET, "docs", {"bucket": "docs", "tags": {"sensitivity": "restricted"}})
    assert told(findings(RULE, [bucket])) == []
    found = findings(RULE, [bucket], by=settings(RULE, classificationTag="sensitivity"))
    assert told(found) == [OWN_KEY.format("docs").replace("trunkline:confidentiality", "sensitivity")]
