from policies.provenance.prv002_identified_and_versioned import RULE
from tests.policies.cases import LATER, Cases
from tests.policies.declared import chain, dataset, endpoint, evaluation, model, source, view

LASTING = "and must be {}: with a name of letters, digits, '.', '_' and '-'"

CASES = Cases(
    rule=RULE,
    good={
        "every kind of node": [*chain(), evaluation("ranker", "testedOn dataset:clicks")],
        "live data needs no version": [dataset(version=None, live=True)],
        "the vocabulary that the rules read": [dataset(vocabulary="1")],
        "a place whose resource does not exist yet": [
            dataset(places=[{"role": "storedIn", "node": "store:raw", "resource": LATER}])
        ],
    },
    bad={
        "a dataset without a version": (
            [dataset(version=None)],
            [
                (
                    "clicks.version: nothing says which version of it this is: version is missing, and it "
                    "is not "
                    "live"
                )
            ],
        ),
        "a model without a version": (
            [model(version="")],
            [
                (
                    "ranker.version: nothing says which version of it this is: version is missing, and it "
                    "is not "
                    "live"
                )
            ],
        ),
        "no id, and one of another kind": (
            [source(node=None), view(node="dataset:user_7d")],
            [
                (
                    f"user_7d.node: it has no lasting id: node is 'dataset:user_7d', "
                    f"{LASTING.format('featureView')}"
                ),
                f"app.node: it has no lasting id: node is not set, {LASTING.format('source')}",
            ],
        ),
        "an id of two datasets": (
            [dataset("clicks"), dataset("copy", node="dataset:clicks")],
            [
                "clicks.node: the resource copy declares the same id: 'dataset:clicks'",
                "copy.node: the resource clicks declares the same id: 'dataset:clicks'",
            ],
        ),
        "a misspelt property": (
            [dataset(purpose=["training"], licence="MIT")],
            [
                (
                    "clicks.licence: licence is no property of trunkline:catalogue:Dataset; did you mean "
                    "license?"
                ),
                (
                    "clicks.purpose: purpose is no property of trunkline:catalogue:Dataset; did you mean "
                    "purposes?"
                ),
            ],
        ),
        "a property of another kind": (
            [endpoint(retentionDays=5)],
            ["rank.retentionDays: retentionDays is no property of trunkline:catalogue:Endpoint"],
        ),
        "words that mean nothing": (
            [
                dataset(
                    confidentiality="secret", storageAllowed=["DE", "Atlantis"], retentionDays=-1, date="soon"
                )
            ],
            [
                (
                    "clicks.confidentiality: it must be one of the confidentiality: confidential, internal, "
                    "public, restricted"
                ),
                "clicks.date: it must be a day",
                "clicks.retentionDays: it must be a whole number, 0 or more",
                "clicks.storageAllowed[1]: it must be one of the places",
            ],
        ),
        "shapes that mean nothing": (
            [dataset(purposes="training", live="yes", schema={"feilds": []}, quality=[])],
            [
                "clicks.live: it must be true or false",
                "clicks.purposes: it must be a list",
                "clicks.quality: it must be an object",
                "clicks.schema.feilds: there is no such field; did you mean fields?",
            ],
        ),
        "a vocabulary of tomorrow": (
            [dataset(vocabulary="2")],
            ["clicks.vocabulary: it must be one of the versions: 1"],
        ),
    },
    unknown={
        "a version from elsewhere": ([dataset(version=LATER)], ["clicks.version"]),
        "a word from elsewhere": ([dataset(confidentiality=LATER)], ["clicks.confidentiality"]),
        "an id from elsewhere": (
            [dataset("clicks"), dataset("copy", node=LATER)],
            ["clicks.copy.node", "copy.node"],
        ),
    },
    waived={"a dataset without a version": [dataset(version=None)]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
