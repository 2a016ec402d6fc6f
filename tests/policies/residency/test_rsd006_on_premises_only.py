from typing import Any

from policies.residency.rsd006_on_premises_only import RULE
from tests.policies.cases import LATER, Cases, resource, urn_of
from tests.policies.declared import chain, place

STORE = urn_of("trunkline:object_store:CephStore", "raw")
HOME: dict[str, Any] = {"onPremOnly": True}

dc = place("storedIn", "store:raw", provider="onprem", country="DE")
aws = place("processedIn", "compute:aws", provider="aws", region="eu-central-1", country="DE")

CASES = Cases(
    rule=RULE,
    good={
        "all of it at home": chain(
            dataset={**HOME, "places": [dc]}, training={"places": [{**aws, "provider": "onprem"}]}
        ),
        "not bound": chain(dataset={"onPremOnly": False}, training={"places": [aws]}),
        "its key is another rule's": chain(dataset={**HOME, "places": [{**aws, "role": "encryptedBy"}]}),
    },
    bad={
        "stored in a cloud": (
            chain(dataset={**HOME, "places": [{**aws, "role": "storedIn"}]}),
            [
                (
                    "clicks.places[0]: compute:aws is in a public cloud, and data of dataset clicks must "
                    "never reach one"
                ),
            ],
        ),
        "trained in a cloud": (
            chain(dataset={**HOME, "places": [dc]}, training={"places": [aws]}),
            [
                (
                    "ranker.places[0]: compute:aws is in a public cloud, and data of dataset clicks must "
                    "never reach one"
                ),
            ],
        ),
        "served in a cloud": (
            chain(source=HOME, endpoint={"places": [{**aws, "provider": "azure"}]}),
            [
                (
                    "rank.places[0]: compute:aws is in a public cloud, and data of source app must never "
                    "reach one"
                ),
            ],
        ),
        "reached over a cloud": (
            chain(source=HOME, endpoint={"places": [{**aws, "role": "reachedOver"}]}),
            [
                (
                    "rank.places[0]: compute:aws is in a public cloud, and data of source app must never "
                    "reach one"
                ),
            ],
        ),
        "declared at home, made in a cloud": (
            [
                *chain(dataset={**HOME, "places": [{**dc, "resource": STORE}]}),
                resource("aws:s3/bucket:Bucket", "raw", {"bucket": "raw"}, parent=STORE),
            ],
            [
                (
                    "clicks.places[0]: store:raw is in a public cloud, and data of dataset clicks must "
                    "never reach one"
                ),
            ],
        ),
    },
    unknown={
        "whether it is bound": (
            chain(source={"onPremOnly": LATER}, training={"places": [aws]}),
            [
                "ranker.app.onPremOnly",
            ],
        ),
        "whose place it is": (
            chain(source=HOME, training={"places": [{**aws, "provider": LATER}]}),
            [
                "ranker.places[0].provider",
            ],
        ),
        "a place that does not say whose it is": (
            chain(source=HOME, training={"places": [place("processedIn", "lab", country="DE")]}),
            [
                "ranker.places[0].provider",
            ],
        ),
        "what it was trained on": (
            chain(training={"places": [aws], "inputs": LATER}),
            [
                "ranker.inputs",
            ],
        ),
    },
    waived={"trained in a cloud": chain(dataset={**HOME, "places": [dc]}, training={"places": [aws]})},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
