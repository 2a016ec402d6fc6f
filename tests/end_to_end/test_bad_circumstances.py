"""What surrounds the program is wrong: a sentence says what happened and what to do, and nothing is lost."""

import os
import socket
from pathlib import Path

import pytest

from tests.end_to_end.project import Project
from tests.end_to_end.test_shell import SMALL, bash

pytestmark = pytest.mark.engine


def test_a_wrong_passphrase(tmp_path: Path) -> None:
    project = Project.make(tmp_path, platform=SMALL)
    text = project.config.read_text(encoding="utf-8")
    # Made with another passphrase.
    other = "encryptionsalt: v1:/n2jBBz/g48=:v1:7YwPP7g6Q5AANghq:ZcR6fD5f5Ap+NCyulA4cIwd48zEvGQ=="
    project.config.write_text(
        "\n".join(other if "encryptionsalt" in line else line for line in text.splitlines()) + "\n",
        encoding="utf-8",
    )

    done = project.up(expect=None)

    assert done.returncode != 0
    assert "incorrect passphrase" in done.stderr + done.stdout
    assert "what to do: The passphrase does not fit this stack" in done.stderr


def test_a_taken_port(tmp_path: Path) -> None:
    project = Project.make(tmp_path, platform=SMALL)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = project.trunkline("sandbox", "up", "--port", str(port), "--parent", str(os.getpid()), expect=1)

    assert str(port) in done.stderr
    assert done.stdout == ""


def test_a_state_folder_that_cannot_be_made(tmp_path: Path) -> None:
    project = Project.make(tmp_path, platform=SMALL)
    project.local.write_text("a file stands where the folder should be", encoding="utf-8")

    done = project.run("preview", expect=1)

    assert "TRUNKLINE_LOCAL" in done.stderr
    assert project.local.read_text(encoding="utf-8").startswith("a file stands")


def test_a_cache_that_cannot_be_written_and_no_engine(tmp_path: Path) -> None:
    project = Project.make(tmp_path, platform=SMALL)
    blocked = tmp_path / "cache"
    blocked.write_text("", encoding="utf-8")

    done = project.trunkline(
        "preview",
        "--sandbox",
        env={"TRUNKLINE_CACHE": str(blocked), "TRUNKLINE_ENGINE": "build"},
        expect=1,
    )

    assert str(blocked) in done.stderr
    assert "Install Pulumi" in done.stderr


def test_no_engine_and_no_go(tmp_path: Path) -> None:
    project = Project.make(tmp_path, platform=SMALL)

    done = project.trunkline(
        "preview",
        "--sandbox",
        env={"TRUNKLINE_CACHE": str(tmp_path / "empty"), "TRUNKLINE_ENGINE": "build", "PATH": "/nonexistent"},
        expect=1,
    )

    assert "Go" in done.stderr
    assert "Install Pulumi" in done.stderr


def test_a_broken_platform_file_stops_up_before_anything_exists(tmp_path: Path) -> None:
    project = Project.make(tmp_path, platform=SMALL.replace("kind: kubernetes", "kind: kubernets"))

    done = project.up(expect=2)

    assert "kubernets" in done.stderr
    assert not (project.local / "sandbox").exists() or project.objects() == []


def test_a_broken_platform_file_is_a_sentence_in_plain_pulumi_too(tmp_path: Path) -> None:
    project = Project.make(tmp_path, platform=SMALL.replace("10.0.0.0/16", "10.0.0.0/99"))

    done = bash(f'eval "$(trunkline sandbox up)"; pulumi preview --config-file {project.config}', project)

    assert done.returncode != 0
    assert "sites.dc1.cidr" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
