"""``trunkline scan``: whatever the file is, a verdict or a sentence, an exit code, and no secret."""

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from policies import catalogue
from policies.engine import Claim, Enforcement, Resource, Settings, Severity, require
from policies.engine.truth import NO
from policies.report import json_document
from stacks.cli import app, offline, patience
from tests.policies.cases import waiver_for
from tests.policies.engine.files import (
    ACL,
    LATER,
    PUBLIC,
    ciphertext,
    creating,
    entry,
    events,
    plaintext,
    preview,
    state,
    step,
)
from tests.policies.report.samples import rule

ROOT = Path(__file__).resolve().parents[3]
PLATFORMS = sorted((ROOT / "stacks" / "platforms").glob("*.yaml"))
SCHEMA = Draft202012Validator(json.loads(json_document.SCHEMA.read_text("utf-8")))

acl = entry(ACL, "docs-acl", PUBLIC)
private = entry(ACL, "docs-acl", {**PUBLIC, "acl": "private"})
later = entry(ACL, "docs-acl", {**PUBLIC, "acl": LATER})

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file to write to, in a folder of no project; only SEC-001 is run."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(catalogue, "rules", lambda: [each for each in RULES if each.id == "SEC-001"])
    return tmp_path / "file"


RULES = catalogue.rules()


def scanned(capsys: Captured, *arguments: str) -> tuple[int, dict[str, Any]]:
    code = app.run(["scan", *arguments, "--format", "json"])
    said = capsys.readouterr()
    assert said.out, said.err
    answer = json.loads(said.out)
    SCHEMA.validate(answer)
    return code, answer


# -- the verdict --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        (state(acl), "state", 1),
        (state(private), "state", 0),
        (creating(acl), "preview", 1),
        (creating(private), "preview", 0),
        (events(step("create", None, acl)), "preview", 1),
        (
            json.dumps({"version": 3, "checkpoint": {"latest": json.loads(state(acl))["deployment"]}}),
            "state",
            1,
        ),
    ],
)
def test_a_file_is_known_by_its_content_and_a_violation_is_exit_code_1(
    file: Path, capsys: Captured, text: str, kind: str, code: int
) -> None:
    file.write_text(text)
    found, answer = scanned(capsys, str(file))
    assert (found, answer["source"]["kind"]) == (code, kind)
    assert answer["blocks"] == bool(code)
    assert (answer["source"]["project"], answer["source"]["stack"]) == ("acme", "dev")


@pytest.mark.parametrize(
    ("config", "fail_on", "code"),
    [
        ({}, "mandatory", 1),
        ({}, "advisory", 1),
        ({}, "never", 0),
        ({"SEC-001": "advisory"}, "mandatory", 0),
        ({"SEC-001": "advisory"}, "advisory", 1),
        ({"SEC-001": "advisory"}, "never", 0),
        ({"SEC-001": "disabled"}, "advisory", 0),
    ],
)
def test_which_findings_fail_is_a_choice(
    file: Path, capsys: Captured, config: dict[str, Any], fail_on: str, code: int
) -> None:
    file.write_text(state(acl))
    settings = file.with_suffix(".json")
    settings.write_text(json.dumps(config))
    assert scanned(capsys, str(file), "--config", str(settings), "--fail-on", fail_on)[0] == code


def test_a_waived_finding_and_a_deferred_one_never_fail(file: Path, capsys: Captured) -> None:
    file.write_text(creating(later))
    assert scanned(capsys, str(file), "--fail-on", "advisory")[0] == 0
    file.write_text(state(acl))
    subject = Resource(urn=acl["urn"], type=ACL, name="docs-acl", inputs=PUBLIC)
    settings = file.with_suffix(".json")
    (sec001,) = (each for each in RULES if each.id == "SEC-001")
    settings.write_text(json.dumps({"waivers": {"entries": [waiver_for(sec001, subject)]}}))
    code, answer = scanned(capsys, str(file), "--config", str(settings), "--fail-on", "advisory")
    assert code == 0
    assert [each["waived"] is not None for each in answer["findings"]] == [True]


