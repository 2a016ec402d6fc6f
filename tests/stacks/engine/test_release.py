"""The official release: installed by Pulumi's own function, and given up on quickly without a network."""

import socket
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import pytest

from stacks.engine import EngineError, install_release, release, resolve
from stacks.engine.pins import Pins

Installer = Callable[[str], None]


@pytest.fixture(autouse=True)
def _release_only(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    del machine
    monkeypatch.setenv("TRUNKLINE_ENGINE", "release")
    for name in ("http_proxy", "https_proxy", "no_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def installer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installer:
    """Let the Automation API download this text in place of https://get.pulumi.com/install.sh."""

    def serve(text: str) -> None:
        (tmp_path / "install.sh").write_text(dedent(text).lstrip())
        script = tmp_path / "install_release.py"
        script.write_text(
            dedent(f"""
            import shutil, sys
            from pulumi.automation import _cmd
            from stacks.engine import install_release
            _cmd._download_to_file = lambda url, path: shutil.copy({str(tmp_path / "install.sh")!r}, path)
            install_release.reach = lambda host, seconds: None
            sys.exit(install_release.main(*sys.argv[1:]))
            """)
        )
        monkeypatch.setattr(release.install_release, "__file__", str(script))

    return serve


_WORKS = """
    #!/bin/sh
    # The arguments of Pulumi's installer: --no-edit-path --install-root FOLDER --version VERSION
    mkdir -p "$3/bin"
    printf '#!/bin/sh\\necho v%s\\n' "$5" > "$3/bin/pulumi"
    printf '#!/bin/sh\\n' > "$3/bin/pulumi-language-python"
    chmod +x "$3/bin/pulumi" "$3/bin/pulumi-language-python"
    """


def test_the_release_is_installed_once_and_found_again(installer: Installer, pinned: Pins) -> None:
    installer(_WORKS)
    first = resolve(pinned=pinned)
    assert (first.version, first.origin) == (str(pinned.release.version), "release")
    installer("#!/bin/sh\nexit 1")
    assert resolve(pinned=pinned) == first
    assert first.environment()["PATH"].startswith(str(first.executable.parent))


def test_uv_is_on_the_path_of_the_official_language_host(installer: Installer, pinned: Pins) -> None:
    """The project names uv as its toolchain, and uv may be installed nowhere but beside this Python."""
    installer(_WORKS)
    assert str(Path(sys.executable).parent) in resolve(pinned=pinned).environment()["PATH"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("#!/bin/sh\necho 'curl: (23) no space left' >&2\nexit 23", "curl: (23) no space left."),
        ("#!/bin/sh\nexit 4", "the installer ended with code 4."),
        (_WORKS.replace("echo v%s", "echo v1.2.3"), "calls itself 1.2.3"),
        (
            _WORKS.replace("pulumi-language-python", "something-else"),
            "has no pulumi-language-python beside it",
        ),
    ],
)
def test_a_failed_installation_is_not_kept(
    installer: Installer, pinned: Pins, machine: Path, text: str, said: str
) -> None:
    installer(text)
    with pytest.raises(EngineError) as caught:
        resolve(pinned=pinned)
    assert said in str(caught.value)
    assert not [each for each in (machine / "engine").iterdir() if each.name.startswith("release")]


def test_a_host_that_does_not_exist_is_named(pinned: Pins) -> None:
    with pytest.raises(EngineError, match=r"pulumi\.invalid cannot be reached"):
        resolve(pinned=pinned)


def test_a_network_that_swallows_everything_is_given_up_on(
    pinned: Pins, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient = replace(pinned, release=replace(pinned.release, reach_seconds=0.3))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(EngineError, match=r"pulumi\.invalid cannot be reached: .*timed out"):
            resolve(pinned=impatient)


def test_the_users_proxy_is_used(pinned: Pins, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    with pytest.raises(EngineError, match=r"cannot be reached: .*Connection refused"):
        resolve(pinned=pinned)


def test_the_installer_is_the_automation_api() -> None:
    """The name that ``install`` relies on, which a new SDK may move."""
    from pulumi.automation import PulumiCommand  # noqa: PLC0415 slow, and needed here only

    assert callable(PulumiCommand.install)
    assert callable(install_release.install)
