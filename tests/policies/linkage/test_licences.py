"""Licence expressions: what is one, which choices it leaves, and what those ask for."""

import pytest

from policies.engine.data import read
from policies.linkage import licences
from policies.linkage.licences import Licence


@pytest.mark.parametrize(
    ("text", "is_one", "strange"),
    [
        ("MIT", True, []),
        ("cc-by-4.0", True, []),
        ("GPL-2.0+", True, []),
        ("LicenseRef-acme AND DocumentRef-eula:LicenseRef-x", True, []),
        ("GPL-2.0-only WITH Classpath-exception-2.0", True, []),
        ("GPL-2.0-only WITH MIT", True, ["MIT"]),
        ("Classpath-exception-2.0", True, ["Classpath-exception-2.0"]),
        ("CC-BY-5.0 OR MIT", True, ["CC-BY-5.0"]),
        ("LicenseRef-", True, ["LicenseRef-"]),
        ("", False, [""]),
        ("MIT AND", False, ["MIT AND"]),
        ("MIT AND (", False, ["MIT AND ("]),
        ("NOASSERTION", False, ["NOASSERTION"]),
        ("none", False, ["none"]),
    ],
)
def test_what_an_expression_is(text: str, *, is_one: bool, strange: list[str]) -> None:
    assert licences.is_expression(text) is is_one
    assert list(licences.unknown_ids(text)) == strange


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        ("MIT", [["MIT"]]),
        ("MIT OR Apache-2.0", [["Apache-2.0"], ["MIT"]]),
        ("MIT AND Apache-2.0", [["Apache-2.0", "MIT"]]),
        ("(MIT OR ISC) AND CC-BY-4.0", [["CC-BY-4.0", "ISC"], ["CC-BY-4.0", "MIT"]]),
        (
            "GPL-2.0-only WITH Classpath-exception-2.0 OR MIT",
            [["GPL-2.0-only WITH Classpath-exception-2.0"], ["MIT"]],
        ),
        ("no expression (", [["no expression ("]]),
    ],
)
def test_what_choices_an_expression_leaves(text: str, choices: list[list[str]]) -> None:
    assert [[str(licence) for licence in choice] for choice in licences.alternatives(text)] == choices


def test_a_monstrous_expression_is_one_licence_that_nobody_knows() -> None:
    monster = " AND ".join(f"(MIT OR LicenseRef-{index})" for index in range(12))
    ((licence,),) = licences.alternatives(monster)
    assert licence.terms is None


@pytest.mark.parametrize(
    ("needed", "own", "answer"),
    [
        ("CC-BY-SA-4.0", "CC-BY-SA-4.0", True),
        ("CC-BY-SA-4.0", "GPL-3.0-only", True),
        ("CC-BY-SA-3.0", "CC-BY-SA-4.0", True),
        ("CC-BY-SA-4.0", "CC-BY-SA-3.0", False),
        ("CC-BY-SA-4.0", "CC-BY-SA-4.0 AND MIT", True),
        ("CC-BY-SA-4.0", "CC-BY-SA-4.0 OR MIT", False),
        ("GPL-2.0-only", "GPL-2.0-or-later", False),
        ("LicenseRef-acme", "MIT", None),
    ],
)
def test_which_licence_a_derivative_may_have(needed: str, own: str, answer: bool | None) -> None:  # noqa: FBT001
    assert licences.accepts(Licence(needed), own) is answer


def test_an_exception_lifts_what_it_is_for_and_nothing_else() -> None:
    lifted = Licence("GPL-2.0-only", "Classpath-exception-2.0").terms
    assert lifted is not None
    assert (lifted.share_alike, lifted.attribution) == ("no", True)
    assert Licence("GPL-2.0-only", "Qt-GPL-exception-1.0").terms is None
    assert Licence("MIT", "Qt-GPL-exception-1.0").terms == Licence("MIT").terms


def test_the_table_speaks_of_licences_that_there_are() -> None:
    """A misspelt id would never be found, and its licence would be unknown for ever."""
    table = read(licences.TABLE)
    ids = [identity for group in table["licences"] for identity in group["ids"]]
    assert len(ids) == len(set(ids)) > 100
    compatible = {identity for group in table["licences"] for identity in group.get("compatible", ())}
    for identity in {*ids, *compatible}:
        assert licences.unknown_ids(identity) == [], identity
    for exception in table["exceptions"]["share_alike"]:
        assert licences.unknown_ids(f"MIT WITH {exception}") == []
    assert all(group["source"] for group in table["licences"])


@pytest.mark.parametrize(
    ("identity", "commercial", "derivatives", "share_alike", "network"),
    [
        ("CC0-1.0", True, "yes", "no", False),
        ("CC-BY-NC-ND-4.0", False, "private", "no", False),
        ("CC-BY-ND-3.0", True, "no", "no", False),
        ("CC-BY-NC-SA-2.0", False, "yes", "any", False),
        ("ODbL-1.0", True, "yes", "same", False),
        ("AGPL-3.0-or-later", True, "yes", "any", True),
        ("BUSL-1.1", None, "yes", "no", False),
        ("LicenseRef-scancode-gemma-tou-2024-04-01", True, "yes", "no", True),
    ],
)
def test_what_well_known_licences_ask_for(
    identity: str, derivatives: str, share_alike: str, *, commercial: bool | None, network: bool
) -> None:
    terms = Licence(identity).terms
    assert terms is not None
    assert (terms.commercial, terms.derivatives, terms.share_alike, terms.network) == (
        commercial,
        derivatives,
        share_alike,
        network,
    )
