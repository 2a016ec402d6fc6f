"""The gate in the program: what is declared is judged before anything is registered."""

import json
from pathlib import Path

import pytest

from policies import catalogue
from stacks import gate
from stacks.declarations import Declaration, declarations
from stacks.spec import load

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "stacks" / "platforms" / "acme.yaml"


def nobody_answers() -> list[Declaration]:
    """The example, with a dataset that nobody answers for."""
    return [
        Declaration(
            type=item.type,
            name=item.name,
            properties={key: value for key, value in item.properties.items() if key != "owner"}
            if item.properties["node"] == "dataset:clicks"
            else item.properties,
        )
        for item in declarations(load(EXAMPLE))
    ]


def admit(declared: list[Declaration], configured: Path | None = None) -> None:
    gate.admit(declared, gate.configuration(configured), stack="dev", project="acme")


def test_the_example_platforms_pass() -> None:
    for file in sorted((ROOT / "stacks" / "platforms").glob("*.yaml")):
        admit(list(declarations(load(file))))


def test_a_refusal_names_the_rule_the_line_and_the_fix_and_says_that_nothing_happened() -> None:
    with pytest.raises(gate.RefusedError) as caught:
        admit(nobody_answers())

    told = str(caught.value)
    assert "nothing was registered" in told
    assert "PRV-001 clicks (acme.yaml:" in told
    assert "Fix: " in told
    assert {finding.rule for finding in caught.value.findings} == {"PRV-001"}


def test_the_configuration_of_the_pack_counts_here_too(tmp_path: Path) -> None:
    file = tmp_path / "policies.json"
    file.write_text(json.dumps({"PRV-001": {"enforcementLevel": "advisory"}}))

    admit(nobody_answers(), file)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "it is not JSON"),
        ("[]", "It has to be an object"),
        ('{"PRV-000": "disabled"}', "PRV-000"),
        (None, "cannot be read"),
    ],
)
def test_a_configuration_that_cannot_be_used_is_refused_with_its_name(
    tmp_path: Path, content: str | None, told: str
) -> None:
    file = tmp_path / "policies.json"
    if content is not None:
        file.write_text(content)

    with pytest.raises(gate.PolicyFileError) as caught:
        gate.configuration(file)

    assert str(file) in str(caught.value)
    assert told in str(caught.value)


def test_without_a_file_every_rule_stands_as_it_is() -> None:
    configured = gate.configuration(None)

    assert {rule.id: rule.enforcement for rule in catalogue.rules()} == {
        rule: settings.enforcement for rule, settings in configured.rules.items()
    }
