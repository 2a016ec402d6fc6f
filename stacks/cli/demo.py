"""``trunkline demo``: the example platform in the sandbox, with a word on what was seen."""

import time

import typer
from rich.markup import escape

from stacks.cli import lifecycle, sandboxes, workspace
from stacks.cli.terminal import err


def demo() -> None:
    """Bring the example platform up in the sandbox: three sites, no cloud account, policies checked.

    The same as: trunkline up --sandbox --yes
    Take it down again with: trunkline destroy --sandbox --yes
    """
    began = time.perf_counter()
    err.print(
        "[bold]An on-prem OpenShift site, an EKS site and an AKS site come up in simulated clouds.[/]\n"
        "The engine, the program and the policies are the real ones. The clouds are not: "
        "nothing leaves this machine."
    )
    with lifecycle.session(sandbox=True) as made:
        config = made.space.stack_config(workspace.SANDBOX_STACK)
        outcome = made.pulumi(
            "up",
            "--yes",
            "--skip-preview",
            "--suppress-outputs",
            *lifecycle.policy_flags(made.space, config),
        )
        held = sandboxes.count(made.space)
    if outcome.code != 0:
        raise typer.Exit(outcome.code)
    summary = outcome.summary
    done = ", ".join(f"{count} {_WORDS.get(word, word)}" for word, count in sorted(summary.changes.items()))
    refused = sum(summary.violations.values())
    err.print(
        f"[bold green]Done[/] in {time.perf_counter() - began:.0f} s: {done}. "
        f"The simulated clouds hold {held} objects. {escape(_verdict(summary.packs, refused))}"
    )
    err.print(
        "Look next: [bold]stacks/platforms/acme.yaml[/] is all the input; change it and run this again. "
        "[bold]trunkline sandbox status[/] lists what exists, [bold]make demo-destroy[/] takes it down, "
        "and [bold]README.md[/] goes on from here."
    )


_WORDS = {
    "create": "created",
    "same": "unchanged",
    "update": "updated",
    "delete": "deleted",
    "replace": "replaced",
}


def _verdict(packs: tuple[str, ...], messages: int) -> str:
    if not packs:
        return "No policy pack ran."
    name = ", ".join(packs)
    return f"Policies ({name}): {'no finding' if messages == 0 else f'{messages} messages, listed above'}."
