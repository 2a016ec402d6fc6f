"""From a place to what it is made of, and to where that lies."""

import pytest

from policies.engine import Inventory, Resource
from policies.linkage import physical, regions
from policies.linkage.nodes import Place
from tests.policies.cases import LATER, resource, urn_of
from tests.policies.declared import dataset, place
from tests.policies.linkage.graphs import graph

BUCKET = "aws:s3/bucket:Bucket"
ACCOUNT = "azure-native:storage:StorageAccount"
PROVIDER = "pulumi:providers:aws"
STORE = urn_of("trunkline:object_store:S3Store", "raw")

europe = resource(PROVIDER, "eu", {"region": "eu-central-1"})


def placed(**facts: object) -> Place:
    found = graph(dataset(places=[place("storedIn", "store:raw", **facts)]))
    return found.nodes["dataset:clicks"].places[0]


def parts(stack: list[Resource], **facts: object) -> dict[str, bool | None]:
    found = physical.resources_of(placed(**facts), Inventory(stack))
    return {part.resource.name: part.belongs.state for part in found}


def test_a_place_is_the_resource_it_names_and_everything_below_it() -> None:
    store = resource("trunkline:object_store:S3Store", "raw", {})
    bucket = resource(BUCKET, "bucket", {}, parent=STORE)
    below = resource(BUCKET, "below", {}, parent=bucket.urn)
    other = resource(BUCKET, "other", {})
    stack = [below, other, bucket, store]
    assert parts(stack, resource=STORE) == {"raw": True, "bucket": True, "below": True}
    assert parts(stack, resource=bucket.urn) == {"bucket": True, "below": True}
    assert parts(stack) == {}


def test_a_resource_says_which_place_it_is() -> None:
    stack = [
        resource(BUCKET, "this", {"tags": {"trunkline:node": "store:raw"}}),
        resource(BUCKET, "that", {"tags": {"trunkline:node": "store:other"}}),
        resource(BUCKET, "some", {"tags": {"trunkline:node": LATER}}),
        resource(BUCKET, "mute", {"tags": {"owner": "ads"}}),
        resource(
            "kubernetes:core/v1:PersistentVolumeClaim",
            "claim",
            {"metadata": {"annotations": {"trunkline.dev/node": "store:raw"}}},
        ),
        resource("aws:autoscaling/group:Group", "pairs", {"tags": [{"key": "a", "value": "b"}]}),
    ]
    assert parts(stack) == {"this": True, "some": None, "claim": True}


def test_a_place_whose_resource_nobody_knows_yet_is_not_seen() -> None:
    assert physical.seen(placed(resource=LATER)).state is None
    assert physical.seen(placed(resource=STORE)).state is True
    assert physical.seen(placed()).state is True


def test_components_that_are_their_own_parents_end_somewhere() -> None:
    one, other = urn_of(BUCKET, "one"), urn_of(BUCKET, "other")
    stack = [resource(BUCKET, "one", {}, parent=other), resource(BUCKET, "other", {}, parent=one)]
    assert parts(stack, resource=one) == {"one": True, "other": True}


@pytest.mark.parametrize(
    ("item", "country"),
    [
        (resource(BUCKET, "a", {}, provider=europe.urn), "DE"),
        (resource(BUCKET, "a", {"region": "us-east-1"}, provider=europe.urn), "US"),
        (resource(ACCOUNT, "a", {"location": "West Europe"}), "NL"),
        (resource(BUCKET, "a", {"region": "moon-1"}, provider=europe.urn), None),
        (resource(BUCKET, "a", {"region": LATER}, provider=europe.urn), None),
        (resource(BUCKET, "a", {}, provider="elsewhere"), None),
    ],
)
def test_where_a_resource_lies(item: Resource, country: str | None) -> None:
    home = physical.home(item, Inventory([europe, item]))
    assert home is not None
    if country is None:
        assert home.country(lambda _: True).state is None
        assert home.country(lambda _: False).state is None
    else:
        assert home.country(lambda code: code == country).state is True
        assert home.country(lambda code: code != country).state is False


@pytest.mark.parametrize(
    "item",
    [
        resource("aws:iam/role:Role", "a", {}, provider=europe.urn),
        resource("azure-native:storage:BlobContainer", "a", {"accountName": "raw"}),
        resource("azure-native:privatedns:PrivateZone", "a", {"location": "Global"}),
        resource("kubernetes:core/v1:Service", "a", {}),
    ],
)
def test_what_lies_nowhere_in_particular(item: Resource) -> None:
    assert physical.home(item, Inventory([europe, item])) is None


@pytest.mark.parametrize(
    ("words", "countries", "known"),
    [
        (["DE", "fr"], {"DE", "FR"}, True),
        (["EEA"], regions.GROUPS["EU"] | {"IS", "LI", "NO"}, True),
        (["DE", "UK"], {"DE"}, False),
        ([], set(), True),
    ],
)
def test_what_words_stand_for(words: list[str], countries: set[str], *, known: bool) -> None:
    assert regions.expand(words) == (countries, known)


def test_countries_are_shown_by_their_group() -> None:
    assert regions.shown(regions.GROUPS["EEA"] | {"CH"}) == "EEA, CH"
    assert regions.shown(regions.GROUPS["EU"]) == "EU"
    assert regions.shown({"NL", "DE"}) == "DE, NL"
    assert regions.shown(()) == "no country"
