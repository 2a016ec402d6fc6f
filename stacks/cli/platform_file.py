"""The platform file of a stack: which one it is, and what is wrong with it."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.markup import escape

from stacks.cli.terminal import BAD_INPUT, CommandError, emit_json, err

if TYPE_CHECKING:
    from stacks.spec import SpecError


def named_by(config: Path, root: Path) -> Path:
    """The platform file that a stack's config names; a relative one starts at ``root``.

    Raises:
        CommandError: the config is missing, cannot be read, or names none.
    """
    named = _values(config).get("trunkline:platform")
    if not isinstance(named, str):
        raise CommandError(
            f"{config} has no config value trunkline:platform that names a platform file.", code=BAD_INPUT
        )
    return root / named


def policies_of(config: Path, root: Path) -> Path | None:
    """The configuration of rules and waivers that a stack's config names, if it names one.

    Raises:
        CommandError: the config is missing or cannot be read.
    """
    named = _values(config).get("trunkline:policies")
    return root / named if isinstance(named, str) else None


def _values(config: Path) -> dict[str, Any]:
    from ruamel.yaml import YAML  # noqa: PLC0415 - only commands that read a config pay for the parser
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415

    try:
        settings = YAML(typ="safe").load(config.read_text(encoding="utf-8"))
    except FileNotFoundError:
        known = ", ".join(sorted(p.stem.removeprefix("Pulumi.") for p in config.parent.glob("Pulumi.*.yaml")))
        raise CommandError(
            f"there is no stack config {config}. Stacks with one: {known or 'none'}.", code=BAD_INPUT
        ) from None
    except (OSError, UnicodeDecodeError, YAMLError) as problem:
        raise CommandError(f"cannot read {config}: {problem}", code=BAD_INPUT) from None
    values = settings.get("config") if isinstance(settings, dict) else None
    return values if isinstance(values, dict) else {}


def refuse_if_broken(path: Path) -> None:
    """Show every problem of a platform file before an engine is started for it.

    Raises:
        CommandError: the file has problems; they have been shown.
    """
    from stacks import spec  # noqa: PLC0415 - as above

    try:
        spec.load(path)
    except spec.SpecError as wrong:
        show_problems(path, wrong, as_json=False)
        raise CommandError(f"{path} cannot be used, so the engine was not started.", code=BAD_INPUT) from None


def show_problems(path: Path, wrong: "SpecError", *, as_json: bool) -> None:
    """Show what is wrong with a file, for a person or for a machine."""
    if as_json:
        emit_json({"file": str(path), "ok": False, "problems": [p.as_dict() for p in wrong.problems]})
        return
    for problem in wrong.problems:
        err.print(f"[bold red]error:[/] {escape(str(problem))}")
    count = len(wrong.problems)
    err.print(
        f"{count} problem{'s' if count > 1 else ''} in {escape(str(path))}. Nothing was created or changed."
    )
