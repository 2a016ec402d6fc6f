"""``python -m tests.support.prepare``: get what the tests run on, with progress, before the first test.

The Pulumi CLI and the Kubernetes control plane are built once and kept in the user's cache folder. Cold, on
two cores, that takes about four minutes for the first and eight for the second.
"""

import sys

from stacks.cli import engines
from stacks.engine import EngineError
from tests.support.control_plane import manifests, programs
from tests.support.control_plane.errors import ControlPlaneError


def main() -> int:
    """Build what is missing; the result is the exit code."""
    try:
        engine = engines.resolve()
        print(f"Pulumi {engine.version} at {engine.executable}", flush=True)
        programs.built(_say)
        manifests.custom_resources(manifests.custom_resource_sets(), _say)
        manifests.stages(_say)
    except (EngineError, ControlPlaneError) as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    return 0


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
