"""``trunkline doctor``: what is installed, what is missing, how to get it."""

import os
import platform
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from stacks.cli import workspace
from stacks.cli.terminal import FAILED, CommandError, emit_json, err, out
from stacks.engine import facts
from stacks.engine.facts import State


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One thing that was looked at."""

    group: str
    name: str
    state: State
    sentence: str
    remedy: str = ""


_MARKS = {State.READY: "[green]ok[/]", State.MISSING: "[yellow]--[/]", State.UNUSABLE: "[red]!![/]"}
_SDKS = ("pulumi", "pulumi-aws", "pulumi-azure-native", "pulumi-kubernetes")

_ACCOUNTS = {
    "AWS": (
        "AWS_PROFILE",
        "AWS_ACCESS_KEY_ID",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    ),
    "Azure": ("ARM_CLIENT_ID", "ARM_USE_OIDC", "ARM_USE_MSI", "AZURE_CONFIG_DIR"),
    "Kubernetes": ("KUBECONFIG",),
    "State backend": ("PULUMI_BACKEND_URL", "PULUMI_ACCESS_TOKEN"),
}
"""Variables that say where credentials come from. Only whether they are set is shown, never a value."""


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document for a machine.")] = False,
) -> None:
    """Say what is installed, what is missing and how to get it. Nothing is downloaded, built or changed.

    Exit code 1 means that something needs doing before the sandbox can run.
    """
    lines = [*_python(), *_engine(), *_workspace(), *_accounts()]
    ready = can_run(lines)
    if as_json:
        emit_json({"ready": ready, "facts": [asdict(line) for line in lines]})
    else:
        table = Table(box=None, pad_edge=False, show_header=False)
        for line in lines:
            fix = f"\n[dim]to get it: {escape(line.remedy)}[/]" if line.remedy else ""
            table.add_row(_MARKS[line.state], line.group, escape(line.name), escape(line.sentence) + fix)
        out.print(table)
        if ready:
            err.print("[green]Ready.[/] Next: trunkline demo")
        else:
            err.print("[bold red]Not ready:[/] see the lines marked !! and --.")
    if not ready:
        raise typer.Exit(FAILED)


def can_run(lines: list[Line]) -> bool:
    """Whether the sandbox can run: a way to an engine is at hand, and nothing that it needs is broken."""
    engine = {line.name: line.state for line in lines if line.group == "engine"}
    way = any(
        engine.get(name) is State.READY
        for name in ("Pulumi on PATH", "Official release", "Build with Go", "Go")
    )
    broken = any(
        line.state is State.UNUSABLE for line in lines if line.group == "python" or line.name == "Cache"
    )
    return way and not broken


def _python() -> Iterator[Line]:
    found = platform.python_version()
    good = sys.version_info >= (3, 11)
    yield Line(
        group="python",
        name="Python",
        state=State.READY if good else State.UNUSABLE,
        sentence=f"{found} at {sys.executable}",
        remedy="" if good else "install Python 3.11 or later",
    )
    for package in _SDKS:
        try:
            yield Line(group="python", name=package, state=State.READY, sentence=version(package))
        except PackageNotFoundError:
            yield Line(
                group="python",
                name=package,
                state=State.UNUSABLE,
                sentence="not installed",
                remedy="make install",
            )


def _engine() -> Iterator[Line]:
    for fact in facts.describe():
        place = f" ({fact.path})" if fact.path else ""
        yield Line(
            group="engine",
            name=fact.name,
            state=fact.state,
            sentence=fact.sentence + place,
            remedy=fact.remedy,
        )


def _workspace() -> Iterator[Line]:
    try:
        space = workspace.find()
    except CommandError as problem:
        yield Line(group="project", name="Project", state=State.MISSING, sentence=str(problem))
        return
    yield Line(group="project", name="Project", state=State.READY, sentence=str(space.root))
    from stacks.sandbox import Sandbox  # noqa: PLC0415 - only this line needs it

    running = Sandbox(space.sandbox).running()
    yield Line(
        group="project",
        name="Sandbox",
        state=State.READY,
        sentence=f"up as process {running.pid}" if running else "not up; it starts when needed",
    )


def _accounts() -> Iterator[Line]:
    for name, variables in _ACCOUNTS.items():
        present = [variable for variable in variables if os.environ.get(variable)]
        yield Line(
            group="accounts",
            name=name,
            state=State.READY if present else State.MISSING,
            sentence=f"from {', '.join(present)}"
            if present
            else "nothing in the environment; the sandbox needs none",
        )