def test_the_same_file_comes_from_standard_input(
    file: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text(state(acl))
    _, from_file = scanned(capsys, str(file))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(state(acl).encode())))
    code, answer = scanned(capsys, "-")
    assert code == 1
    assert answer["findings"] == from_file["findings"]
    assert answer["source"]["name"] == "standard input"
    assert answer["source"]["sha256"] == from_file["source"]["sha256"]


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda path: path.name)
def test_a_platform_file_alone_is_judged(platform: Path, capsys: Captured) -> None:
    code, answer = scanned(capsys, str(platform))
    assert (code, answer["blocks"]) == (0, False)
    assert answer["source"]["kind"] == "platform"
    assert answer["settled"] is False


def test_a_broken_platform_file_is_told_with_its_lines(file: Path, capsys: Captured) -> None:
    file.write_text("platform: acme\nsites: {}\nowner: {team: a}\n")
    assert app.run(["scan", str(file)]) == 2
    assert "sites" in capsys.readouterr().err


# -- the formats --------------------------------------------------------------------------------------------


def test_the_terminal_is_the_default_and_a_file_can_take_any_format(file: Path, capsys: Captured) -> None:
    file.write_text(state(acl))
    assert app.run(["scan", str(file)]) == 1
    said = capsys.readouterr()
    assert "1 finding blocks." in said.out
    assert said.err == ""
    for form, word in (("terminal", "1 finding blocks."), ("json", "trunkline-scan"), ("sarif", "2.1.0")):
        output = file.with_suffix(f".{form}")
        assert app.run(["scan", str(file), "--format", form, "--output", str(output)]) == 1
        assert word in output.read_text()
        said = capsys.readouterr()
        assert said.out == ""
        assert "1 findings, 1 of them block: written to" in said.err
    assert sorted(path.name for path in file.parent.iterdir()) == [
        "file",
        "file.json",
        "file.sarif",
        "file.terminal",
    ]


def test_an_output_that_cannot_be_written_is_exit_code_2(file: Path, capsys: Captured) -> None:
    file.write_text(state(private))
    assert app.run(["scan", str(file), "--output", str(file.parent / "no" / "folder.json")]) == 2
    assert "cannot write" in capsys.readouterr().err


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    file: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    output = file.with_name("report.json")
    output.write_text("old")
    file.write_text(state(private))
    monkeypatch.setattr(Path, "replace", full)
    assert app.run(["scan", str(file), "--output", str(output)]) == 2
    assert "No space left on device" in capsys.readouterr().err
    assert output.read_text() == "old"
    assert sorted(path.name for path in file.parent.iterdir()) == ["file", "report.json"]


# -- deferred findings --------------------------------------------------------------------------------------


def test_a_deferred_finding_is_recorded_and_closed(file: Path, capsys: Captured) -> None:
    record = file.with_name("deferred.json")
    file.write_text(creating(later))
    assert scanned(capsys, str(file), "--deferred", str(record))[0] == 0
    assert [each["rule"] for each in json.loads(record.read_text())["entries"]] == ["SEC-001"]

    file.write_text(state(entry("aws:s3/bucket:Bucket", "other", {})))
    code, answer = scanned(capsys, str(file), "--deferred", str(record))
    assert code == 1
    assert "deferred" in {each["rule"] for each in answer["findings"]}
    assert [each["urn"] for each in answer["deferred"]["open"]] == [acl["urn"]]
    assert len(json.loads(record.read_text())["entries"]) == 1

    file.write_text(state(private))
    code, answer = scanned(capsys, str(file), "--deferred", str(record))
    assert (code, answer["findings"]) == (0, [])
    assert [each["how"] for each in answer["deferred"]["closed"]] == ["pass"]
    assert json.loads(record.read_text())["entries"] == []


def test_a_record_that_does_not_fit_is_refused_and_stays_as_it_is(file: Path, capsys: Captured) -> None:
    record = file.with_name("deferred.json")
    file.write_text(state(private))
    assert app.run(["scan", str(file), "--deferred", str(record)]) == 2
    assert "there is no record of deferred findings" in capsys.readouterr().err

    other = json.dumps(
        {"format": "trunkline-deferred", "version": 1, "project": "x", "stack": "dev", "entries": []}
    )
    for text, sentence in (("{}", "no record of deferred findings"), (other, "Keep one file for each stack")):
        record.write_text(text)
        assert app.run(["scan", str(file), "--deferred", str(record)]) == 2
        assert sentence in capsys.readouterr().err
        assert record.read_text() == text

    assert app.run(["scan", str(PLATFORMS[0]), "--deferred", str(record)]) == 2
    assert "platform file does neither" in capsys.readouterr().err


