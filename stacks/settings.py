"""Read the stack's configuration once, into types."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pulumi

from stacks import spec
from stacks.spec import Document
from stacks.spec.types import Platform


class SettingsError(pulumi.RunError):
    """Stack configuration that cannot be used; the message says which key and what to write instead."""

    __trunkline_sentence__: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Everything a stack may decide."""

    document: Document
    """The platform file."""
    policies: Path | None
    """The configuration of rules and waivers for the gate in the program; the pack is given the same."""
    protect: bool
    """Whether what holds data, keys and logs refuses to be deleted."""
    directory: str
    """The folder of the platform file, relative to the folder the engine runs in, so that a state does not
    depend on where the repository is."""

    @property
    def platform(self) -> Platform:
        """What the platform file asks for."""
        return self.document.platform


def load(config: pulumi.Config, root: Path) -> Settings:
    """Read ``trunkline:platform``, ``trunkline:policies`` and ``trunkline:protect``; nothing else does.

    ``root`` is the folder of ``Pulumi.yaml``: relative paths start there.

    Raises:
        SettingsError: A key is missing or has the wrong type.
        SpecError: The platform file cannot be used.
    """
    named = config.get("platform")
    if not named:
        raise SettingsError(
            f"The stack {pulumi.get_stack()} does not say which platform file it builds. Name one, from "
            "Pulumi.yaml on: pulumi config set trunkline:platform stacks/platforms/acme.yaml"
        )
    file = root / named
    return Settings(
        document=spec.load(file),
        policies=root / configured if (configured := config.get("policies")) else None,
        protect=_switch(config, "protect", default=True),
        directory=os.path.relpath(file.parent),
    )


def _switch(config: pulumi.Config, key: str, *, default: bool) -> bool:
    match config.get(key):
        case None:
            return default
        case "true":
            return True
        case "false":
            return False
        case other:
            raise SettingsError(
                f"trunkline:{key} is {other!r} and has to be true or false. Set it right: "
                f"pulumi config set trunkline:{key} true"
            )
