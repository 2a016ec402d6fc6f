"""A stand-in for the ``go`` command, for what happens around a build."""

import stat
from pathlib import Path

BUILDS = """
while [ $# -gt 0 ]; do [ "$1" = -o ] && program=$2; shift; done
printf '#!/bin/sh\\necho v3.6.5 v1.36.3 v0.8.0\\n' > "$program"
chmod +x "$program"
"""
"""Build a program that knows every version that is asked for."""


def install(folder: Path, script: str) -> Path:
    """Write the stand-in into ``folder``, and return the file that gets a line for each call."""
    calls = folder / "calls"
    command = folder / "go"
    command.write_text(f'#!/bin/sh\necho "$*" >> {calls}\n{script}')
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    calls.touch()
    return calls
