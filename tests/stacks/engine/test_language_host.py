"""Programs, policy packs and their errors through the real CLI and our language host."""

import json
import os
import platform
import sys
from pathlib import Path

import psutil
import pytest

from stacks.engine import Engine
from tests.support.engine import Project, ProjectFactory, survivors

pytestmark = pytest.mark.engine


def test_a_program_gets_what_the_official_host_gives(project: ProjectFactory) -> None:
    made = project(
        """
        import os, sys
        import pulumi
        import neighbour

        pulumi.export("argv", sys.argv)
        pulumi.export("cwd", os.getcwd())
        pulumi.export("first_path", sys.path[0])
        pulumi.export("neighbour", neighbour.WORD)
        pulumi.export("stdin", sys.stdin.read())
        pulumi.export("venv", os.environ["VIRTUAL_ENV"] == sys.prefix)
        pulumi.export("name", __name__)
        pulumi.export("project", [pulumi.get_project(), pulumi.get_stack(), pulumi.get_organization()])
        pulumi.export("root", pulumi.get_root_directory())
        pulumi.export("preview", pulumi.runtime.is_dry_run())
        """,
        main="program",
    )
    (made.folder / "program" / "neighbour.py").write_text("WORD = 'found'\n")
    made.pulumi("up", "--yes", "--skip-preview")
    assert made.outputs() == {
        "argv": ["."],
        "cwd": str(made.folder / "program"),
        "first_path": ".",
        "neighbour": "found",
        "stdin": "",
        "venv": True,
        "name": "__main__",
        "project": ["inline", "dev", "organization"],
        "root": str(made.folder),
        "preview": False,
    }


def test_config_and_secrets_arrive_and_secrets_stay_secret(project: ProjectFactory) -> None:
    made = project(
        """
        import os, pulumi
        config = pulumi.Config()
        pulumi.export("plain", config.require("plain"))
        pulumi.export("secret", config.require_secret("secret"))
        pulumi.export("long", len(config.require("long")))
        pulumi.export("keys", os.environ["PULUMI_CONFIG_SECRET_KEYS"])
        """
    )
    made.pulumi("config", "set", "plain", "for everyone")
    made.pulumi("config", "set", "--secret", "secret", "for few")
    # Longer than one string of a process's environment may be (128 KiB on Linux).
    text = made.folder / "Pulumi.dev.yaml"
    text.write_text(text.read_text().rstrip() + f"\n  inline:long: {'x' * 200_000}\n")
    shown = made.pulumi("up", "--yes", "--skip-preview").stdout
    assert "for few" not in shown
    outputs = made.outputs()
    assert (outputs["plain"], outputs["secret"], outputs["long"]) == ("for everyone", "for few", 200_000)
    assert json.loads(outputs["keys"]) == ["inline:secret"]
    state = made.pulumi("stack", "export").stdout
    assert "for few" not in state


def test_what_a_program_prints_reaches_the_user(project: ProjectFactory) -> None:
    made = project("import sys; print('said'); print('complained', file=sys.stderr)")
    shown = made.pulumi("preview").stdout
    assert "said" in shown
    assert "complained" in shown


def test_an_exception_is_shown_from_the_program_on(project: ProjectFactory) -> None:
    made = project(
        """
        def broken():
            raise ValueError("no good")
        broken()
        """
    )
    done = made.pulumi("preview", check=False)
    assert done.returncode != 0
    shown = done.stdout + done.stderr
    assert "Program failed with an unhandled exception:" in shown
    assert "ValueError: no good" in shown
    assert "in broken" in shown
    assert "runpy" not in shown
    assert "language_host" not in shown


@pytest.mark.parametrize("error", ["pulumi.RunError", "Sentence"])
def test_a_sentence_is_shown_without_a_traceback(project: ProjectFactory, error: str) -> None:
    made = project(
        f"""
        import pulumi
        class Sentence(Exception):
            __trunkline_sentence__ = True
        raise {error}("platform.yaml:3: the site is not there")
        """
    )
    done = made.pulumi("preview", check=False)
    assert done.returncode != 0
    shown = done.stdout + done.stderr
    assert "platform.yaml:3: the site is not there" in shown
    assert "Traceback" not in shown
    assert "unhandled" not in shown


