"""``trunkline waive``: a draft that counts once a second person has put their name into it."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies import catalogue
from stacks.cli import app, waiver_file
from tests.policies.engine.files import ACL, BUCKET, LATER, PUBLIC, creating, entry, plaintext, state

ON = {
    "bucket": "docs",
    "blockPublicAcls": True,
    "blockPublicPolicy": True,
    "ignorePublicAcls": True,
    "restrictPublicBuckets": True,
}
BLOCK = entry("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "docs-block", ON)
acl = entry(ACL, "docs-acl", PUBLIC)
RULES = [each for each in catalogue.rules() if each.id in {"SEC-001", "SEC-004"}]

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state with one violation of SEC-001, in a folder of no project."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(catalogue, "rules", lambda: RULES)
    made = tmp_path / "state.json"
    made.write_text(state(acl, entry(BUCKET, "docs", {"bucket": "docs"}), BLOCK))
    return made


def waive(file: Path, *arguments: str, subject: str = "docs-acl", ticket: str = "SEC-4711") -> int:
    return app.run(
        [
            "waive",
            str(file),
            *("--rule", "SEC-001", "--subject", subject, "--ticket", ticket),
            *("--reason", "public documentation", "--requested-by", "ada@acme.example"),
            *arguments,
        ]
    )


def drafted(capsys: Captured, file: Path, *arguments: str, subject: str = "docs-acl") -> dict[str, Any]:
    assert waive(file, *arguments, subject=subject) == 0
    return json.loads(capsys.readouterr().out)


def today() -> date:
    return datetime.now(UTC).date()


def scan(file: Path, config: Path, capsys: Captured) -> tuple[int, list[dict[str, Any]]]:
    code = app.run(["scan", str(file), "--config", str(config), "--format", "json"])
    return code, json.loads(capsys.readouterr().out)["findings"]


def test_a_draft_names_everything_but_its_approver(file: Path, capsys: Captured) -> None:
    code = waive(file, "--compensating", "reviewed weekly", "--compensating", "no personal data")
    said = capsys.readouterr()
    assert code == 0
    draft = json.loads(said.out)
    assert draft["fingerprint"].keys() == {"acl", "bucket"}
    assert {key: value for key, value in draft.items() if key != "fingerprint"} == {
        "rule": "SEC-001",
        "ruleVersion": 1,
        "subject": acl["urn"],
        "reason": "public documentation",
        "ticket": "SEC-4711",
        "requestedBy": "ada@acme.example",
        "approvedBy": "",
        "created": today().isoformat(),
        "expires": (today() + timedelta(days=30)).isoformat(),
        "compensatingControls": ["reviewed weekly", "no personal data"],
    }
    assert "writes their name into approvedBy" in said.err


def test_a_draft_counts_when_somebody_else_has_approved_it(file: Path, capsys: Captured) -> None:
    config = file.with_name("rules.json")
    assert waive(file, "--compensating", "reviewed weekly", "--config", str(config), "--add") == 0
    capsys.readouterr()
    code, found = scan(file, config, capsys)
    assert code == 1
    assert ("waivers", False) in {(each["rule"], each["blocks"]) for each in found}
    assert any("approvedBy is empty" in each["message"] for each in found)

    for approver, expected in (("Ada@ACME.example", 1), ("grace@acme.example", 0)):
        written = json.loads(config.read_text())
        written["waivers"]["entries"][0]["approvedBy"] = approver
        config.write_text(json.dumps(written))
        code, found = scan(file, config, capsys)
        assert code == expected
    assert [each["waived"].split(" by ")[1] for each in found] == [
        "grace@acme.example (SEC-4711: public documentation)"
    ]

    file.write_text(file.read_text().replace("public-read", "public-read-write"))
    code, found = scan(file, config, capsys)
    assert code == 1
    assert any("acl changed since it was approved" in each["message"] for each in found)


def test_a_draft_without_compensating_controls_says_that_it_will_not_count(
    file: Path, capsys: Captured
) -> None:
    assert waive(file) == 0
    assert "Nor is it applied without compensatingControls" in capsys.readouterr().err


def test_a_subject_is_a_urn_a_pattern_or_a_name(file: Path, capsys: Captured) -> None:
    assert drafted(capsys, file, subject=acl["urn"])["subject"] == acl["urn"]
    assert drafted(capsys, file, subject="urn:pulumi:*::docs-acl")["subject"] == "urn:pulumi:*::docs-acl"
    odd = entry(ACL, "docs[0]?", PUBLIC)
    file.write_text(state(odd))
    assert drafted(capsys, file, subject=odd["urn"])["subject"] == odd["urn"]


def test_a_preview_gives_a_draft_too_and_says_what_it_does_not_compare(file: Path, capsys: Captured) -> None:
    file.write_text(creating(entry(ACL, "docs-acl", {**PUBLIC, "bucket": LATER})))
    assert waive(file) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["fingerprint"]["bucket"] == "unknown"
    assert "What is unknown in a preview is not compared" in said.err


def test_a_secret_is_not_part_of_a_draft(file: Path, capsys: Captured) -> None:
    secret = plaintext("public-read")
    file.write_text(state(entry(ACL, "docs-acl", {"bucket": "docs", "acl": secret})))
    assert drafted(capsys, file)["fingerprint"]["acl"] == "secret"


def test_an_approver_may_not_be_asked_for_more_days_than_are_allowed(file: Path, capsys: Captured) -> None:
    assert drafted(capsys, file, "--days", "90")["expires"] == (today() + timedelta(days=90)).isoformat()
    assert waive(file, "--days", "91") == 2
    assert "a waiver lasts 90 days at most" in capsys.readouterr().err
    config = file.with_name("rules.json")
    config.write_text('{"waivers": {"longestDays": 120}}')
    assert drafted(capsys, file, "--days", "91", "--config", str(config))
    assert waive(file, "--days", "121", "--config", str(config)) == 2
    assert "a waiver lasts 120 days at most" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--rule", "SEC-999"], "there is no rule SEC-999"),
        (
            ["--subject", "nothing"],
            "SEC-001 judges no resource nothing here. It judges 3 resources, among them:",
        ),
        (["--subject", "urn:*"], "urn:* means 3 resources, and a waiver is for one"),
        (["--subject", "docs"], "SEC-001 has nothing against docs, so it needs no waiver"),
        (["--rule", "SEC-004"], "SEC-004 judges no resource docs-acl here. It judges 0 resources"),
        (["--reason", " "], "--reason is empty"),
        (["--requested-by", ""], "--requested-by is empty"),
        (["--days", "0"], "--days"),
        (["--add"], "--add needs --config"),
    ],
)
def test_a_draft_that_would_cover_nothing_is_refused(
    file: Path, capsys: Captured, arguments: list[str], sentence: str
) -> None:
    assert waive(file, *arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert sentence in said.err


def test_a_disabled_rule_needs_no_waiver(file: Path, capsys: Captured) -> None:
    config = file.with_name("rules.json")
    config.write_text('{"SEC-001": "disabled"}')
    assert waive(file, "--config", str(config)) == 2
    assert "is disabled by the configuration" in capsys.readouterr().err


# -- adding to a file ---------------------------------------------------------------------------------------

DRAFT = {"rule": "SEC-001", "reason": "ä"}

LAYOUTS: dict[str, tuple[str, str]] = {
    "a list with a waiver": (
        """\
{
  "SEC-005":   "advisory",
  "waivers": {
    "entries": [
      {"rule": "SEC-002"}
    ]
  }
}
""",
        """\
{
  "SEC-005":   "advisory",
  "waivers": {
    "entries": [
      {"rule": "SEC-002"},
      {
        "rule": "SEC-001",
        "reason": "ä"
      }
    ]
  }
}
""",
    ),
    "an empty list": (
        """\
{
>"waivers": {"entries": [ ]}
}""",
        """\
{
>"waivers": {"entries": [
>>{
>>>"rule": "SEC-001",
>>>"reason": "ä"
>>}
>]}
}""",
    ),
    "no list": (
        """\
{
    "waivers": {
        "longestDays": 120
    }
}""",
        """\
{
    "waivers": {
        "longestDays": 120,
        "entries": [
            {
                "rule": "SEC-001",
                "reason": "ä"
            }
        ]
    }
}""",
    ),
    "an enforcement level": (
        """{"waivers": "mandatory" }""",
        """\
{"waivers": {
  "enforcementLevel": "mandatory",
  "entries": [
    {
      "rule": "SEC-001",
      "reason": "ä"
    }
  ]
} }""",
    ),
    "nothing about waivers": (
        """{"all": "advisory"}
