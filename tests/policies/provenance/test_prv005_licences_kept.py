from policies.engine import Resource, Verdict
from policies.engine.hop import drawn
from policies.provenance.prv005_licences_kept import RULE
from tests.policies.cases import LATER, Cases, findings, settings
from tests.policies.declared import chain, dataset, endpoint, model, training


def fine_tuned(licence: str, own: str = "Apache-2.0", **served: object) -> list[Resource]:
    """Return a model of somebody else, one made from it, and the endpoint of that."""
    return [
        model("base", thirdParty=True, license=licence),
        training("tuned", "basedOn model:base"),
        model("tuned", "producedBy training:tuned", license=own),
        endpoint("chat", "servedBy model:tuned", **served),
    ]


def passed_on(licence: str, own: str | None) -> list[Resource]:
    """Return a dataset, and a model trained on it whose weights leave the organisation."""
    return [
        dataset(license=licence),
        training("ranker", "trainedOn dataset:clicks"),
        model("ranker", "producedBy training:ranker", license=own, distributed=True),
    ]


CASES = Cases(
    rule=RULE,
    good={
        "credit is all that is asked for": chain(dataset={"license": "ODC-By-1.0 AND CDLA-Permissive-2.0"}),
        "for research, not commercial": chain(
            dataset={"license": "CC-BY-NC-4.0"}, endpoint={"commercial": False}
        ),
        "one of two licences does": chain(dataset={"license": "CC-BY-NC-4.0 OR MIT"}),
        "no derivatives, and it stays inside": chain(dataset={"license": "CC-BY-ND-4.0"}),
        "share-alike, and the weights stay inside": chain(dataset={"license": "CC-BY-SA-4.0"}),
        "share-alike under the same licence": passed_on("CC-BY-SA-4.0", "CC-BY-SA-4.0"),
        "share-alike under a compatible one": passed_on("CC-BY-SA-4.0", "GPL-3.0-or-later"),
        "a database licence, and a model is no database": passed_on("ODbL-1.0", "Apache-2.0"),
        "an exception that lifts it": passed_on("GPL-2.0-only WITH Classpath-exception-2.0", "MIT"),
        "what is offered to others binds not us": chain(model={"license": "CC-BY-NC-4.0"}),
        "restrictions passed on": fine_tuned("LicenseRef-gemma", "LicenseRef-gemma", exposure="public"),
        "restrictions inside": fine_tuned("LicenseRef-gemma"),
        "network copyleft offered": fine_tuned("AGPL-3.0-only", "AGPL-3.0-only", exposure="public"),
        "a base that improves itself": [
            model("base", thirdParty=True, license="LicenseRef-llama2"),
            endpoint("teacher", "servedBy model:base"),
            dataset("answers", "fedBack endpoint:teacher"),
            training("tuned", "trainedOn dataset:answers", "basedOn model:base"),
            model("tuned", "producedBy training:tuned"),
            endpoint("chat", "servedBy model:tuned"),
        ],
    },
    bad={
        "for research, sold": (
            chain(source={"license": "CC-BY-NC-4.0"}),
            [
                "rank.commercial: source app is under CC-BY-NC-4.0: it allows no commercial use",
            ],
        ),
        "two of them": (
            chain(source={"license": "CC-BY-NC-4.0"}, dataset={"license": "CC-BY-NC-SA-4.0 AND MIT"}),
            [
                (
                    "rank.commercial: dataset clicks is under CC-BY-NC-SA-4.0 AND MIT: it allows no "
                    "commercial use"
                ),
                "rank.commercial: source app is under CC-BY-NC-4.0: it allows no commercial use",
            ],
        ),
        "neither of two does": (
            chain(dataset={"license": "CC-BY-NC-4.0 OR CC-BY-ND-3.0"}),
            [
                (
                    "rank.commercial: dataset clicks is under CC-BY-NC-4.0 OR CC-BY-ND-3.0: it allows no "
                    "commercial use"
                ),
            ],
        ),
        "one choice for everything": (
            chain(dataset={"license": "CC-BY-NC-4.0 OR CC-BY-ND-4.0"}, endpoint={"exposure": "public"}),
            [
                (
                    "rank.commercial: dataset clicks is under CC-BY-NC-4.0 OR CC-BY-ND-4.0: it allows no "
                    "commercial use"
                ),
            ],
        ),
        "no derivatives, and answers leave": (
            chain(dataset={"license": "CC-BY-ND-4.0"}, endpoint={"distributed": True}),
            [
                (
                    "rank.distributed: dataset clicks is under CC-BY-ND-4.0: what is made from it may not "
                    "be passed on"
                ),
            ],
        ),
        "share-alike under another licence": (
            passed_on("CC-BY-SA-4.0", "Apache-2.0"),
            [
                (
                    "ranker.distributed: dataset clicks is under CC-BY-SA-4.0: model ranker must have the "
                    "same licence or a compatible one, and its licence is 'Apache-2.0'"
                ),
            ],
        ),
        "share-alike under a choice": (
            passed_on("GPL-3.0-only", "GPL-3.0-only OR MIT"),
            [
                (
                    "ranker.distributed: dataset clicks is under GPL-3.0-only: model ranker must have the "
                    "same licence or a compatible one, and its licence is 'GPL-3.0-only OR MIT'"
                ),
            ],
        ),
        "share-alike without a licence": (
            passed_on("CC-BY-SA-3.0", None),
            [
                (
                    "ranker.distributed: dataset clicks is under CC-BY-SA-3.0: model ranker must have the "
                    "same licence or a compatible one, and its licence is not set"
                ),
            ],
        ),
        "weak copyleft, from model to model": (
            [
                model("base", thirdParty=True, license="MPL-2.0"),
                training("tuned", "basedOn model:base"),
                model("tuned", "producedBy training:tuned", license="MIT", distributed=True),
            ],
            [
                (
                    "tuned.distributed: model base is under MPL-2.0: model tuned must have the same "
                    "licence or a compatible one, and its licence is 'MIT'"
                ),
            ],
        ),
        "network copyleft in public": (
            fine_tuned("AGPL-3.0-only", exposure="public"),
            [
                (
                    "chat.exposure: model base is under AGPL-3.0-only: model tuned must have the same "
                    "licence or a compatible one, and its licence is 'Apache-2.0'"
                ),
            ],
        ),
        "restrictions left out in public": (
            fine_tuned("LicenseRef-openrail", exposure="public"),
            [
                (
                    "chat.exposure: model base is under LicenseRef-openrail: model tuned must pass its use "
                    "restrictions on, and its licence is 'Apache-2.0'"
                ),
            ],
        ),
        "all rights reserved": (
            passed_on("LicenseRef-scancode-all-rights-reserved", "MIT"),
            [
                (
                    "ranker.distributed: dataset clicks is under LicenseRef-scancode-all-rights-reserved: "
                    "it may not be passed on; nothing may be made from it; what is made from it may not be "
                    "passed on"
                ),
            ],
        ),
        "answers of one model train another": (
            [
                model("teacher", thirdParty=True, license="LicenseRef-llama2"),
                endpoint("teacher", "servedBy model:teacher"),
                dataset("answers", "fedBack endpoint:teacher"),
                training("pupil", "trainedOn dataset:answers"),
                model("pupil", "producedBy training:pupil"),
                endpoint("chat", "servedBy model:pupil"),
            ],
            [
                (
                    "chat.teacher.thirdParty: model teacher is under LicenseRef-llama2: what it answers "
                    "may not improve another model"
                ),
            ],
        ),
    },
    unknown={
        "a licence from elsewhere": (chain(dataset={"license": LATER}), ["rank.clicks.license"]),
        "a licence of one's own": (
            chain(dataset={"license": "LicenseRef-acme"}),
            ["rank.clicks.license"],
        ),
        "a licence that depends": (chain(dataset={"license": "BUSL-1.1"}), ["rank.clicks.license"]),
        "no licence at all": (
            [
                dataset(license=None),
                training("r", "trainedOn dataset:clicks"),
                model("r", "producedBy training:r"),
                endpoint("e", "servedBy model:r"),
            ],
            ["e.clicks.license"],
        ),
        "an exception nobody knows": (
            passed_on("GPL-3.0-only WITH Qt-GPL-exception-1.0", "MIT"),
            ["ranker.clicks.license"],
        ),
        "inputs from elsewhere": (chain(dataset={"inputs": LATER}), ["rank.clicks.inputs"]),
        "an input that nobody declares": (
            chain(dataset={"inputs": [{"node": "source:x", "edge": "derivedFrom"}]}),
            ["rank.clicks.inputs"],
        ),
        "who may call it": (
            chain(dataset={"license": "CC-BY-ND-4.0"}, endpoint={"exposure": LATER}),
            ["rank.exposure"],
        ),
    },
    waived={"for research, sold": chain(dataset={"license": "CC-BY-NC-4.0"})},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()


def test_what_a_team_vouches_for_is_allowed() -> None:
    stack = chain(dataset={"license": "LicenseRef-acme"}, endpoint={"exposure": "public"})
    asked = "nobody says whether LicenseRef-acme allows this ({}); list it under permits if it does"
    (finding,) = findings(RULE, stack)
    assert finding.message.endswith(asked.format("commercial, derivatives, distribution"))
    some = settings(RULE, permits={"LicenseRef-acme": ["commercial", "derivatives"]})
    (finding,) = findings(RULE, stack, by=some)
    assert finding.message.endswith(asked.format("distribution"))
    every = settings(RULE, permits={"LicenseRef-acme": ["commercial", "derivatives", "distribution"]})
    assert findings(RULE, stack, by=every) == ()


def test_a_team_can_vouch_that_its_own_licence_passes_restrictions_on() -> None:
    stack = fine_tuned("LicenseRef-openrail", own="LicenseRef-acme", exposure="public")
    (finding,) = findings(RULE, stack)
    assert (finding.verdict, finding.path) == (Verdict.UNKNOWN, "tuned.license")
    assert findings(RULE, stack, by=settings(RULE, permits={"LicenseRef-acme": ["use-restrictions"]})) == ()


def test_a_team_can_say_that_training_makes_no_derivative() -> None:
    stack = passed_on("CC-BY-SA-4.0", "Apache-2.0")
    assert findings(RULE, stack)
    assert findings(RULE, stack, by=settings(RULE, trainingMakesDerivative=False)) == ()
    # Weights that start from other weights are made from them, whatever one thinks of data.
    tuned = fine_tuned("AGPL-3.0-only", exposure="public")
    assert findings(RULE, tuned, by=settings(RULE, trainingMakesDerivative=False))


def test_the_path_leads_from_the_licence_to_the_endpoint() -> None:
    (finding,) = findings(RULE, chain(source={"license": "CC-BY-NC-4.0", "position": "acme.yaml:7"}))
    assert drawn(finding.witness) == (
        "source app (acme.yaml:7) -[derivedFrom]-> dataset clicks -[readsFrom]-> feature view user_7d "
        "-[trainedOn]-> training ranker -[producedBy]-> model ranker -[servedBy]-> endpoint rank"
    )
