"""The Pulumi program."""

import asyncio
from pathlib import Path
from typing import Any

import pulumi

from stacks import compose, gate, settings
from stacks.declarations import declarations
from stacks.spec import SpecError

root = Path(pulumi.get_root_directory())
try:
    chosen = settings.load(pulumi.Config("trunkline"), root)
    declared = declarations(chosen.document, root=root)
    gate.admit(
        declared,
        gate.configuration(chosen.policies),
        stack=pulumi.get_stack(),
        project=pulumi.get_project(),
    )
except (SpecError, gate.RefusedError, gate.PolicyFileError) as refused:
    # The one kind of error that every language host shows as a sentence. Settings and components raise it
    # themselves; the spec language and the gate know no Pulumi and cannot.
    raise pulumi.RunError(str(refused)) from None

built = compose.build(chosen.platform, protect=chosen.protect, directory=chosen.directory, declared=declared)


async def outputs() -> dict[str, Any]:
    """What the stack exports, once every registration is on its way.

    Without this one turn of the event loop the SDK finds no request to wait for, and waits for all open
    outputs at once instead, again each time that one of them settles (docs/benchmarks.md).
    """
    await asyncio.sleep(0)
    return built.outputs()


pulumi.run(outputs)