# -- what is told besides -----------------------------------------------------------------------------------


def test_a_state_of_another_project_is_judged_and_that_is_said(file: Path, capsys: Captured) -> None:
    file.write_text(state(acl))
    (file.parent / "Pulumi.yaml").write_text("name: other\n")
    code, answer = scanned(capsys, str(file))
    assert code == 1
    assert answer["source"]["notes"] == [
        "This is a stack of the project acme; the project of this folder is other."
    ]


def test_the_configuration_that_the_stack_names_is_used_and_that_is_said(
    file: Path, capsys: Captured
) -> None:
    (file.parent / "stacks").mkdir()
    (file.parent / "Pulumi.yaml").write_text("name: acme\n")
    (file.parent / "stacks" / "Pulumi.dev.yaml").write_text("config: {'trunkline:policies': rules.json}\n")
    (file.parent / "rules.json").write_text('{"SEC-001": "advisory"}')
    file.write_text(state(acl))
    code, answer = scanned(capsys, str(file))
    assert code == 0
    assert [each["enforcement"] for each in answer["findings"]] == ["advisory"]
    (note,) = answer["source"]["notes"]
    assert "rules.json, which the config of the stack names" in note
    chosen = file.with_suffix(".json")
    chosen.write_text("{}")
    assert scanned(capsys, str(file), "--config", str(chosen))[0] == 1


def test_a_stack_without_resources_is_no_silent_pass(file: Path, capsys: Captured) -> None:
    file.write_text(state())
    code, answer = scanned(capsys, str(file))
    assert code == 0
    assert answer["source"]["notes"] == ["It holds no resource, so nothing was judged."]


def test_a_part_of_a_preview_is_judged_only_if_that_is_wanted(file: Path, capsys: Captured) -> None:
    file.write_text(preview(step("create", None, private), changeSummary={"create": 1, "same": 7}))
    assert app.run(["scan", str(file)]) == 2
    assert "--show-sames" in capsys.readouterr().err
    code, answer = scanned(capsys, str(file), "--partial")
    assert (code, answer["source"]["partial"], answer["source"]["missing"]) == (0, True, 7)


def test_long_work_is_announced_on_standard_error_only(
    file: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "_SILENT_SECONDS", 0.0)
    file.write_text(state(*(entry(ACL, f"a{at}", PUBLIC) for at in range(2000))))
    app.run(["scan", str(file), "--format", "json"])
    said = capsys.readouterr()
    json.loads(said.out)
    assert "Reading …" in said.err or "Judging 2000 resources" in said.err


# -- bad input ----------------------------------------------------------------------------------------------

MARKER = "hunter2-marker"

BROKEN: dict[str, bytes] = {
    "cut state": state(entry(ACL, "a", {"acl": plaintext(MARKER)}))[:-30].encode(),
    "empty": b"",
    "binary": MARKER.encode() + bytes(range(256)),
    "text": f"hello: {MARKER}\n".encode(),
    "compressed": b"\x1f\x8b\x08" + MARKER.encode(),
    "other JSON": json.dumps({"kind": MARKER}).encode(),
    "broken JSON": f'{{"deployment": {MARKER}}}'.encode() + b" " * 20,
    "deep": state(entry(ACL, MARKER, {})).replace("{}", "[" * 50_000 + "]" * 50_000, 1).encode(),
    "duplicate URN": state(*[entry(ACL, "a\u001b[31m\u202e", PUBLIC)] * 2).encode(),
    "wrong shape": state({**acl, "inputs": MARKER}).encode(),
    "failed preview": preview(
        step("create", None, acl), diagnostics=[{"severity": "error", "message": MARKER}]
    ).encode(),
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_what_cannot_be_judged_is_a_sentence_and_exit_code_2(
    file: Path, capsys: Captured, data: bytes
) -> None:
    file.write_bytes(data)
    for command in (["scan"], WAIVE):
        assert app.run([command[0], str(file), *command[1:]]) == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err.startswith(f"error: {file}: ")
        assert MARKER not in said.err
        assert not set(said.err) & set("\u001b\u202e")
        assert "Traceback" not in said.err


WAIVE = [
    "waive",
    "--rule",
    "SEC-001",
    "--subject",
    "a",
    "--reason",
    "b",
    "--ticket",
    "c",
    "--requested-by",
    "d",
]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "name one thing to judge"),
        (["a", "--sandbox"], "name one thing to judge"),
        (["--stack", "dev", "--sandbox"], "name one thing to judge"),
        (["."], "is a folder"),
        (["nowhere.json"], "cannot read nowhere.json: No such file or directory"),
        (["a\u001b[31m\u202e"], "a\\u001b[31m\\u202e: No such file or directory"),
        (["-", "--format", "xml"], "--format"),
        (["-", "--fail-on", "maybe"], "--fail-on"),
    ],
)
def test_a_command_line_that_makes_no_sense_is_exit_code_2(
    file: Path, capsys: Captured, arguments: list[str], sentence: str
) -> None:
    assert app.run(["scan", *arguments]) == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert "\u001b" not in said
    assert file.parent.is_dir()


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ('{"SEC-01": "mandatory"}', "there is no rule SEC-01. Did you mean SEC-001?"),
        ('{"SEC-001": {"unknwon": "fail"}}', "Did you mean unknown?"),
        ('{"SEC-001": ', "it is not JSON"),
        ("[]", "is not a configuration of rules"),
        ("[" * 100_000, "nested too deeply"),
        (None, "cannot be read"),
    ],
)
def test_a_configuration_that_makes_no_sense_is_exit_code_2(
    file: Path, capsys: Captured, config: str | None, sentence: str
) -> None:
    file.write_text(state(private))
    settings = file.with_suffix(".json")
    if config is not None:
        settings.write_text(config)
    assert app.run(["scan", str(file), "--config", str(settings)]) == 2
    assert sentence in capsys.readouterr().err


