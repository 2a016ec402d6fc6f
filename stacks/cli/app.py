"""The commands of ``trunkline`` and what becomes of an error."""

import os
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.metadata import version as installed_version
from typing import Annotated

import typer

from stacks.cli.terminal import BAD_INPUT, FAILED, INTERRUPTED, CommandError, error


def _version(wanted: bool) -> None:
    if wanted:
        print(f"trunkline {installed_version('trunkline')}")  # noqa: T201 - this is the output
        raise typer.Exit


def _root(
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Options before the command."""


_HELP = (
    "Provision machine-learning platforms on-prem, on AWS and on Azure from one platform file.\n\n"
    "Start with: trunkline doctor, then trunkline demo. No cloud account is needed for either."
)

_COMMANDS = {
    "doctor": "doctor",
    "check": "check",
    "scan": "scan",
    "waive": "waive",
    "demo": "demo",
    "preview": "lifecycle",
    "up": "lifecycle",
    "refresh": "lifecycle",
    "destroy": "lifecycle",
    "cancel": "lifecycle",
    "graph": "graph",
    "impact": "graph",
    "why": "graph",
    "diff": "graph",
    "export": "export",
    "admission": "admission",
    "sandbox": "sandbox",
}
"""Each command, in the order of the help, and the module that it lives in."""


_INTERRUPTED = "interrupted. Nothing more is being changed; run the same command again to go on."


def application(wanted: str | None = None) -> typer.Typer:
    """The command line; with only the command that is wanted, if there is one of that name.

    The libraries of the engine and the sandbox take longer to import than ``check`` takes to check, so a
    command pays only for what it uses.
    """
    app = typer.Typer(
        name="trunkline",
        help=_HELP,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)
    for name in [wanted] if wanted in _COMMANDS else _COMMANDS:
        module = import_module(f"stacks.cli.{_COMMANDS[name]}")
        if isinstance(group := getattr(module, "app", None), typer.Typer):
            app.add_typer(group, name=name)
        else:
            command: Callable[..., None] = getattr(module, name)
            app.command(name, context_settings=getattr(module, "PASS_THROUGH", None))(command)
    return app


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; every failure ends as a sentence."""
    try:
        code = application(arguments[0] if arguments else None)(list(arguments), standalone_mode=False)
    except CommandError as problem:
        error(str(problem))
        return problem.code
    except KeyboardInterrupt:
        error(_INTERRUPTED)
        return INTERRUPTED
    except Exception as problem:  # noqa: BLE001 - the last line of defence; see the docstring
        return _last_resort(problem)
    if code == INTERRUPTED:
        error(_INTERRUPTED)
    return code if isinstance(code, int) else 0


def _last_resort(problem: Exception) -> int:
    if os.environ.get("TRUNKLINE_DEBUG"):
        raise problem
    shown = getattr(problem, "format_message", None)
    if callable(shown):  # a usage error of the argument library
        error(f"{shown()} Try: trunkline --help")
        return BAD_INPUT
    if getattr(type(problem), "__trunkline_sentence__", False):
        error(str(problem))
        return FAILED
    if isinstance(problem, OSError):
        place = f" ({problem.filename})" if problem.filename else ""
        error(f"{problem.strerror or problem}{place}. Nothing was changed by Trunkline itself.")
        return FAILED
    error(
        f"this is a defect of Trunkline: {type(problem).__name__}. Please report it with the output of "
        "the same command under TRUNKLINE_DEBUG=1."
    )
    return FAILED
