"""What the offline commands look at: a platform file, an exported state, or a preview."""

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from stacks.cli import platform_file as platform_files
from stacks.cli import workspace
from stacks.cli.terminal import BAD_INPUT, CommandError

if TYPE_CHECKING:
    from policies.engine import Evaluation, Inventory, Resource


@dataclass(frozen=True, kw_only=True, slots=True)
class Input:
    """Resources, and how final they are."""

    inventory: "Inventory"
    settled: bool
    """Whether nothing will become known any more, as in the state after an update."""


def read(file: Path | None) -> Input:
    """Read a platform file, a state or a preview, whichever ``file`` is; ``-`` is standard input.

    Without a file, the platform file that the sandbox's stack names.

    Raises:
        CommandError: It is none of them, or is broken.
    """
    from stacks.cli import offline  # noqa: PLC0415 - most commands read no such file

    if file is None:
        return of_platform(platform_file(None))
    snapshot = offline.load(str(file), stack=None, sandbox=False, partial=True).snapshot
    return Input(inventory=_inventory(snapshot.resources), settled=snapshot.settled)


def platform_file(file: Path | None) -> Path:
    """Return ``file``, or the platform file that the sandbox's stack names.

    Raises:
        CommandError: No file is named, and there is no workspace that names one.
    """
    if file is not None:
        return file
    space = workspace.find()
    return platform_files.named_by(space.stack_config(workspace.SANDBOX_STACK), space.root)


def of_platform(path: Path) -> Input:
    """Read a platform file alone.

    Raises:
        CommandError: It cannot be used; its problems have been shown.
    """
    from stacks.cli import offline  # noqa: PLC0415

    return Input(inventory=_inventory(offline.resources_of_platform(path)), settled=False)


def of_platform_at(path: Path, ref: str) -> Input:
    """Read a platform file as it was at a commit, with the files beside it.

    Raises:
        CommandError: There is no such commit, or no such file in it, or it could not be used.
    """
    folder = path.resolve().parent
    with tempfile.TemporaryDirectory(prefix="trunkline-diff-") as made:
        archive = _archive(folder, ref)
        with tarfile.open(fileobj=io.BytesIO(archive)) as files:
            files.extractall(made, filter="data")
        before = Path(made) / path.name
        if not before.is_file():
            raise CommandError(f"{ref} has no {path.name} in {folder}.", code=BAD_INPUT)
        return of_platform(before)


def judged(found: Input) -> "Evaluation":
    """Return what every rule says."""
    from policies import catalogue  # noqa: PLC0415
    from policies.engine import configuration, evaluate  # noqa: PLC0415

    rules = catalogue.rules()
    return evaluate(rules, found.inventory, configuration.default(rules), settled=found.settled)


def _archive(folder: Path, ref: str) -> bytes:
    """Return a folder as it was at a commit, as a tar file."""
    if ref.startswith("-"):
        raise CommandError(f"{ref!r} is not a commit, branch or tag.", code=BAD_INPUT)
    top = Path(_git(folder, "rev-parse", "--show-toplevel").decode().strip())
    inside = folder.relative_to(top.resolve()).as_posix()
    return _git(top, "archive", "--format=tar", f"{ref}:{'' if inside == '.' else inside}")


def _git(folder: Path, *arguments: str) -> bytes:
    try:
        done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, check=False)
    except FileNotFoundError:
        raise CommandError("git is not installed, and the comparison needs it.") from None
    if done.returncode:
        told = done.stderr.decode(errors="replace").strip().splitlines()
        raise CommandError(
            f"Git does not have it: {told[-1] if told else 'it gave no reason'}. Name a commit, branch or "
            "tag that has the folder of the platform file.",
            code=BAD_INPUT,
        )
    return done.stdout


def _inventory(resources: Sequence["Resource"]) -> "Inventory":
    from policies.engine import Inventory  # noqa: PLC0415

    return Inventory(resources)


__all__ = ["Input", "judged", "of_platform", "of_platform_at", "platform_file", "read"]
