from typing import Any

import jsonschema
import pytest

from policies import catalogue
from policies.engine import ConfigurationError, Enforcement, OnUnknown, configuration
from policies.engine.configuration import WAIVERS_SCHEMA, schema_of

RULES = catalogue.rules()


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"SEC_001": "advisory"}, "there is no rule SEC_001. Did you mean SEC-001?"),
        ({"sec-001": "advisory"}, "there is no rule sec-001. Did you mean SEC-001?"),
        ({"waiver": {}}, "there is no rule waiver. Did you mean waivers?"),
        (
            {"SEC-001": "off"},
            "SEC-001: enforcementLevel is 'off'; it can be disabled, advisory, mandatory or remediate",
        ),
        ({"SEC-001": {"unknown": "skip"}}, "SEC-001: unknown is 'skip'; it can be fail, warn or defer"),
        ({"SEC-001": {"unkown": "fail"}}, "SEC-001 has no setting 'unkown'. Did you mean unknown?"),
        ({"SEC-004": {"longestDays": "90"}}, "SEC-004.longestDays must be a whole number, not '90'"),
        ({"SEC-004": {"longestDays": 30}}, "SEC-004.longestDays is 30; it must be from 90 to 2560"),
        (
            {"SEC-002": {"encryptedStorageClasses": "fast"}},
            "SEC-002.encryptedStorageClasses must be a list, not 'fast'",
        ),
        (
            {"SEC-002": {"encryptedStorageClasses": [1]}},
            "SEC-002.encryptedStorageClasses[0] must be a text, not 1",
        ),
        ({"waivers": {"entries": {}}}, "waivers.entries must be a list, not {}"),
        ({"waivers": {"list": []}}, "waivers has no setting 'list'. Known are: enforcementLevel, entries"),
        ({"all": "everything"}, "all: enforcementLevel is 'everything'; it can be disabled, advisory"),
    ],
)
def test_what_the_pack_does_not_know_is_refused_with_a_sentence(
    entries: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigurationError) as refused:
        configuration.read(entries, RULES)
    assert str(refused.value).startswith(message)


def test_each_rule_can_be_set_on_its_own() -> None:
    read = configuration.read(
        {
            "all": "advisory",
            "SEC-001": "disabled",
            "SEC-002": {"enforcementLevel": "mandatory", "unknown": "fail", "ownKeyFor": ["secret"]},
            "SEC-003": "remediate",
        },
        RULES,
    )
    assert read.rules["SEC-001"].enforcement is Enforcement.DISABLED
    assert read.rules["SEC-002"].enforcement is Enforcement.MANDATORY
    assert read.rules["SEC-002"].unknown is OnUnknown.FAIL
    assert read.rules["SEC-002"].settings.texts("ownKeyFor") == ("secret",)
    assert read.rules["SEC-002"].settings.text("classificationTag") == "trunkline:confidentiality"
    assert read.rules["SEC-003"].enforcement is Enforcement.MANDATORY
    assert read.rules["SEC-004"].enforcement is Enforcement.ADVISORY


def test_the_published_schema_accepts_the_defaults_it_names() -> None:
    for schemas in (*(schema_of(rule) for rule in RULES), WAIVERS_SCHEMA):
        for schema in schemas.values():
            jsonschema.Draft7Validator.check_schema(schema)
            jsonschema.validate(schema["default"], schema)
