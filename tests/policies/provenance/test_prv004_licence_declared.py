from policies.provenance.prv004_licence_declared import RULE
from tests.policies.cases import LATER, Cases
from tests.policies.declared import dataset, model, source

CASES = Cases(
    rule=RULE,
    good={
        "one id": [source(license="CC-BY-4.0"), dataset(license="ODbL-1.0"), model(license="Apache-2.0")],
        "a reference": [model(license="LicenseRef-acme-internal")],
        "a reference of another document": [model(license="DocumentRef-third-party:LicenseRef-eula")],
        "an expression": [dataset(license="(MIT OR GPL-2.0-only WITH Classpath-exception-2.0) AND CC0-1.0")],
        "made from something that has one": [
            source(),
            dataset("clicks", "derivedFrom source:app", license=None),
        ],
    },
    bad={
        "none": (
            [source(license=None), dataset(license=None), model(license=None)],
            [
                "clicks.license: it has no licence, nor anything it was made from",
                "ranker.license: it has no licence",
                "app.license: it has no licence",
            ],
        ),
        "no expression": (
            [dataset(license="MIT AND"), model(license="MIT/Apache-2.0")],
            [
                "clicks.license: its licence is no SPDX expression: 'MIT AND'",
                "ranker.license: its licence is no SPDX expression: 'MIT/Apache-2.0'",
            ],
        ),
        "words of SPDX documents that are no licence": (
            [source(license="NOASSERTION")],
            ["app.license: its licence is no SPDX expression: 'NOASSERTION'"],
        ),
        "an id that nobody gave": (
            [dataset(license="CC-BY-5.0 OR LicenseRef-acme")],
            [
                (
                    "clicks.license: its licence names what is not on SPDX's list: 'CC-BY-5.0 OR "
                    "LicenseRef-acme'; what is not there is called LicenseRef-…"
                )
            ],
        ),
        "a licence for an exception": (
            [model(license="GPL-2.0-only WITH MIT")],
            [
                (
                    "ranker.license: its licence names what is not on SPDX's list: 'GPL-2.0-only WITH MIT'; "
                    "what is not there is called LicenseRef-…"
                )
            ],
        ),
    },
    unknown={
        "a licence from elsewhere": ([source(license=LATER)], ["app.license", "app.license", "app.license"])
    },
    waived={"none": [source(license=None)]},
)

test_good, test_bad, test_unknown, test_waived = CASES.tests()
