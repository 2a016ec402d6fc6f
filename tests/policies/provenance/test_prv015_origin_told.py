from policies.provenance.prv015_origin_told import RULE
from tests.policies.cases import DAY, LATER, Cases
from tests.policies.declared import dataset, source

WHEN = "nothing says when it was compiled: date is {}, and must be a day that is not to come"

CASES = Cases(
    rule=RULE,
    good={
        "all of it": [source(), dataset()],
        "compiled today": [dataset(date=DAY)],
        "collected where its source was": [
            source(),
            dataset("clicks", "derivedFrom source:app", origin=None),
        ],
    },
    bad={
        "none of it": (
            [source(origin=None, method=None, date=None)],
            [
                f"app.date: {WHEN.format('not set')}",
                "app.method: nothing says how it came about",
                "app.origin: nothing says in which countries it was collected",
            ],
        ),
        "a day to come": ([dataset(date="2026-11-24")], [f"clicks.date: {WHEN.format(repr('2026-11-24'))}"]),
        "no day": ([dataset(date="autumn")], [f"clicks.date: {WHEN.format(repr('autumn'))}"]),
    },
    unknown={
        "a day from elsewhere": ([dataset(date=LATER)], ["clicks.date"]),
        "places from elsewhere": ([source(origin=LATER)], ["app.origin"]),
    },
    waived={"none of it": [source(origin=None)]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