def test_a_value_that_is_too_deep_to_judge_is_refused(
    file: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_deep(*_: object, **__: object) -> None:
        raise RecursionError

    monkeypatch.setattr(offline, "configuration", too_deep)
    file.write_text(state(private))
    assert app.run(["scan", str(file)]) == 2
    assert "nested too deeply to be judged" in capsys.readouterr().err


def _careless(resource: Resource, _: Settings) -> Iterator[Claim]:
    yield require(NO, f"the ACL is {(resource.inputs or {})['acl'].value}")  # type: ignore[union-attr]


@pytest.mark.parametrize("form", ["terminal", "json", "sarif"])
@pytest.mark.parametrize("hidden", [plaintext(MARKER), ciphertext(MARKER)])
def test_no_secret_is_printed_even_by_a_careless_rule(
    file: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch, form: str, hidden: object
) -> None:
    careless = rule("SEC-901", Severity.HIGH, Enforcement.MANDATORY, alone={ACL: _careless})
    monkeypatch.setattr(catalogue, "rules", lambda: [careless])
    file.write_text(state(entry(ACL, "a", {"acl": hidden})))
    assert app.run(["scan", str(file), "--format", form]) == 1
    said = capsys.readouterr()
    assert MARKER not in said.out + said.err


def test_names_of_any_characters_reach_no_terminal_raw(file: Path, capsys: Captured) -> None:
    file.write_text(state(entry(ACL, "a\u001b]0;x\u0007\u202e\r\ud800 💥 [red]", PUBLIC)))
    for form in ("terminal", "json", "sarif"):
        assert app.run(["scan", str(file), "--format", form]) == 1
        assert not set(capsys.readouterr().out) & set("\u001b\u0007\u202e\r\ud800")


def test_a_state_of_some_megabytes_is_judged(file: Path, capsys: Captured) -> None:
    """The same path that a state of 200 MB takes; docs/policies/scan.md has its figures."""
    padding = "x" * 2000
    file.write_text(state(*(entry(ACL, f"a{at}", {**PUBLIC, "padding": padding}) for at in range(2000))))
    assert file.stat().st_size > 8_000_000
    code, answer = scanned(capsys, str(file))
    assert (code, len(answer["findings"])) == (1, 2000)


def test_a_scan_of_a_file_needs_neither_engine_nor_provider_sdk(tmp_path: Path) -> None:
    """What is not imported cannot slow it down."""
    file = tmp_path / "state.json"
    file.write_text(state(private))
    program = (
        "import sys; from stacks.cli import app; app.run(['scan', sys.argv[1]]); "
        "heavy = ('pulumi', 'pulumi_aws', 'grpc', 'botocore'); "
        "print(sorted(m for m in sys.modules if m.split('.')[0] in heavy))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(file)], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.splitlines()[-1] == "[]"
