from typing import Any

from policies.provenance.prv023_third_parties_known import RULE
from tests.policies.cases import LATER, Cases
from tests.policies.declared import OTHER_DIGEST, dataset, model, source

LIVE: dict[str, Any] = {"thirdParty": True, "live": True, "digest": None}

CASES = Cases(
    rule=RULE,
    good={
        "all of it": [source(thirdParty=True), model(thirdParty=True, issuer={"name": "Meta"})],
        "made here": [source(thirdParty=False, issuer=None, digest=None), model(digest=None)],
        "live, and pinned where it was taken": [
            source(**LIVE),
            dataset("clicks", "derivedFrom source:app", digest=OTHER_DIGEST),
        ],
    },
    bad={
        "nothing of it": (
            [source(thirdParty=True, issuer=None, license=None, digest=None)],
            [
                "app.digest: somebody else made it, and nothing pins what was taken over: digest is not set",
                "app.issuer.name: somebody else made it, and nothing says who",
                "app.license: somebody else made it, and nothing says under which licence",
            ],
        ),
        "a model by nobody": (
            [model(thirdParty=True, issuer={"url": "https://x.example"})],
            [
                "ranker.issuer.name: somebody else made it, and nothing says who",
            ],
        ),
        "a model at its newest": (
            [model(thirdParty=True, issuer={"name": "Meta"}, digest="main")],
            [
                (
                    "ranker.digest: somebody else made it, and nothing pins what was taken over: digest is "
                    "'main'"
                ),
            ],
        ),
        "live, and not pinned where it was taken": (
            [source(**LIVE), dataset("clicks", "derivedFrom source:app", digest=None)],
            [
                "app.digest: somebody else made it, and nothing pins what was taken over: digest is not set",
            ],
        ),
    },
    unknown={
        "whether somebody else made it": (
            [model(thirdParty=LATER)],
            [
                "ranker.thirdParty",
            ],
        ),
        "its digest": (
            [source(thirdParty=True, digest=LATER)],
            [
                "app.digest",
            ],
        ),
    },
    waived={"nothing of it": [source(thirdParty=True, issuer=None)]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
