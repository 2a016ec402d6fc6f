from typing import Any

from policies.residency.rsd002_stored_nowhere_forbidden import RULE
from tests.policies.cases import LATER, Cases
from tests.policies.declared import dataset, place, source

virginia = place("storedIn", "store:raw", provider="aws", region="us-east-1", country="US")
NEVER: dict[str, Any] = {"storageForbidden": ["US", "CN"]}

CASES = Cases(
    rule=RULE,
    good={
        "elsewhere": [dataset(places=[place("storedIn", "s", country="DE")], **NEVER)],
        "nothing is forbidden": [dataset(places=[virginia])],
        "processed there": [dataset(places=[{**virginia, "role": "processedIn"}], **NEVER)],
    },
    bad={
        "in a forbidden country": (
            [dataset(places=[virginia], **NEVER)],
            [
                "clicks.places[0]: store:raw lies in 'US', and its data must never be in CN, US",
            ],
        ),
        "forbidden by its source": (
            [source(**NEVER), dataset("clicks", "derivedFrom source:app", places=[virginia])],
            [
                "clicks.places[0]: store:raw lies in 'US', and data of source app must never be in CN, US",
            ],
        ),
        "a whole group": (
            [dataset(places=[place("storedIn", "s", country="FR")], storageForbidden=["EU"])],
            [
                "clicks.places[0]: s lies in 'FR', and its data must never be in EU",
            ],
        ),
    },
    unknown={
        "which country": (
            [dataset(places=[place("storedIn", "s", country=LATER)], **NEVER)],
            [
                "clicks.places[0].country",
            ],
        ),
        "what is forbidden": (
            [dataset(places=[virginia], storageForbidden=LATER)],
            [
                "clicks.storageForbidden",
            ],
        ),
        "one more country": (
            [dataset(places=[virginia], storageForbidden=["CN", LATER])],
            [
                "clicks.storageForbidden",
            ],
        ),
    },
    waived={"in a forbidden country": [dataset(places=[virginia], **NEVER)]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
