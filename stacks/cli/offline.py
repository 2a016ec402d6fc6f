"""What ``scan`` and ``waive`` read: a state, a preview or a platform file, and the configuration of rules."""

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from policies.engine.offline import InputError, Kind, Snapshot, read
from policies.engine.offline.document import is_json, text_of
from policies.report.texts import visible
from stacks.cli import platform_file, workspace
from stacks.cli.terminal import BAD_INPUT, CommandError

if TYPE_CHECKING:
    from policies.engine import Configuration, Resource

STANDARD_INPUT = "-"

_PLATFORM_KEY = re.compile(r"^[\"']?(platform|sites)[\"']?\s*:", re.MULTILINE)
"""How a platform file is told from any other text: it says which platform it is, or its sites."""

_STACK_NAME = re.compile(r"[\w.-]+")

_EXPORT_SECONDS = 600
_SECRETS = "--show-secrets"


@dataclass(frozen=True, kw_only=True, slots=True)
class Loaded:
    """What was read, and from where."""

    name: str
    sha256: str
    snapshot: Snapshot


def load(file: str | None, *, stack: str | None, sandbox: bool, partial: bool) -> Loaded:
    """Read what the command line names: a file, standard input, or the state of a stack.

    Raises:
        CommandError: It names nothing or too much, or what it names cannot be judged.
    """
    if sum((file is not None, stack is not None, sandbox)) != 1:
        raise CommandError(
            "name one thing to judge: a file, - for standard input, --stack NAME for the state of a stack, "
            "or --sandbox.",
            code=BAD_INPUT,
        )
    if file is None:
        name, data = _exported(stack, sandbox=sandbox)
    else:
        name, data = ("standard input", _standard_input()) if file == STANDARD_INPUT else (file, _bytes(file))
    digest = hashlib.sha256(data).hexdigest()
    try:
        text = text_of(data)
        del data  # a large file is held once, not twice
        snapshot = _snapshot(text, file, partial=partial)
    except InputError as problem:
        raise CommandError(f"{visible(name)}: {visible(str(problem))}", code=BAD_INPUT) from None
    return Loaded(name=name, sha256=digest, snapshot=snapshot)


def _snapshot(text: str, file: str | None, *, partial: bool) -> Snapshot:
    if is_json(text) or not _PLATFORM_KEY.search(text):
        return read(text, partial=partial)
    if file is None or file == STANDARD_INPUT:
        raise InputError("a platform file names other files beside it; give its path instead of -.")
    return Snapshot(kind=Kind.PLATFORM, resources=resources_of_platform(Path(file)))


def resources_of_platform(path: Path) -> Sequence["Resource"]:
    """Return the resources that a platform file declares, before any program has run.

    Raises:
        CommandError: The file is wrong; its problems have been shown.
    """
    from stacks import gate, spec  # noqa: PLC0415 - only a platform file pays for its parser
    from stacks.declarations import declarations  # noqa: PLC0415

    try:
        document = spec.load(path)
    except spec.SpecError as wrong:
        platform_file.show_problems(path, wrong, as_json=False)
        raise CommandError(f"{path} cannot be judged.", code=BAD_INPUT) from None
    declared = declarations(document, root=_root())
    project = project_here()
    return gate.resources(declared, project=project) if project else gate.resources(declared)


def configuration(chosen: Path | None, snapshot: Snapshot) -> tuple["Configuration", Path | None]:
    """Return how to run the rules, and the file that says so, if one does.

    Without a choice it is the file that the config of the judged stack names, where this folder is that
    stack's project: then every gate runs the same rules in the same way.

    Raises:
        CommandError: The file cannot be used.
    """
    from stacks import gate  # noqa: PLC0415 - imports the rules

    file = chosen if chosen is not None else _of_stack(snapshot)
    try:
        return gate.configuration(file), file
    except gate.PolicyFileError as problem:
        raise CommandError(str(problem), code=BAD_INPUT) from None
    except RecursionError:
        raise CommandError(f"{file} is nested too deeply to be a configuration.", code=BAD_INPUT) from None


def project_here() -> str:
    """Return the name of the project of this folder; nothing outside of one."""
    root = _root()
    if root is None:
        return ""
    from ruamel.yaml import YAML  # noqa: PLC0415 - only needed inside a project
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415

    try:
        found = YAML(typ="safe").load((root / "Pulumi.yaml").read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, YAMLError):
        return ""
    name = found.get("name") if isinstance(found, dict) else None
    return name if isinstance(name, str) else ""


def _root() -> Path | None:
    try:
        return workspace.find().root
    except CommandError:
        return None


def _of_stack(snapshot: Snapshot) -> Path | None:
    root = _root()
    if root is None or not snapshot.project or snapshot.project != project_here():
        return None
    if not _STACK_NAME.fullmatch(snapshot.stack):  # the file is read, so its words name no other file
        return None
    config = root / "stacks" / f"Pulumi.{snapshot.stack}.yaml"
    return platform_file.policies_of(config, root) if config.is_file() else None


def _bytes(file: str) -> bytes:
    path = Path(file)
    try:
        if path.is_dir():
            raise CommandError(f"{visible(file)} is a folder. Name a file in it.", code=BAD_INPUT)
        return path.read_bytes()
    except (OSError, ValueError) as problem:
        why = problem.strerror if isinstance(problem, OSError) else "that is no file name"
        raise CommandError(f"cannot read {visible(file)}: {why}.", code=BAD_INPUT) from None


def _standard_input() -> bytes:
    if sys.stdin.isatty():
        raise CommandError(
            "standard input is a terminal. Pipe something into it: pulumi stack export | trunkline scan -",
            code=BAD_INPUT,
        )
    return sys.stdin.buffer.read()


def _exported(stack: str | None, *, sandbox: bool) -> tuple[str, bytes]:
    """Return the state of a stack, with its secrets where they can be decrypted; they stay in here."""
    from stacks.cli import engines  # noqa: PLC0415 - a file needs no engine

    space, engine = workspace.find(), engines.resolve()
    name, variables = workspace.SANDBOX_STACK if stack is None else stack, dict(engine.environment())
    if sandbox:
        space.prepare()
        variables = space.sandbox_variables(providers={}, engine=variables)
    command = [str(engine.executable), "stack", "export", "--non-interactive", "--stack", name]
    said = b""
    for options in ([_SECRETS], []):
        done = subprocess.run(
            [*command, *options],
            cwd=space.root,
            env={**os.environ, **variables},
            capture_output=True,
            timeout=_EXPORT_SECONDS,
            check=False,
        )
        if done.returncode == 0:
            return f"stack {name}", done.stdout
        said = done.stderr
    why = visible(said.decode("utf-8", "replace").strip().removeprefix("error: "))
    hint = " Bring it up first: trunkline demo" if sandbox else ""
    raise CommandError(f"the state of {visible(name)} cannot be exported: {why}.{hint}", code=BAD_INPUT)


def replace(file: Path, text: str) -> None:
    """Write a file in one step, so that nobody ever finds half of it.

    Raises:
        CommandError: It cannot be written.
    """
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        if file.exists() and not file.is_file():  # a pipe or a device, which is not to be replaced
            file.write_text(text, encoding="utf-8")
            return
        try:
            beside.write_text(text, encoding="utf-8")
            beside.replace(file)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as problem:
        raise CommandError(f"cannot write {file}: {problem.strerror}.", code=BAD_INPUT) from None
