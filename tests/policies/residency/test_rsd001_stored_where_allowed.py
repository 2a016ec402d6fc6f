from typing import Any

from policies.engine import Resource
from policies.engine.hop import drawn
from policies.residency.rsd001_stored_where_allowed import RULE
from tests.policies.cases import LATER, Cases, findings, resource, urn_of
from tests.policies.declared import dataset, place, source

BUCKET = "aws:s3/bucket:Bucket"
ACCOUNT = "azure-native:storage:StorageAccount"
PROVIDER = "pulumi:providers:aws"
STORE = urn_of("trunkline:object_store:S3Store", "raw")
EU: dict[str, Any] = {"storageAllowed": ["EU"]}

paris = place("storedIn", "store:raw", provider="aws", region="eu-west-3", country="FR")
virginia = place("storedIn", "store:raw", provider="aws", region="us-east-1", country="US")
here = place("storedIn", "store:raw", provider="aws", resource=STORE)
europe = resource(PROVIDER, "eu", {"region": "eu-central-1"})
america = resource(PROVIDER, "us", {"region": "us-east-1"})


def bucket(provider: str, **inputs: object) -> Resource:
    return resource(BUCKET, "raw", inputs, parent=STORE, provider=urn_of(PROVIDER, provider))


CASES = Cases(
    rule=RULE,
    good={
        "in an allowed country": [dataset(places=[paris], **EU)],
        "in a country by its code": [dataset(places=[paris], storageAllowed=["fr", "DE"])],
        "no limit": [dataset(places=[virginia])],
        "processed elsewhere": [dataset(places=[{**virginia, "role": "processedIn"}], **EU)],
        "a region alone": [
            dataset(places=[place("storedIn", "s", provider="azure", region="West Europe")], **EU)
        ],
        "a country alone": [dataset(places=[place("storedIn", "s", provider="onprem", country="DE")], **EU)],
        "a new region, and its country": [
            dataset(places=[place("storedIn", "s", provider="aws", region="eu-north-9", country="SE")], **EU)
        ],
        "a bucket in Europe": [dataset(places=[here], **EU), europe, bucket("eu")],
        "a bucket that says so itself": [
            dataset(places=[here], **EU),
            america,
            bucket("us", region="eu-west-1"),
        ],
        "its key is another rule's": [
            dataset(places=[here], **EU),
            europe,
            bucket("eu"),
            resource("aws:kms/key:Key", "key", {"region": "us-east-1"}, parent=STORE),
        ],
    },
    bad={
        "in another country": (
            [dataset(places=[virginia], **EU)],
            [
                "clicks.places[0]: store:raw lies in 'US', and its data may only be in EU",
            ],
        ),
        "where its source may not be": (
            [
                source(storageAllowed=["DE"]),
                dataset("clicks", "derivedFrom source:app", places=[paris], **EU),
            ],
            [
                "clicks.places[0]: store:raw lies in 'FR', and data of source app may only be in DE",
            ],
        ),
        "sources that allow different countries": (
            [
                source("a", storageAllowed=["FR"]),
                source("b", storageAllowed=["DE"]),
                dataset("both", "derivedFrom source:a", "derivedFrom source:b", places=[paris]),
            ],
            [
                (
                    "both.places[0]: store:raw lies in 'FR', and there is no country that all of its data "
                    "may be in"
                ),
            ],
        ),
        "declared here, made there": (
            [dataset(places=[{**paris, "resource": STORE}], **EU), america, bucket("us")],
            [
                "clicks.places[0]: store:raw lies in 'us-east-1' (raw), and its data may only be in EU",
            ],
        ),
        "an account in another country": (
            [
                dataset(places=[place("storedIn", "store:raw")], **EU),
                resource(ACCOUNT, "raw", {"location": "East US", "tags": {"trunkline:node": "store:raw"}}),
            ],
            [
                "clicks.places[0]: store:raw lies in 'East US' (raw), and its data may only be in EU",
            ],
        ),
        "allowed nowhere": (
            [dataset(places=[paris], storageAllowed=[])],
            [
                (
                    "clicks.places[0]: store:raw lies in 'FR', and there is no country that all of its "
                    "data may be in"
                ),
            ],
        ),
    },
    unknown={
        "which country": (
            [dataset(places=[{**paris, "country": LATER}], **EU)],
            [
                "clicks.places[0].country",
            ],
        ),
        "nothing says where": (
            [dataset(places=[place("storedIn", "s", provider="onprem")], **EU)],
            [
                "clicks.places[0].country",
            ],
        ),
        "a region that no table knows": (
            [dataset(places=[place("storedIn", "s", provider="aws", region="eu-north-9")], **EU)],
            [
                "clicks.places[0].region",
            ],
        ),
        "whose region it is": (
            [dataset(places=[place("storedIn", "s", provider=LATER, region="eu-west-3")], **EU)],
            [
                "clicks.places[0].region",
            ],
        ),
        "where it may be": (
            [dataset(places=[paris], storageAllowed=LATER)],
            [
                "clicks.storageAllowed",
            ],
        ),
        "one of the countries where it may be": (
            [dataset(places=[paris], storageAllowed=["DE", LATER])],
            [
                "clicks.storageAllowed",
            ],
        ),
        "where its source may be": (
            [source(storageAllowed=LATER), dataset("clicks", "derivedFrom source:app", places=[paris], **EU)],
            [
                "clicks.app.storageAllowed",
            ],
        ),
        "a word that is no country": (
            [dataset(places=[paris], storageAllowed=["FR", "Atlantis"])],
            [
                "clicks.storageAllowed",
            ],
        ),
        "the provider's region": (
            [dataset(places=[here], **EU), resource(PROVIDER, "eu", {"region": LATER}), bucket("eu")],
            [
                "clicks.eu.region",
            ],
        ),
        "where it is stored": (
            [dataset(places=LATER, **EU)],
            [
                "clicks.places[*].role",
            ],
        ),
    },
    waived={"in another country": [dataset(places=[virginia], **EU)]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()


def test_the_path_leads_from_the_limit_to_the_store() -> None:
    stack = [source(storageAllowed=["DE"]), dataset("clicks", "derivedFrom source:app", places=[paris])]
    first, *_ = findings(RULE, stack)
    assert drawn(first.witness) == "source app -[derivedFrom]-> dataset clicks -[storedIn]-> store:raw"
