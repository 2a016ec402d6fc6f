"""Where a project lives, and the private folder beside it that the sandbox writes to."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from stacks.cli.terminal import BAD_INPUT, CommandError

SANDBOX_STACK = "sandbox"

# The sandbox holds nothing that is worth a secret: every account, key and kubeconfig in it is made up.
# A passphrase that everybody knows lets ``pulumi`` run in a shell without a prompt, and the matching salt
# stand in the committed stack config. A stack with real secrets has its own provider (README, real accounts).
SANDBOX_PASSPHRASE = "sandbox"  # noqa: S105 - see above


@dataclass(frozen=True, kw_only=True, slots=True)
class Workspace:
    """A checkout of a Trunkline project."""

    root: Path
    """The folder of ``Pulumi.yaml``."""
    local: Path
    """State, logs and the sandbox's database; never committed."""

    @property
    def policies(self) -> Path:
        """The policy pack that every preview and update runs."""
        return self.root / "policies"

    @property
    def state(self) -> Path:
        """The sandbox's Pulumi state backend."""
        return self.local / "state"

    @property
    def sandbox(self) -> Path:
        """The simulated clouds' database."""
        return self.local / "sandbox"

    def stack_config(self, stack: str) -> Path:
        """The config file of a stack."""
        return self.root / "stacks" / f"Pulumi.{stack}.yaml"

    def sandbox_variables(self, *, providers: Mapping[str, str], engine: Mapping[str, str]) -> dict[str, str]:
        """The variables under which plain ``pulumi`` works in the sandbox."""
        return {
            **engine,
            **providers,
            # Without metadata=skip the backend writes a `.attrs` file beside each checkpoint, and not in one
            # step: an engine that is killed then leaves a stack that nobody can open (gocloud.dev fileblob).
            "PULUMI_BACKEND_URL": f"{self.state.as_uri()}?metadata=skip",
            "PULUMI_HOME": str(self.local / "pulumi"),
            "PULUMI_STACK": SANDBOX_STACK,
            "PULUMI_CONFIG_PASSPHRASE": SANDBOX_PASSPHRASE,
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            # A provider that is not simulated must fail here, not be downloaded and reach an account.
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_ERROR_OUTPUT_STRING": "1",
        }

    def prepare(self) -> None:
        """Make the private folder.

        Raises:
            CommandError: the folder cannot be written.
        """
        try:
            self.state.mkdir(parents=True, exist_ok=True)
            (self.local / "pulumi").mkdir(exist_ok=True)
        except OSError as problem:
            raise CommandError(
                f"cannot write to {self.local}: {problem.strerror}. The sandbox keeps its state there. "
                "Free some space or make it writable, or name another folder in TRUNKLINE_LOCAL."
            ) from None


def find(start: Path | None = None) -> Workspace:
    """The workspace that ``start`` (by default the current folder) lies in.

    Raises:
        CommandError: there is no ``Pulumi.yaml`` in the folder or above it.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "Pulumi.yaml").is_file():
            local = os.environ.get("TRUNKLINE_LOCAL")
            return Workspace(root=folder, local=Path(local).resolve() if local else folder / ".trunkline")
    raise CommandError(
        f"no Pulumi.yaml in {here} or above it. "
        "Run this inside a clone of Trunkline or of your platform's repository.",
        code=BAD_INPUT,
    )