""",
        """\
{"all": "advisory",
  "waivers": {
    "entries": [
      {
        "rule": "SEC-001",
        "reason": "ä"
      }
    ]
  }}
""",
    ),
}
"""Configurations before and after; ``>`` stands for a tab."""


@pytest.mark.parametrize(("before", "after"), LAYOUTS.values(), ids=LAYOUTS)
def test_a_draft_is_added_and_the_rest_of_the_file_stays_as_it_is(before: str, after: str) -> None:
    assert waiver_file.added(before.replace(">", "\t"), DRAFT) == after.replace(">", "\t")


def test_the_ends_of_lines_stay_as_they_are() -> None:
    added = waiver_file.added('{\r\n  "waivers": {"entries": []}\r\n}\r\n', DRAFT)
    assert added.count("\n") == added.count("\r\n")


def test_a_file_that_is_not_there_is_made(file: Path) -> None:
    config = file.with_name("new.json")
    assert waive(file, "--config", str(config), "--add") == 0
    assert [each["rule"] for each in json.loads(config.read_text())["waivers"]["entries"]] == ["SEC-001"]


LEVELS = st.sampled_from(["advisory", "mandatory", "disabled"])
CONFIGURATIONS = st.fixed_dictionaries(
    {},
    optional={
        "all": LEVELS,
        "SEC-002": st.fixed_dictionaries({"enforcementLevel": LEVELS}, optional={"text": st.text()}),
        "waivers": st.one_of(
            LEVELS,
            st.fixed_dictionaries(
                {},
                optional={
                    "longestDays": st.integers(1, 400),
                    "entries": st.lists(st.dictionaries(st.text(), st.text(), max_size=2), max_size=3),
                },
            ),
        ),
    },
)


@settings(deadline=None)
@given(CONFIGURATIONS, st.sampled_from([None, 0, 1, 4, "\t"]), st.booleans())
def test_whatever_the_layout_the_file_says_the_same_and_one_waiver_more(
    config: dict[str, Any],
    indent: int | str | None,
    escape: bool,  # noqa: FBT001 - drawn
) -> None:
    text = json.dumps(config, indent=indent, ensure_ascii=escape)
    expected = json.loads(text)
    waivers = expected.get("waivers", {})
    if isinstance(waivers, str):
        waivers = {"enforcementLevel": waivers}
    expected["waivers"] = {**waivers, "entries": [*waivers.get("entries", []), DRAFT]}
    added = waiver_file.added(text, DRAFT)
    assert json.loads(added) == expected
    twice = json.loads(waiver_file.added(added, DRAFT))
    assert len(twice["waivers"]["entries"]) == len(expected["waivers"]["entries"]) + 1
