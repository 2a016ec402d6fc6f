from typing import Any

from policies.engine import Resource
from policies.residency.rsd009_keys_near_data import RULE
from tests.policies.cases import LATER, Cases, resource, urn_of
from tests.policies.declared import dataset, place

AWS = "pulumi:providers:aws"
STORE = urn_of("trunkline:object_store:S3Store", "raw")
BUCKET = "aws:s3/bucket:Bucket"
SSE = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
KEY = "aws:kms/key:Key"
REPLICA = "aws:kms/replicaKey:ReplicaKey"
ACCOUNT = "azure-native:storage:StorageAccount"
VAULT = "azure-native:keyvault:Vault"

europe = resource(AWS, "eu", {"region": "eu-central-1"})
america = resource(AWS, "us", {"region": "us-east-1"})


def data(*places: dict[str, Any], **changes: Any) -> Resource:
    here = place("storedIn", "store:raw", provider="aws", country="DE", resource=STORE)
    declared: dict[str, Any] = {"places": [here, *places], "storageAllowed": ["EU"], **changes}
    return dataset(**declared)


def key(**facts: Any) -> dict[str, Any]:
    return place("encryptedBy", "key:raw", **facts)


def encrypted(arn: object, *more: Resource) -> list[Resource]:
    """Return a bucket that is encrypted with this key."""
    default = {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": arn}
    return [
        data(),
        europe,
        america,
        resource(BUCKET, "raw", {"bucket": "raw"}, parent=STORE, provider=urn_of(AWS, "eu")),
        resource(
            SSE,
            "raw-sse",
            {"bucket": "raw", "rules": [{"applyServerSideEncryptionByDefault": default}]},
            parent=STORE,
            provider=urn_of(AWS, "eu"),
        ),
        *more,
    ]


def arn(region: str) -> str:
    return f"arn:aws:kms:{region}:123456789012:key/1234"


def vaulted(location: str, uri: object = "https://keys.vault.azure.net/") -> list[Resource]:
    """Return a storage account that is encrypted with a key in this vault."""
    properties = {"keyName": "raw", "keyVaultUri": uri}
    return [
        data(),
        resource(
            ACCOUNT,
            "raw",
            {
                "accountName": "raw",
                "resourceGroupName": "d",
                "location": "westeurope",
                "encryption": {"keySource": "Microsoft.Keyvault", "keyVaultProperties": properties},
            },
            parent=STORE,
        ),
        resource(VAULT, "keys", {"vaultName": "keys", "resourceGroupName": "d", "location": location}),
    ]


CASES = Cases(
    rule=RULE,
    good={
        "a key in Europe": encrypted(arn("eu-west-1")),
        "a declared key in Europe": [data(key(country="IE"))],
        "a vault in Europe": vaulted("northeurope"),
        "a key at home": [data(key(provider="onprem", country="DE"), onPremOnly=True)],
        "no limit": [data(key(country="US"), storageAllowed=None)],
    },
    bad={
        "a declared key elsewhere": (
            [data(key(country="US"))],
            [
                "clicks.places[1]: key:raw lies in 'US', and its data may only be in EU",
            ],
        ),
        "a key elsewhere": (
            encrypted(arn("us-east-1")),
            [
                (
                    "clicks.places[0]: raw-sse uses a key in "
                    "'arn:aws:kms:us-east-1:123456789012:key/1234' for store:raw, and its data may only "
                    "be in EU"
                ),
            ],
        ),
        "a vault elsewhere": (
            vaulted("eastus"),
            [
                (
                    "clicks.places[0]: raw uses a key in 'https://keys.vault.azure.net/' for store:raw, "
                    "and its data may only be in EU"
                ),
            ],
        ),
        "a replica of a key elsewhere": (
            encrypted(
                arn("eu-central-1"),
                resource(KEY, "key", {"multiRegion": True}, parent=STORE, provider=urn_of(AWS, "eu")),
                resource(
                    REPLICA,
                    "key-us",
                    {"primaryKeyArn": LATER},
                    made_from={"primaryKeyArn": [urn_of(KEY, "key")]},
                    provider=urn_of(AWS, "us"),
                ),
            ),
            [
                (
                    "clicks.places[0]: key-us uses a key in 'us-east-1' for store:raw, and its data may "
                    "only be in EU"
                ),
            ],
        ),
        "a key in a cloud for data that must stay at home": (
            [data(key(provider="aws", country="DE"), onPremOnly=True)],
            [
                (
                    "clicks.places[1]: key:raw is in a public cloud, and encrypts data of dataset clicks "
                    "that must stay on premises"
                ),
            ],
        ),
    },
    unknown={
        "which key": (
            encrypted(LATER),
            [
                "clicks.raw-sse.rules[0].applyServerSideEncryptionByDefault.kmsMasterKeyId",
            ],
        ),
        "a vault of another stack": (
            vaulted("eastus", "https://theirs.vault.azure.net/"),
            [
                "clicks.raw.encryption.keyVaultProperties.keyVaultUri",
            ],
        ),
        "what the place is": (
            [data(place("storedIn", "store:more", country="DE", resource=LATER))],
            [
                "clicks.places[1].resource",
            ],
        ),
        "where the key is": (
            [data(key(country=LATER))],
            [
                "clicks.places[1].country",
            ],
        ),
        "whose the key is": (
            [data(key(provider=LATER, country="DE"), onPremOnly=True)],
            [
                "clicks.places[1].provider",
            ],
        ),
        "where the data may be": (
            [data(key(country="DE"), storageAllowed=LATER), *encrypted(arn("us-east-1"))[1:]],
            [
                "clicks.storageAllowed",
                "clicks.storageAllowed",
            ],
        ),
    },
    waived={"a declared key elsewhere": [data(key(country="US"))]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
