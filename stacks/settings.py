"""Read the stack's configuration once, into types."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pulumi

from stacks import spec
from stacks.spec.types import Platform


class SettingsError(pulumi.RunError):
    """Stack configuration that cannot be used; the message says which key and what to write instead."""

    __trunkline_sentence__: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Everything a stack may decide."""

    platform: Platform
    protect: bool
    """Whether what holds data, keys and logs refuses to be deleted."""
    directory: str
    """The folder of the platform file, relative to the folder the engine runs in, so that a state does not
    depend on where the repository is."""


def load(config: pulumi.Config, root: Path) -> Settings:
    """Read ``trunkline:platform`` and ``trunkline:protect``; nothing else reads the configuration.

    ``root`` is the folder of ``Pulumi.yaml``: a relative ``trunkline:platform`` starts there.

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
        platform=spec.load(file).platform,
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
