"""``preview``, ``up``, ``refresh`` and ``destroy``: thin over the engine."""

import contextlib
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from stacks.cli import engines, platform_file, pulumi, sandboxes, workspace
from stacks.cli.terminal import BAD_INPUT, CommandError, err, note

PASS_THROUGH = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": ["--help"]}
"""Whatever Trunkline does not know goes to the engine as it is."""

InSandbox = Annotated[
    bool, typer.Option("--sandbox", help="Use the simulated clouds of this folder: no account, no network.")
]
WithoutPolicies = Annotated[
    bool, typer.Option("--no-policies", help="Leave the policy pack out. Only for looking; CI should never.")
]

_NEEDS_POLICIES = frozenset({"preview", "up"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """An engine that is ready to work on this workspace."""

    space: workspace.Workspace
    executable: Path
    variables: dict[str, str]

    def pulumi(self, *arguments: str) -> pulumi.Outcome:
        """Run the engine; see `stacks.cli.pulumi.run`."""
        return pulumi.run(self.executable, arguments, root=self.space.root, variables=self.variables)


def preview(
    context: typer.Context,
    sandbox: InSandbox = False,
    no_policies: WithoutPolicies = False,
) -> None:
    """Show what an update would do, and whether the policies allow it. Changes nothing.

    Every flag of `pulumi preview` works here too: --diff, --json, --stack NAME, --target URN, --refresh.
    Example: trunkline preview --sandbox --diff
    """
    _run("preview", context.args, sandbox=sandbox, policies=not no_policies)


def up(
    context: typer.Context,
    sandbox: InSandbox = False,
    no_policies: WithoutPolicies = False,
) -> None:
    """Create or update everything that the platform file describes.

    Every flag of `pulumi up` works here too: --yes, --stack NAME, --refresh, --parallel N, --target URN.
    The policy pack in policies/ runs with it unless you name another with --policy-pack.
    Example: trunkline up --sandbox --yes
    """
    _run("up", context.args, sandbox=sandbox, policies=not no_policies)


def refresh(context: typer.Context, sandbox: InSandbox = False) -> None:
    """Compare the state with what is really there. Every flag of `pulumi refresh` works here too."""
    _run("refresh", context.args, sandbox=sandbox, policies=False)


def destroy(context: typer.Context, sandbox: InSandbox = False) -> None:
    """Delete everything in the stack. Protected resources are refused, with their names.

    Every flag of `pulumi destroy` works here too. In the sandbox it also says whether anything is left.
    Example: trunkline destroy --sandbox --yes
    """
    _run("destroy", context.args, sandbox=sandbox, policies=False)


def cancel(context: typer.Context, sandbox: InSandbox = False) -> None:
    """Release the lock of a stack whose update died. Every flag of `pulumi cancel` works here too."""
    _run("cancel", context.args, sandbox=sandbox, policies=False)


@contextlib.contextmanager
def session(*, sandbox: bool) -> Generator[Session]:
    """Find the engine and, if asked, start the sandbox and select its stack.

    A sandbox that this starts ends with it; one that is already up is used and left alone.
    """
    space = workspace.find()
    engine = engines.resolve()
    if not sandbox:
        yield Session(space=space, executable=engine.executable, variables=dict(engine.environment()))
        return
    space.prepare()
    with sandboxes.attached(space) as providers:
        variables = space.sandbox_variables(providers=providers, engine=engine.environment())
        made = Session(space=space, executable=engine.executable, variables=variables)
        sandboxes.select_stack(made.executable, space, variables)
        yield made


def _run(operation: str, arguments: Sequence[str], *, sandbox: bool, policies: bool) -> None:
    wanted = [operation, *arguments]
    if sandbox and _value_of(arguments, "--stack", "-s"):
        raise CommandError(
            f"--sandbox always works on the stack {workspace.SANDBOX_STACK!r}; "
            "leave --stack out, or leave --sandbox out.",
            code=BAD_INPUT,
        )
    if operation in _NEEDS_POLICIES:
        _check_first(arguments, sandbox=sandbox)
    with session(sandbox=sandbox) as made:
        if operation in _NEEDS_POLICIES and policies and not _value_of(arguments, "--policy-pack"):
            wanted += policy_flags(made.space, _config(made.space, arguments, sandbox=sandbox), arguments)
        elif operation in _NEEDS_POLICIES and not policies:
            note("The policy pack is left out.")
        code = made.pulumi(*wanted).code
        if operation == "destroy" and sandbox and code == 0:
            code = _report_leftovers(made.space)
    raise typer.Exit(code)


def _check_first(arguments: Sequence[str], *, sandbox: bool) -> None:
    """Refuse a broken platform file within a second, where it is plain which one will be used.

    The program checks it too; this only saves the wait for the engine.
    """
    space = workspace.find()
    config = _config(space, arguments, sandbox=sandbox)
    if config is not None:
        platform_file.refuse_if_broken(platform_file.named_by(config, space.root))


def _config(space: workspace.Workspace, arguments: Sequence[str], *, sandbox: bool) -> Path | None:
    """The stack config that a command line means, where that is plain and the file is there."""
    stack = workspace.SANDBOX_STACK if sandbox else _value_of(arguments, "--stack", "-s")
    config = _value_of(arguments, "--config-file") or (space.stack_config(stack) if stack else None)
    return space.root / config if config is not None and (space.root / config).is_file() else None


def policy_flags(space: workspace.Workspace, config: Path | None, arguments: Sequence[str] = ()) -> list[str]:
    """The flags that run the pack with the configuration that a stack's config names."""
    flags = ["--policy-pack", str(space.policies)]
    chosen = platform_file.policies_of(config, space.root) if config is not None else None
    if chosen is not None and not _value_of(arguments, "--policy-pack-config"):
        flags += ["--policy-pack-config", str(chosen)]
    return flags


def _value_of(arguments: Sequence[str], *names: str) -> str | None:
    """The value of an option of the engine, written as ``--name value`` or ``--name=value``."""
    for at, argument in enumerate(arguments):
        if argument in names:
            return arguments[at + 1] if at + 1 < len(arguments) else None
        name, equals, value = argument.partition("=")
        if equals and name in names:
            return value
    return None


def _report_leftovers(space: workspace.Workspace) -> int:
    left = sandboxes.leftovers(space)
    if not left:
        err.print("[green]Nothing is left[/] in the sandbox.")
        return 0
    for line in left:
        err.print(f"left: {line}", markup=False)
    err.print(
        f"[bold red]error:[/] {len(left)} objects are left in the sandbox that the stack does not know."
    )
    return 1
