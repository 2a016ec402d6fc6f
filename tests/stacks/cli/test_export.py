"""``trunkline export``: what the standards accept, from whatever file, or a sentence and exit code 2."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from stacks.cli import app
from tests.policies.engine.files import BUCKET, ciphertext, creating, entry, plaintext, state, urn
from tests.policies.linkage.exports.judges import JUDGES
from tests.stacks.imports.platforms import ODCS, changed, platform

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE = ROOT / "stacks" / "platforms" / "acme.yaml"
PASSWORD = "correct-horse-battery"
WHEN = ("--time", "2026-11-23T12:00:00Z")

Captured = pytest.CaptureFixture[str]
every_format = pytest.mark.parametrize("form", sorted(JUDGES))


def declared(name: str, **properties: Any) -> dict[str, Any]:
    said = {"node": f"dataset:{name}", **properties}
    return entry("trunkline:catalogue:Dataset", name, said, custom=False, provider="")


def documents(form: str, text: str) -> list[str]:
    """Return what was printed as the documents that it is made of."""
    return [json.dumps(each) for each in json.loads(text)] if form == "croissant" else [text]


def exported(capsys: Captured, *arguments: str) -> str:
    assert app.run(["export", *arguments, *WHEN]) == 0
    return capsys.readouterr().out


@every_format
def test_a_platform_file_is_written_as_the_standard_wants_it(form: str, capsys: Captured) -> None:
    found = documents(form, exported(capsys, str(EXAMPLE), "--format", form))

    for text in found:
        JUDGES[form](text)
    assert "acme-ml" in found[0]
    assert "clicks" in "".join(found)


@every_format
def test_the_same_input_gives_the_same_bytes(form: str, capsys: Captured) -> None:
    first = exported(capsys, str(EXAMPLE), "--format", form)

    assert exported(capsys, str(EXAMPLE), "--format", form) == first


@every_format
@pytest.mark.parametrize("write", [state, creating], ids=["state", "preview"])
def test_a_state_and_a_preview_are_read_too(form: str, write: Any, tmp_path: Path, capsys: Captured) -> None:
    file = tmp_path / "file"
    file.write_text(write(declared("clicks", license="MIT")))

    (text,) = documents(form, exported(capsys, str(file), "--format", form))

    JUDGES[form](text)
    assert "acme-dev" in text
    assert "MIT" in text


def test_data_in_a_bucket_that_exists_is_named_by_its_address(tmp_path: Path, capsys: Captured) -> None:
    place = {"role": "storedIn", "node": "store:raw", "resource": urn(BUCKET, "raw")}
    file = tmp_path / "state.json"
    file.write_text(
        state(
            entry(BUCKET, "raw", {"bucket": "raw-4f2a"}), declared("clicks", places=[place], path="clicks/v1")
        )
    )

    event = json.loads(exported(capsys, str(file), "--format", "openlineage"))

    assert (event["dataset"]["namespace"], event["dataset"]["name"]) == ("s3://raw-4f2a", "clicks/v1")


@every_format
def test_no_secret_of_the_stack_is_written(form: str, tmp_path: Path, capsys: Captured) -> None:
    file = tmp_path / "state.json"
    file.write_text(
        state(
            entry("random:index/randomPassword:RandomPassword", "db", {"result": plaintext(PASSWORD)}),
            declared(
                "clicks",
                about=f"read with {PASSWORD}",
                version=plaintext("rosebud-1941"),
                license=ciphertext("v1:abc"),
                consents=["ghp_" + "a" * 36],
            ),
        )
    )

    assert app.run(["export", str(file), "--format", form, *WHEN]) == 0

    said = capsys.readouterr()
    text = said.out
    assert "The state is encrypted" in said.err  # so that nobody takes it for all that there is
    assert PASSWORD not in text + said.err
    assert "rosebud" not in text
    assert "ghp_" not in text
    assert "v1:abc" not in text
    assert "clicks" in text


def test_what_a_contract_supplies_is_exported(tmp_path: Path, capsys: Captured) -> None:
    text = exported(capsys, str(platform(tmp_path, ODCS)), "--format", "cyclonedx")

    (clicks,) = json.loads(text)["components"]
    assert clicks["licenses"] == [{"expression": "CC-BY-4.0", "acknowledgement": "declared"}]
    assert {"name": "trunkline:declared:retentionDays", "value": "1095"} in clicks["properties"]


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    text = state(declared("clicks"))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))

    JUDGES["spdx"](exported(capsys, "-", "--format", "spdx"))


# -- where it goes ------------------------------------------------------------------------------------------


def test_each_dataset_has_a_file_of_its_own_in_a_folder(tmp_path: Path, capsys: Captured) -> None:
    folder = tmp_path / "new" / "datasets"

    assert exported(capsys, str(EXAMPLE), "--format", "croissant", "--output", str(folder)) == ""

    assert sorted(file.name for file in folder.iterdir()) == [
        "clicks-later.croissant.json",
        "clicks.croissant.json",
    ]
    JUDGES["croissant"]((folder / "clicks.croissant.json").read_text())


def test_one_document_goes_into_a_file_or_under_its_own_name_into_a_folder(
    tmp_path: Path, capsys: Captured
) -> None:
    file = tmp_path / "bom.json"

    exported(capsys, str(EXAMPLE), "--format", "cyclonedx", "--output", str(file))
    exported(capsys, str(EXAMPLE), "--format", "cyclonedx", "--output", str(tmp_path))

    assert file.read_text() == (tmp_path / "ml-bom.cdx.json").read_text()


@pytest.mark.parametrize(
    ("form", "target"), [("croissant", "taken"), ("spdx", "missing/ai.json"), ("spdx", "taken/ai.json")]
)
def test_a_place_that_cannot_be_written_is_named(
    form: str, target: str, tmp_path: Path, capsys: Captured
) -> None:
    (tmp_path / "taken").write_text("")

    code = app.run(["export", str(EXAMPLE), "--format", form, "--output", str(tmp_path / target)])

    assert code == 2
    assert str(tmp_path / target) in capsys.readouterr().err
    assert (tmp_path / "taken").read_text() == ""


# -- what the caller says -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environment", "arguments", "expected"),
    [
        ({"SOURCE_DATE_EPOCH": "0"}, (), "1970-01-01T00:00:00Z"),
        ({"SOURCE_DATE_EPOCH": "0"}, ("--time", "2026-11-23T13:00:00+01:00"), "2026-11-23T12:00:00Z"),
    ],
)
def test_the_time_is_what_the_caller_says(
    environment: dict[str, str],
    arguments: tuple[str, ...],
    expected: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Captured,
) -> None:
    for key, value in environment.items():
        monkeypatch.setenv(key, value)

    assert app.run(["export", str(EXAMPLE), "--format", "cyclonedx", *arguments]) == 0

    assert json.loads(capsys.readouterr().out)["metadata"]["timestamp"] == expected


def test_a_name_keeps_ids_the_same_over_files(tmp_path: Path, capsys: Captured) -> None:
    file = tmp_path / "state.json"
    file.write_text(state(declared("clicks")))

    text = exported(capsys, str(file), "--format", "spdx", "--name", "acme-ml")

    assert "urn:trunkline:acme-ml:dataset:clicks" in text


def test_a_file_that_declares_nothing_says_so(capsys: Captured) -> None:
    assert app.run(["export", str(EXAMPLE.with_name("eks.yaml")), "--format", "croissant", *WHEN]) == 0

    said = capsys.readouterr()
    assert json.loads(said.out) == []
    assert "Nothing is declared" in said.err


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [
        (("--format", "spdx", "--time", "yesterday"), "--time takes an instant with its time zone"),
        (("--format", "spdx", "--time", "2026-11-23T12:00:00"), "--time takes an instant with its time zone"),
        (("--format", "spdx", "--name", "a b"), "--name takes letters"),
        (("--format", "xml"), "xml"),
        ((), "--format"),
    ],
)
def test_a_wrong_option_is_exit_code_2(arguments: tuple[str, ...], fragment: str, capsys: Captured) -> None:
    assert app.run(["export", str(EXAMPLE), *arguments]) == 2

    said = capsys.readouterr()
    assert said.out == ""
    assert fragment in said.err


def test_a_wrong_epoch_is_exit_code_2(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "today")

    assert app.run(["export", str(EXAMPLE), "--format", "spdx"]) == 2
    assert "SOURCE_DATE_EPOCH must be a number of seconds" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "fragment"),
    [
        ("", "empty"),
        ("{}", "nothing that can be judged"),
        ('{"version": 3, "deployment": {"resources": [', "cut off"),
        ("platform: acme\n", "This key is missing"),
    ],
)
def test_a_broken_file_is_exit_code_2(content: str, fragment: str, tmp_path: Path, capsys: Captured) -> None:
    file = tmp_path / "file"
    file.write_text(content)

    assert app.run(["export", str(file), "--format", "spdx"]) == 2

    said = capsys.readouterr()
    assert said.out == ""
    assert "Traceback" not in said.err
    assert fragment in said.err


def test_a_broken_contract_is_exit_code_2(tmp_path: Path, capsys: Captured) -> None:
    file = platform(tmp_path, changed(ODCS, ("v3.1.0", "v9.0.0")))

    assert app.run(["export", str(file), "--format", "spdx"]) == 2
    assert "'v9.0.0' is not a version of the standard" in capsys.readouterr().err