def test_a_program_that_exits_is_named_with_its_code(project: ProjectFactory) -> None:
    made = project("import sys; sys.exit(7)")
    done = made.pulumi("preview", check=False)
    assert done.returncode != 0
    assert "Program exited with non-zero exit code: 7" in done.stdout + done.stderr


def test_a_program_that_is_killed_is_named_with_its_signal(project: ProjectFactory) -> None:
    made = project("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    done = made.pulumi("preview", check=False)
    assert done.returncode != 0
    assert "SIGSEGV" in done.stdout + done.stderr


def test_a_project_without_a_program_says_so(project: ProjectFactory) -> None:
    made = project("")
    (made.folder / "__main__.py").unlink()
    done = made.pulumi("preview", check=False)
    assert done.returncode != 0
    assert "unable to find main python program" in done.stdout + done.stderr


def test_the_whole_life_of_a_stack(project: ProjectFactory) -> None:
    made = project(
        """
        import pulumi
        class Part(pulumi.ComponentResource):
            def __init__(self, name):
                super().__init__("test:index:Part", name)
                self.register_outputs({})
        for name in "abc":
            Part(name)
        """
    )
    planned = json.loads(made.pulumi("preview", "--json").stdout)
    assert planned["changeSummary"] == {"create": 4}
    made.pulumi("up", "--yes", "--skip-preview", "--parallel", "2")
    assert json.loads(made.pulumi("preview", "--json").stdout)["changeSummary"] == {"same": 4}
    made.pulumi("up", "--yes", "--skip-preview", "--target", "urn:pulumi:dev::inline::test:index:Part::a")
    made.pulumi("refresh", "--yes", "--skip-preview")
    made.pulumi("destroy", "--yes", "--skip-preview")
    assert "resources" not in json.loads(made.pulumi("stack", "export").stdout)["deployment"]


def test_about_names_the_python_that_runs_the_program(project: ProjectFactory) -> None:
    made = project("")
    about = json.loads(made.pulumi("about", "--json").stdout)
    assert about["runtime"]["executable"] == sys.executable
    assert about["runtime"]["version"] == platform.python_version()
    assert "trunkline" in {each["name"] for each in about["dependencies"]}


def test_a_plain_shell_needs_nothing_but_the_printed_variables(
    project: ProjectFactory, engine: Engine
) -> None:
    made = project("import pulumi; pulumi.export('works', True)")
    names = ("PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE", "PULUMI_HOME", "HOME")
    bare = {name: made.environment[name] for name in names} | engine.environment()
    bare["PATH"] = os.pathsep.join([*bare["PATH"].split(os.pathsep)[:1], "/usr/bin", "/bin"])
    shell = Project(made.folder, bare)
    shell.pulumi("up", "--yes", "--skip-preview")
    assert shell.outputs() == {"works": True}


def test_a_built_cli_without_its_variables_says_what_is_missing(project: ProjectFactory) -> None:
    made = project("")
    without = {name: value for name, value in made.environment.items() if name != "TRUNKLINE_PYTHON"}
    done = Project(made.folder, without).pulumi("preview", check=False)
    assert done.returncode != 0
    assert "TRUNKLINE_PYTHON: is not set: start pulumi through trunkline" in done.stdout + done.stderr


def test_install_says_that_a_project_without_dependencies_has_none(project: ProjectFactory) -> None:
    made = project("")
    shown = made.pulumi("install", "--no-plugins")
    assert "has no pyproject.toml: nothing to install" in shown.stdout + shown.stderr


def test_install_brings_the_environment_in_line_with_uv(project: ProjectFactory, tmp_path: Path) -> None:
    uv = tmp_path / "tools" / "uv"
    uv.parent.mkdir()
    uv.write_text('#!/bin/sh\necho "uv $@ in $PWD for $VIRTUAL_ENV"\nexit ${UV_FAILS:-0}\n')
    uv.chmod(0o755)
    made = project("")
    (made.folder / "pyproject.toml").write_text("[project]\nname = 'inline'\nversion = '0'\n")
    path = os.pathsep.join([str(uv.parent), made.environment["PATH"]])
    ready = Project(made.folder, {**made.environment, "PATH": path})
    shown = ready.pulumi("install", "--no-plugins")
    assert f"uv sync --active --inexact in {made.folder} for {sys.prefix}" in shown.stdout + shown.stderr
    failing = Project(made.folder, {**ready.environment, "UV_FAILS": "3"})
    done = failing.pulumi("install", "--no-plugins", check=False)
    assert done.returncode != 0
    assert "ended with code 3" in done.stdout + done.stderr


def test_a_policy_pack_is_launched_in_the_project_and_judges(project: ProjectFactory, tmp_path: Path) -> None:
    made = project(
        """
        import pulumi
        class Part(pulumi.ComponentResource):
            def __init__(self, name):
                super().__init__("test:index:Part", name)
        Part("bad")
        """
    )
    pack = _pack(tmp_path, _PACK)
    done = made.pulumi("preview", "--policy-pack", str(pack), check=False)
    shown = done.stdout + done.stderr
    assert done.returncode != 0
    assert "never a Part" in shown
    assert f"pack runs in {made.folder}" in shown
    left = [each for each in psutil.process_iter(["cmdline"]) if str(pack) in (each.info["cmdline"] or [])]
    assert survivors(left) == []


def test_a_policy_pack_that_does_not_start_shows_why(project: ProjectFactory, tmp_path: Path) -> None:
    made = project("")
    pack = _pack(tmp_path, "import sys; print('the pack says why', file=sys.stderr); sys.exit(5)")
    done = made.pulumi("preview", "--policy-pack", str(pack), check=False)
    assert done.returncode != 0
    shown = done.stdout + done.stderr
    assert "the pack says why" in shown
    assert "exit status 5" in shown


@pytest.mark.parametrize(("attached", "wanted"), [("", True), ("aws:1,kubernetes:2", False)])
def test_attached_providers_are_not_asked_for(
    project: ProjectFactory, attached: str, *, wanted: bool
) -> None:
    """The engine downloads the plugin of every package that the language host names, attached or not."""
    made = project("", PULUMI_DEBUG_PROVIDERS=attached)
    done = made.pulumi("preview", "--logtostderr", "--verbose=7")
    log = done.stdout + done.stderr
    assert ("package azure-native" in log) is True
    assert ("package aws" in log) is wanted
    assert ("package kubernetes" in log) is wanted


def _pack(folder: Path, program: str) -> Path:
    pack = folder / "pack"
    pack.mkdir()
    (pack / "PulumiPolicy.yaml").write_text("name: test-pack\nversion: 0.0.1\nruntime: python\n")
    (pack / "__main__.py").write_text(program)
    return pack


_PACK = '''
"""A policy pack in the fewest lines: one rule, served over the analyzer protocol."""
import os
import sys
from concurrent.futures import ThreadPoolExecutor

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import analyzer_pb2 as pb
from pulumi.runtime.proto import analyzer_pb2_grpc, plugin_pb2


class Analyzer(analyzer_pb2_grpc.AnalyzerServicer):
    def Handshake(self, request, context):
        return pb.AnalyzerHandshakeResponse()

    def ConfigureStack(self, request, context):
        return pb.AnalyzerStackConfigureResponse()

    def GetAnalyzerInfo(self, request, context):
        return pb.AnalyzerInfo(name="test-pack", version="0.0.1")

    def GetPluginInfo(self, request, context):
        return plugin_pb2.PluginInfo(version="0.0.1")

    def Configure(self, request, context):
        return Empty()

    def Analyze(self, request, context):
        found = [pb.AnalyzeDiagnostic(
            policyName="no-part", policyPackName="test-pack", policyPackVersion="0.0.1",
            message=f"never a Part; pack runs in {os.getcwd()}", urn=request.urn,
            enforcementLevel=pb.MANDATORY,
        )] if request.type == "test:index:Part" else []
        return pb.AnalyzeResponse(diagnostics=found)

    def AnalyzeStack(self, request, context):
        return pb.AnalyzeResponse()


server = grpc.server(ThreadPoolExecutor(4))
analyzer_pb2_grpc.add_AnalyzerServicer_to_server(Analyzer(), server)
port = server.add_insecure_port("127.0.0.1:0")
server.start()
assert sys.argv[-2].startswith("127.0.0.1:"), sys.argv
print(port, flush=True)
server.wait_for_termination()
'''
