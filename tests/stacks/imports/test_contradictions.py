"""The platform file may be stricter than a contract, and never looser without being told."""

import re
from pathlib import Path
from typing import Any

import pytest

from stacks.spec import SpecError, load
from stacks.spec.problems import Problem
from tests.stacks.imports.platforms import CROISSANT, LINE, ODCS, changed, croissant, platform

PLACES = (
    "  - {property: storageAllowed, value: [EU]}\n"
    "  - {property: processingIncluded, value: [DE, FR]}\n"
    "  - {property: processingExcluded, value: [NL]}\n"
    "  - {property: onPremOnly, value: true}\n"
    "  - {property: classification, value: {contains: [pi, spi]}}\n"
)
FIRST = "customProperties:\n  - {property: purposes, value: [training, evaluation]}\n"
STRICT = changed(ODCS, (FIRST, FIRST + PLACES))


def refused(file: Path) -> Problem:
    with pytest.raises(SpecError) as caught:
        load(file)
    (problem,) = caught.value.problems
    return problem


@pytest.mark.parametrize(
    ("said", "found", "where"),
    [
        (
            {"confidentiality": "confidential"},
            "'confidential' is more open than 'restricted'",
            "classification: restricted",
        ),
        ({"license": "MIT"}, "'MIT' does not keep to 'CC-BY-4.0'", "type: license"),
        ({"license": "MIT OR CC-BY-4.0"}, "does not keep to 'CC-BY-4.0'", "type: license"),
        ({"retention": "4y"}, "'1460d' is longer than '1095d'", "property: retention"),
        ({"purposes": ["training", "research"]}, "It allows 'research' beside", "property: purposes"),
        ({"storageForbidden": ["CN"]}, "It leaves out 'US'", "property: storageForbidden"),
        ({"storageAllowed": ["EU", "CH"]}, "It allows 'CH' beside 'EU'", "property: storageAllowed"),
        (
            {"processingIncluded": ["DE", "IT"]},
            "It allows 'IT' beside 'DE' or 'FR'",
            "property: processingIncluded",
        ),
        ({"processingExcluded": []}, "It leaves out 'NL'", "property: processingExcluded"),
        ({"onPremOnly": False}, "It is false against true", "property: onPremOnly"),
        (
            {"classification": {"contains": ["pi"], "evaluated": ["all"]}},
            "`contains` leaves out 'spi'",
            "property: classification",
        ),
    ],
)
def test_what_would_loosen_a_contract_is_refused_with_both_places(
    tmp_path: Path, said: dict[str, Any], found: str, where: str
) -> None:
    problem = refused(platform(tmp_path, STRICT, **said))

    assert problem.code == "contract-loosened"
    assert problem.path == ("datasets", "clicks", *said)
    assert (problem.where.file.name, problem.where.line) == ("platform.yaml", LINE)
    assert found in problem.found
    line = next(number for number, text in enumerate(STRICT.split("\n"), start=1) if where in text)
    assert re.search(rf"which contracts/clicks\.contract:{line} says \(.+\)\.$", problem.found)


@pytest.mark.parametrize(
    "said",
    [
        {"confidentiality": "restricted"},
        {"license": "CC-BY-4.0"},
        {"license": "cc-by-4.0 AND LicenseRef-acme"},
        {"retention": "3y"},
        {"retention": "1d"},
        {"purposes": []},
        {"purposes": ["evaluation"]},
        {"storageForbidden": ["CN", "US"]},
        {"storageAllowed": ["DE", "FR"]},
        {"storageAllowed": []},
        {"processingIncluded": ["FR"]},
        {"processingExcluded": ["EU"]},
        {"onPremOnly": True},
        {"classification": {"contains": ["pi", "spi", "phi"]}},
    ],
    ids=str,
)
def test_what_is_as_strict_or_stricter_stands(tmp_path: Path, said: dict[str, Any]) -> None:
    dataset = load(platform(tmp_path, STRICT, **said)).platform.datasets["clicks"]

    ((key, value),) = said.items()
    written = dataset.model_dump(by_alias=True, mode="json", exclude_unset=True)[key]
    assert written in (value, "1095d")


def test_an_alternative_that_the_contract_leaves_may_be_chosen(tmp_path: Path) -> None:
    choice = changed(
        ODCS,
        ('    - {type: license, url: "https://creativecommons.org/licenses/by/4.0/"}\n', "    []\n"),
        (FIRST, FIRST + "  - {property: license, value: MIT OR GPL-3.0-only}\n"),
    )

    assert load(platform(tmp_path, choice, license="MIT")).platform.datasets["clicks"].license == "MIT"


@pytest.mark.parametrize(
    ("custom", "found"),
    [
        ("{property: confidentiality, value: public}", "'public' is more open than 'restricted'"),
        ("{property: retention, value: 9y}", "'3285d' is longer than '1095d'"),
        ("{property: license, value: MIT}", "'MIT' does not keep to 'CC-BY-4.0'"),
    ],
)
def test_a_contract_that_contradicts_itself_is_told_where(tmp_path: Path, custom: str, found: str) -> None:
    contract = changed(ODCS, (FIRST, f"{FIRST}  - {custom}\n"))
    problem = refused(platform(tmp_path, contract))

    assert found in problem.found
    assert problem.where.file.name == "clicks.contract"
    assert contract.split("\n")[problem.where.line - 1].endswith(custom)


def test_sensitive_data_without_a_code_cannot_be_declared_away(tmp_path: Path) -> None:
    contract = croissant(**{"rai:personalSensitiveInformation": ["Gender"]})
    problem = refused(platform(tmp_path, contract, classification={"evaluated": ["all"]}))

    assert "`contains` is empty in spite of sensitive data" in problem.found
    # Whoever says what it is has heard of it.
    assert load(platform(tmp_path, contract, classification={"contains": ["pi"], "evaluated": ["all"]}))


def test_what_changes_without_a_version_cannot_be_declared_fixed(tmp_path: Path) -> None:
    assert "It is false against true" in refused(platform(tmp_path, CROISSANT, live=False)).found


def test_a_condition_without_a_word_binds_the_platform_file_too(tmp_path: Path) -> None:
    contract = croissant(usageInfo="https://acme.example/rules")
    problem = refused(platform(tmp_path, contract, license="CC-BY-4.0"))

    assert "does not keep to 'CC-BY-4.0 AND LicenseRef-acme.example-rules'" in problem.found
