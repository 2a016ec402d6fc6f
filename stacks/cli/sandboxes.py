"""The sandbox of a workspace: start it or use the one that is up, select its stack, look into it."""

import contextlib
import os
import subprocess
from collections.abc import Generator, Mapping
from pathlib import Path

from stacks.cli import pulumi, workspace
from stacks.cli.terminal import FAILED, CommandError
from stacks.sandbox import Sandbox, Store

_SELECT_LIMIT = 120
"""Seconds for ``pulumi stack select``, which takes one or two."""


@contextlib.contextmanager
def attached(space: workspace.Workspace) -> Generator[Mapping[str, str]]:
    """The variables of this workspace's sandbox; one that was not up is started, and stopped at the end.

    Raises:
        SandboxError: it cannot start; the text says why.
    """
    sandbox = Sandbox(space.sandbox)
    found = sandbox.running()
    clusters = {context: Path(file) for context, file in found.clusters.items()} if found else None
    with sandbox.start(parent=os.getpid(), clusters=clusters) as started:
        yield started.environment


def select_stack(executable: Path, space: workspace.Workspace, variables: Mapping[str, str]) -> None:
    """Select the sandbox's stack and make it where there is none yet.

    Raises:
        CommandError: the engine refused; the text is the engine's own, with what to do about it if we know.
    """
    done = subprocess.run(
        [
            str(executable),
            "stack",
            "select",
            "--create",
            "--non-interactive",
            "--stack",
            workspace.SANDBOX_STACK,
        ],
        cwd=space.root,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=_SELECT_LIMIT,
        check=False,
    )
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().removeprefix("error: ")
        advice = "".join(f"\nwhat to do: {text}" for text in pulumi.advice_for(said))
        raise CommandError(
            f"the stack {workspace.SANDBOX_STACK!r} cannot be selected: {said}{advice}", code=FAILED
        )


def count(space: workspace.Workspace) -> int:
    """The number of objects that exist in the simulated clouds."""
    with Store(space.sandbox) as store:
        return len(store.list())


def leftovers(space: workspace.Workspace) -> list[str]:
    """What exists in the simulated clouds, as lines; after a destroy nothing should."""
    with Store(space.sandbox) as store:
        return [f"{item.type} {item.id} ({item.urn})" for item in store.list()]
