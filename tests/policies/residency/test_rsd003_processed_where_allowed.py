from typing import Any

from policies.residency.rsd003_processed_where_allowed import RULE
from tests.policies.cases import LATER, Cases, resource, urn_of
from tests.policies.declared import chain, place

CLUSTER = urn_of("trunkline:cluster:AksCluster", "az")


def runs(country: object, **facts: object) -> dict[str, Any]:
    return {"places": [place("processedIn", "compute:az", country=country, **facts)]}


CASES = Cases(
    rule=RULE,
    good={
        "in an included country": chain(
            dataset={"processingIncluded": ["EEA"]}, training=runs("NO"), endpoint=runs("DE")
        ),
        "no limit": chain(training=runs("US")),
        "stored there, and not processed": chain(
            dataset={"processingIncluded": ["DE"], "places": [place("storedIn", "s", country="US")]}
        ),
    },
    bad={
        "training elsewhere": (
            chain(dataset={"processingIncluded": ["DE"]}, training=runs("US")),
            [
                "ranker.places[0]: compute:az lies in 'US', and data of dataset clicks may only be in DE",
            ],
        ),
        "answering in an excluded country": (
            chain(source={"processingExcluded": ["US"]}, endpoint=runs("US")),
            [
                "rank.places[0]: compute:az lies in 'US', and data of source app must never be in US",
            ],
        ),
        "a cluster elsewhere": (
            [
                *chain(
                    dataset={"processingIncluded": ["DE"]},
                    view={"places": [place("processedIn", "compute:az", resource=CLUSTER)]},
                ),
                resource(
                    "azure-native:containerservice:ManagedCluster",
                    "az",
                    {"location": "eastus2"},
                    parent=CLUSTER,
                ),
            ],
            [
                (
                    "user_7d.places[0]: compute:az lies in 'eastus2' (az), and data of dataset clicks may "
                    "only be in DE"
                ),
            ],
        ),
    },
    unknown={
        "which country": (
            chain(dataset={"processingIncluded": ["DE"]}, training=runs(LATER)),
            [
                "ranker.places[0].country",
            ],
        ),
        "where it may be worked on": (
            chain(
                dataset={"processingExcluded": [LATER]},
                training=runs("DE"),
            ),
            [
                "ranker.clicks.processingExcluded",
            ],
        ),
        "what it was trained on": (
            chain(training={**runs("DE"), "inputs": LATER}),
            [
                "ranker.inputs",
            ],
        ),
    },
    waived={"training elsewhere": chain(dataset={"processingIncluded": ["DE"]}, training=runs("US"))},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
