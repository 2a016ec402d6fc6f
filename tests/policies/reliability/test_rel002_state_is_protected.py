from policies.engine import Resource
from policies.reliability.rel002_state_is_protected import RULE
from tests.policies.cases import LATER, Cases, resource

BUCKET = "aws:s3/bucket:Bucket"
INSTANCE = "aws:rds/instance:Instance"
ACCOUNT = "azure-native:storage:StorageAccount"
VAULT = "azure-native:keyvault:Vault"
CLAIM = "kubernetes:core/v1:PersistentVolumeClaim"
CLASS = "kubernetes:storage.k8s.io/v1:StorageClass"
LOCK = "azure-native:authorization:ManagementLockByScope"
GROUP_LOCK = "azure-native:authorization:ManagementLockAtResourceGroupLevel"
LAKE = "/subscriptions/s/resourceGroups/data/providers/Microsoft.Storage/storageAccounts/lake"
WRONG = "one run may delete it and what it holds: it is not protected"

lake = resource(ACCOUNT, "lake", {"resourceGroupName": "data", "accountName": "lake"})


def instance(*, protect: bool = False, **properties: object) -> Resource:
    return resource(INSTANCE, "db", {"instanceClass": "db.m6g.large", **properties}, protect=protect)


def lock(level: object, scope: object = LAKE) -> Resource:
    return resource(LOCK, "keep", {"lockName": "keep", "scope": scope, "level": level})


def group_lock(group: str) -> Resource:
    return resource(
        GROUP_LOCK, "keep", {"lockName": "keep", "resourceGroupName": group, "level": "CanNotDelete"}
    )


def vault(**properties: object) -> Resource:
    return resource(
        VAULT,
        "keys",
        {
            "resourceGroupName": "data",
            "properties": {"tenantId": "t", "sku": {"family": "A", "name": "standard"}, **properties},
        },
    )


def volume(storage_class: object, *, protect: bool = False) -> Resource:
    spec = {"storageClassName": storage_class, "accessModes": ["ReadWriteOnce"]}
    return resource(CLAIM, "scratch", {"metadata": {"name": "scratch"}, "spec": spec}, protect=protect)


def storage_class(policy: str) -> Resource:
    return resource(
        CLASS,
        "kept",
        {"metadata": {"name": "kept"}, "provisioner": "ebs.csi.aws.com", "reclaimPolicy": policy},
    )


CASES = Cases(
    rule=RULE,
    good={
        "a protected bucket": [resource(BUCKET, "clicks", {"bucket": "clicks"}, protect=True)],
        "a database that refuses": [instance(deletionProtection=True)],
        "a protected database": [instance(protect=True)],
        "a protected account": [resource(ACCOUNT, "lake", {"resourceGroupName": "data"}, protect=True)],
        "a locked account": [lake, lock("CanNotDelete")],
        "a locked group": [lake, group_lock("data")],
        "a vault that nobody may purge": [vault(enablePurgeProtection=True)],
        "a volume that stays": [volume("kept"), storage_class("Retain")],
        "a protected volume": [volume("gp3", protect=True)],
        "a database of an operator": [
            resource(
                "kubernetes:postgresql.cnpg.io/v1:Cluster",
                "meta",
                {"metadata": {"name": "meta"}, "spec": {"instances": 3}},
                protect=True,
            )
        ],
    },
    bad={
        "a bucket": ([resource(BUCKET, "clicks", {"bucket": "clicks"})], [f"clicks: {WRONG}"]),
        "a key": ([resource("aws:kms/key:Key", "key", {"description": "data"})], [f"key: {WRONG}"]),
        "a database": (
            [instance()],
            [f"db.deletionProtection: {WRONG}, and deletionProtection is not set"],
        ),
        "a cluster": (
            [resource("aws:eks/cluster:Cluster", "aws", {"deletionProtection": False})],
            [f"aws.deletionProtection: {WRONG}, and deletionProtection is false"],
        ),
        "an account": ([lake], [f"lake: {WRONG}, and no lock keeps it"]),
        "a lock of another account": (
            [lake, lock("CanNotDelete", LAKE.replace("lake", "other"))],
            [f"lake: {WRONG}, and no lock keeps it"],
        ),
        "a lock of another group": ([lake, group_lock("other")], [f"lake: {WRONG}, and no lock keeps it"]),
        "a lock that is none": ([lake, lock("NotSpecified")], [f"lake: {WRONG}, and no lock keeps it"]),
        "a vault that may be purged": (
            [vault(enablePurgeProtection=False)],
            [f"keys: {WRONG}, and no lock keeps it"],
        ),
        "a volume that goes": (
            [volume("kept"), storage_class("Delete")],
            [f"scratch: {WRONG}, and its storage class 'kept' does not retain the volume"],
        ),
        "a volume of a class from elsewhere": (
            [volume("gp3")],
            [f"scratch: {WRONG}, and its storage class 'gp3' does not retain the volume"],
        ),
    },
    unknown={
        "a flag from elsewhere": ([instance(deletionProtection=LATER)], ["db.deletionProtection"]),
        "a lock of some account": ([lake, lock("CanNotDelete", LATER)], ["lake.keep.scope"]),
        "a class from elsewhere": (
            [volume(LATER), storage_class("Retain")],
            ["scratch.spec.storageClassName"],
        ),
    },
    waived={"a bucket of a week": [resource(BUCKET, "clicks", {"bucket": "clicks"})]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
