from policies.residency.rsd005_derived_stay_too import RULE
from tests.policies.cases import LATER, Cases
from tests.policies.declared import chain, place

virginia = place("storedIn", "store:features", provider="aws", region="us-east-1", country="US")
registry = place("registeredIn", "store:models", provider="azure", region="eastus", country="US")

CASES = Cases(
    rule=RULE,
    good={
        "features at home": chain(
            dataset={"storageAllowed": ["EU"]},
            view={"places": [place("storedIn", "store:features", country="NL")]},
        ),
        "no limit": chain(view={"places": [virginia]}),
        "computed there, and not kept": chain(
            dataset={"storageAllowed": ["EU"]}, view={"places": [{**virginia, "role": "processedIn"}]}
        ),
    },
    bad={
        "features abroad": (
            chain(dataset={"storageAllowed": ["EU"]}, view={"places": [virginia]}),
            [
                (
                    "user_7d.places[0]: store:features lies in 'US', and data of dataset clicks may only "
                    "be in EU"
                ),
            ],
        ),
        "weights abroad": (
            chain(source={"storageForbidden": ["US"]}, model={"places": [registry]}),
            [
                "ranker.places[0]: store:models lies in 'US', and data of source app must never be in US",
            ],
        ),
        "answers kept abroad": (
            chain(source={"storageAllowed": ["DE"]}, endpoint={"places": [virginia]}),
            [
                "rank.places[0]: store:features lies in 'US', and data of source app may only be in DE",
            ],
        ),
    },
    unknown={
        "where the features are": (
            chain(
                dataset={"storageAllowed": ["EU"]},
                view={"places": [{**virginia, "country": LATER, "region": LATER}]},
            ),
            [
                "user_7d.places[0].country",
                "user_7d.places[0].region",
            ],
        ),
        "where the data may be": (
            chain(source={"storageAllowed": LATER}, model={"places": [registry]}),
            [
                "ranker.app.storageAllowed",
            ],
        ),
        "the role of a place": (
            chain(dataset={"storageAllowed": ["EU"]}, view={"places": [{**virginia, "role": LATER}]}),
            [
                "user_7d.places[0].role",
            ],
        ),
    },
    waived={"features abroad": chain(dataset={"storageAllowed": ["EU"]}, view={"places": [virginia]})},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
