"""``trunkline sandbox``: the simulated clouds, for use with plain ``pulumi`` in a shell."""

import json
import os
import shlex
from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import psutil
import typer
from rich.markup import escape
from rich.table import Table

from stacks.cli import engines, platform_file, sandboxes, workspace
from stacks.cli.terminal import BAD_INPUT, CommandError, emit_json, note, out
from stacks.sandbox import Fault, Kind, Moment, Operation, Sandbox, Store
from stacks.sandbox.process import PACKAGES

app = typer.Typer(
    no_args_is_help=True,
    help="Simulated aws, azure-native and kubernetes providers: the whole platform with no account.",
)
fault_app = typer.Typer(
    no_args_is_help=True, help="Make the simulated clouds fail, by resource type and operation."
)
app.add_typer(fault_app, name="fault")

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document for a machine.")]


class Shell(StrEnum):
    """How to write variables down."""

    SH = "sh"
    FISH = "fish"
    POWERSHELL = "powershell"
    JSON = "json"


@app.command()
def up(
    shell: Annotated[Shell, typer.Option(help="Whose syntax to print the variables in.")] = Shell.SH,
    parent: Annotated[
        int | None,
        typer.Option(
            help="The process that the sandbox ends with. Without it: the shell that runs this.",
            show_default=False,
        ),
    ] = None,
    cluster: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CONTEXT=KUBECONFIG",
            help="A real control plane for an on-prem site: its objects are applied there. Can be repeated.",
            show_default=False,
        ),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(help="First of three ports to use. Without it: any free ones.", show_default=False),
    ] = None,
) -> None:
    """Start the simulated clouds and print the variables under which plain `pulumi` uses them.

    The sandbox ends with your shell, or with `trunkline sandbox down`. What it holds is kept.

    Example: eval "$(trunkline sandbox up)" and then: pulumi preview
    """
    space = workspace.find()
    engine = engines.resolve()
    space.prepare()
    ports: dict[str, int] | None = (
        dict(zip(PACKAGES, range(port, port + len(PACKAGES)), strict=True)) if port else None
    )
    running = Sandbox(space.sandbox).start(
        parent=parent or _shell_above(os.getppid()), ports=ports, clusters=_clusters(cluster or [])
    )
    if running.attached:
        note("The simulated clouds are up already.")
    else:
        note("The simulated clouds are up. They end with this shell, or with: trunkline sandbox down")
    variables = space.sandbox_variables(providers=running.environment, engine=engine.environment())
    sandboxes.select_stack(engine.executable, space, variables)
    variables |= _policy_variables(space)
    if shell is Shell.JSON:
        emit_json(variables)
        return
    for name, value in variables.items():
        print(_ASSIGNMENTS[shell](name, value))  # noqa: T201 - this is the output


def _policy_variables(space: workspace.Workspace) -> dict[str, str]:
    """The variable that makes the pack judge under plain `pulumi` as under `trunkline up --sandbox`."""
    chosen = platform_file.policies_of(space.stack_config(workspace.SANDBOX_STACK), space.root)
    return {"TRUNKLINE_POLICIES": str(chosen)} if chosen else {}


@app.command()
def down() -> None:
    """Stop the simulated clouds. What they hold is kept for the next time."""
    if Sandbox(workspace.find().sandbox).stop():
        note("The simulated clouds are down. What they hold is kept.")
    else:
        note("The simulated clouds are not up.")


@app.command()
def status(
    as_json: AsJson = False, urns: Annotated[bool, typer.Option(help="List every object.")] = False
) -> None:
    """Say whether the simulated clouds are up, and what exists in them."""
    space = workspace.find()
    running = Sandbox(space.sandbox).running()
    with Store(space.sandbox) as store:
        objects, faults = store.list(), store.faults.list()
    if as_json:
        emit_json(
            {
                "running": running is not None,
                "pid": running.pid if running else None,
                "providers": dict(running.ports) if running else {},
                "objects": [{"urn": o.urn, "type": o.type, "id": o.id, "scope": o.scope} for o in objects],
                "faults": [_fault_line(f) for f in faults],
            }
        )
        return
    if running:
        ports = ", ".join(f"{name} {port}" for name, port in running.ports.items())
        out.print(f"[green]up[/] as process {running.pid}; ports: {ports}")
    else:
        out.print("[yellow]down[/]")
    if urns:
        for item in objects:
            out.print(item.urn, markup=False)
    else:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for column in ("where", "type", "objects"):
            table.add_column(column, overflow="fold")
        for (scope, kind), number in sorted(Counter((o.scope, o.type) for o in objects).items()):
            table.add_row(escape(scope), escape(kind), str(number))
        out.print(table)
    out.print(f"{len(objects)} objects" + (f", {len(faults)} faults waiting" if faults else ""))


