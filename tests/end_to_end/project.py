"""The repository as a user has it, with a private folder of its own for each test."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stacks.sandbox import Object, Store

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 240
"""Seconds for one command; a hang fails the test, a slow machine does not."""


@dataclass(frozen=True, kw_only=True)
class Project:
    """Runs commands as a user would and reads what they left behind."""

    local: Path
    """Where the sandbox keeps its state."""
    config: Path
    """The stack config: a private copy, so that a test can name another platform file."""
    variables: Mapping[str, str] = field(default_factory=dict[str, str])

    @classmethod
    def make(cls, folder: Path, *, platform: str | None = None) -> "Project":
        """A fresh project; ``platform`` is the text of a platform file, by default the example's."""
        config = folder / "Pulumi.sandbox.yaml"
        shutil.copy(ROOT / "stacks" / "Pulumi.sandbox.yaml", config)
        if platform is not None:
            file = folder / "platform.yaml"
            file.write_text(platform, encoding="utf-8")
            text = config.read_text(encoding="utf-8")
            lines = [
                f"  trunkline:platform: {file}" if "trunkline:platform:" in line else line
                for line in text.splitlines()
            ]
            config.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return cls(local=folder / "local", config=config)

    @property
    def environment(self) -> dict[str, str]:
        """What a command of ours runs under."""
        return {
            **os.environ,
            "TRUNKLINE_LOCAL": str(self.local),
            "PULUMI_ERROR_OUTPUT_STRING": "1",
            "COLUMNS": "200",
            **self.variables,
        }

    def trunkline(
        self, *arguments: str, expect: int | None = 0, env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run the command; ``expect`` is the exit code that the test counts on."""
        done = subprocess.run(
            self.command(*arguments),
            cwd=ROOT,
            env={**self.environment, **(env or {})},
            capture_output=True,
            text=True,
            timeout=LIMIT,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        if expect is not None:
            assert done.returncode == expect, (
                f"{arguments} gave {done.returncode}:\n{done.stdout}\n{done.stderr}"
            )
        assert "Traceback" not in done.stdout + done.stderr
        return done

    def command(self, *arguments: str) -> list[str]:
        """The command line for ``subprocess``."""
        return [sys.executable, "-m", "stacks.cli", *arguments]

    def up(self, *arguments: str, expect: int | None = 0) -> subprocess.CompletedProcess[str]:
        """``trunkline up --sandbox`` with this project's own stack config."""
        return self.run("up", "--yes", "--skip-preview", *arguments, expect=expect)

    def run(
        self, operation: str, *arguments: str, expect: int | None = 0
    ) -> subprocess.CompletedProcess[str]:
        """An operation in the sandbox."""
        return self.trunkline(
            operation, "--sandbox", "--config-file", str(self.config), *arguments, expect=expect
        )

    def state(self) -> list[dict[str, Any]]:
        """The resources that the engine knows, read from its state file."""
        files = sorted((self.local / "state" / ".pulumi" / "stacks").rglob("sandbox.json"))
        assert len(files) == 1, f"expected one state file, found {files}"
        deployment = json.loads(files[0].read_text(encoding="utf-8"))["checkpoint"]["latest"]
        return list(deployment.get("resources") or [])

    def objects(self) -> list[Object]:
        """What exists in the simulated clouds."""
        with Store(self.local / "sandbox") as store:
            return store.list()


def custom(resources: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The resources that a provider holds: no components, no providers."""
    return [r for r in resources if r.get("custom") and not r["type"].startswith("pulumi:")]
