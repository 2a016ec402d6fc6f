"""The Pulumi program."""

from pathlib import Path

import pulumi

from stacks import compose, settings
from stacks.spec import SpecError

try:
    chosen = settings.load(pulumi.Config("trunkline"), Path(pulumi.get_root_directory()))
except SpecError as refused:
    # The one kind of error that every language host shows as a sentence. Settings and components raise it
    # themselves; the spec language knows no Pulumi and cannot.
    raise pulumi.RunError(str(refused)) from None

built = compose.build(chosen.platform, protect=chosen.protect, directory=chosen.directory)
for name, value in built.outputs().items():
    pulumi.export(name, value)
