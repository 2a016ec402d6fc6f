from policies.provenance.prv001_somebody_answers import RULE
from tests.policies.cases import LATER, Cases
from tests.policies.declared import dataset, endpoint, model, view

NO_TEAM = "no team answers for it: owner.team is missing"

CASES = Cases(
    rule=RULE,
    good={
        "a team with an address": [dataset(), view(), model(), endpoint()],
        "a team with a link": [dataset(owner={"team": "ads", "contact": "https://acme.example/teams/ads"})],
    },
    bad={
        "a dataset of nobody": (
            [dataset(owner=None)],
            [
                "clicks.owner.contact: nobody can be reached about it: owner.contact is not set",
                f"clicks.owner.team: {NO_TEAM}",
            ],
        ),
        "a view of nobody": (
            [view(owner={"team": " ", "contact": "ads@acme.example"})],
            [f"user_7d.owner.team: {NO_TEAM}"],
        ),
        "an address that is none": (
            [model(owner={"team": "ads", "contact": "see the wiki"})],
            ["ranker.owner.contact: nobody can be reached about it: owner.contact is 'see the wiki'"],
        ),
        "an endpoint of a team without one": (
            [endpoint(owner={"team": "ads"})],
            ["rank.owner.contact: nobody can be reached about it: owner.contact is not set"],
        ),
    },
    unknown={
        "a team from elsewhere": (
            [dataset(owner={"team": LATER, "contact": "ads@acme.example"})],
            ["clicks.owner.team"],
        )
    },
    waived={"a dataset of nobody": [dataset(owner=None)]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
