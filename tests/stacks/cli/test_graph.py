"""``trunkline graph``, ``impact``, ``why`` and ``diff`` as a user types them."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from stacks.cli.app import run

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE = ROOT / "stacks" / "platforms" / "acme.yaml"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example platform in a repository of its own, committed once."""
    folder = tmp_path / "platforms"
    shutil.copytree(EXAMPLE.parent, folder)
    for command in (
        ("init", "-q", "-b", "main"),
        ("add", "."),
        ("-c", "user.name=t", "-c", "user.email=t@acme.example", "commit", "-q", "-m", "begin"),
    ):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    monkeypatch.chdir(ROOT)
    return folder / "acme.yaml"


def changed(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


@pytest.mark.parametrize(
    ("form", "begin"),
    [
        ("tree", "endpoint rank  stacks/platforms/acme.yaml:"),
        ("dot", "digraph linkage {"),
        ("mermaid", "flowchart LR"),
    ],
)
def test_the_graph_of_a_platform_file_is_drawn(
    form: str, begin: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["graph", str(EXAMPLE), "--format", form]) == 0
    assert capsys.readouterr().out.startswith(begin)


def test_the_graph_as_json_is_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["graph", str(EXAMPLE), "--format", "json"]) == 0
    assert {"id": "dataset:clicks", "kind": "dataset"}.items() <= json.loads(capsys.readouterr().out)[
        "nodes"
    ][0].items()


def test_a_platform_without_data_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["graph", str(EXAMPLE.with_name("eks.yaml"))]) == 0
    assert "Nothing is declared" in capsys.readouterr().err


def test_impact_lists_what_breaks_with_the_way_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["impact", "clicks", "--of", str(EXAMPLE)]) == 0

    told = capsys.readouterr().out
    assert told.startswith("4 nodes rest on dataset clicks:")
    assert "-[servedBy]-> endpoint rank" in told or "-[readsFrom]-> endpoint rank" in told


def test_why_lists_what_a_node_rests_on_and_what_holds(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["why", "endpoint:rank", "--of", str(EXAMPLE), "--json"]) == 0

    document = json.loads(capsys.readouterr().out)
    assert {item["node"] for item in document["restsOn"]} >= {"dataset:clicks", "model:ranker"}
    assert document["obligations"]["codes"] == ["pi"]


@pytest.mark.parametrize("command", ["impact", "why"])
def test_a_node_that_is_not_there_is_bad_input(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([command, "clik", "--of", str(EXAMPLE)]) == 2
    assert "Did you mean clicks?" in capsys.readouterr().err


def test_an_unchanged_file_has_no_difference(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["diff", "main", "--of", str(repository)]) == 0
    assert capsys.readouterr().out == "The graph is the same as at main.\nThe verdicts are the same.\n"


def test_a_difference_shows_the_edge_and_what_now_depends_on_it(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed(repository, "evaluatedOn: [clicks-later], ", "")
    changed(repository, "reads: [clicks]", "reads: [clicks, clicks-later]")

    run(["diff", "HEAD", "--of", str(repository), "--json"])

    document = json.loads(capsys.readouterr().out)
    assert [(edge["upstream"], edge["downstream"]) for edge in document["edgesAdded"]] == [
        ("dataset:clicks-later", "featureView:user-7d")
    ]
    assert document["nodesRemoved"] == ["evaluation:ranker"]
    assert document["newlyFed"]["endpoint:rank"][0][0].startswith("dataset clicks-later (acme.yaml:")


def test_a_new_finding_that_blocks_fails_the_comparison(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed(
        repository, ",\n     owner: {team: ranking, contact: ranking@acme.example}}\n\nmodels", "}\n\nmodels"
    )

    assert run(["diff", "HEAD", "--of", str(repository)]) == 1
    assert "New findings:\n  PRV-001 user-7d: " in capsys.readouterr().out


@pytest.mark.parametrize("ref", ["nowhere", "--output=/tmp/x", ""])
def test_a_commit_that_is_not_there_is_bad_input(
    ref: str, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["diff", "--of", str(repository), "--", ref]) == 2
    assert capsys.readouterr().err.startswith("error: ")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "the file is empty"),
        (b"\x00\x01\x02", "the file is not text"),
        (b'{"deployment": ', "was cut off"),
        (b'{"name": "x"}', "nothing that can be judged"),
        (b"platform: [", "cannot be judged"),
    ],
)
def test_a_file_that_is_nothing_of_the_kind_is_bad_input(
    content: bytes, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)

    assert run(["graph", str(file)]) == 2
    assert told in " ".join(capsys.readouterr().err.split())