@app.command()
def drift(
    urn: Annotated[str, typer.Argument(help="The object, as `trunkline sandbox status --urns` names it.")],
    changes: Annotated[list[str], typer.Argument(help="key=value; the value is JSON, or else a text.")],
) -> None:
    """Change an object behind the engine's back, as somebody in a cloud console would.

    Example: trunkline sandbox drift URN tags.team=unknown versioning.enabled=false
    Then `pulumi refresh` or `trunkline up --sandbox --refresh` notices.
    """
    wanted: dict[str, Any] = {}
    for change in changes:
        key, equals, value = change.partition("=")
        if not equals or not key:
            raise CommandError(
                f"{change!r} is not a change. Write key=value, for example tags.team=unknown.", code=BAD_INPUT
            )
        wanted[key] = _value(value)
    with Store(workspace.find().sandbox) as store:
        store.drift(urn, wanted)
    note(f"Changed {', '.join(wanted)}. `trunkline refresh --sandbox` shows what the engine makes of it.")


@fault_app.command("add")
def fault_add(
    token: Annotated[
        str,
        typer.Argument(
            metavar="TYPE", help="Resource type, for example 'aws:s3/bucket:Bucket'; * stands for any text."
        ),
    ],
    operation: Annotated[Operation, typer.Argument(help="The call of the engine that fails.")],
    kind: Annotated[Kind, typer.Argument(help="What goes wrong.")],
    times: Annotated[int, typer.Option(min=0, help="How many calls it meets; 0 is for ever.")] = 1,
    seconds: Annotated[float, typer.Option(min=0, help="How much longer a call takes, for latency.")] = 1.0,
    moment: Annotated[
        Moment, typer.Option(help="A crash before or after the object was written.")
    ] = Moment.AFTER,
    message: Annotated[str, typer.Option(help="What an error says.")] = "The sandbox was told to fail here.",
) -> None:
    """Arm a fault.

    Example: trunkline sandbox fault add 'aws:eks/*' create throttle --times 3
    """
    with Store(workspace.find().sandbox) as store:
        fault = store.faults.add(
            Fault(
                type=token,
                operation=operation,
                kind=kind,
                times=times or None,
                seconds=seconds,
                moment=moment,
                message=message,
            )
        )
    note(f"Armed: {_fault_line(fault)}")


@fault_app.command("list")
def fault_list() -> None:
    """List the faults that still wait for a call."""
    with Store(workspace.find().sandbox) as store:
        for fault in store.faults.list():
            out.print(_fault_line(fault), markup=False)


@fault_app.command("clear")
def fault_clear(
    number: Annotated[
        int | None, typer.Argument(help="Which one; without it all.", show_default=False)
    ] = None,
) -> None:
    """Disarm a fault, or all of them."""
    with Store(workspace.find().sandbox) as store:
        store.faults.clear(number)
    note("Disarmed.")


def _clusters(given: list[str]) -> dict[str, Path]:
    clusters: dict[str, Path] = {}
    for entry in given:
        context, equals, kubeconfig = entry.partition("=")
        if not equals or not context or not Path(kubeconfig).is_file():
            raise CommandError(
                f"{entry!r} names no cluster. Write CONTEXT=KUBECONFIG, with the context that the platform "
                "file gives the site and a kubeconfig file that exists.",
                code=BAD_INPUT,
            )
        clusters[context] = Path(kubeconfig)
    return clusters


def _fault_line(fault: Fault) -> str:
    times = "for ever" if fault.times is None else f"{fault.times} times"
    return f"{fault.number}: {fault.type} {fault.operation.value} {fault.kind.value}, {times}"


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _shell_above(pid: int) -> int:
    """The shell that evaluates our output, and not the short-lived copy of itself that it reads us with.

    A command substitution runs in a fork of the shell, which ends as soon as we do. Such a fork has its
    parent's own command line.
    """
    try:
        process = psutil.Process(pid)
        while (above := process.parent()) is not None and above.cmdline() == process.cmdline():
            process = above
    except psutil.Error:
        return pid
    return process.pid


def _sh(name: str, value: str) -> str:
    return f"export {name}={shlex.quote(value)}"


def _fish(name: str, value: str) -> str:
    return f"set -gx {name} {shlex.quote(value)}"


def _powershell(name: str, value: str) -> str:
    quoted = value.replace("'", "''")
    return f"$env:{name} = '{quoted}'"


_ASSIGNMENTS = {Shell.SH: _sh, Shell.FISH: _fish, Shell.POWERSHELL: _powershell}
