"""The ``trunkline`` command."""

import sys


def main() -> None:
    """Run the command and exit: 0 done, 1 the work failed, 2 the input was wrong, 130 interrupted.

    No traceback reaches the user. ``TRUNKLINE_DEBUG=1`` shows it to whoever mends Trunkline itself.
    """
    from stacks.cli.app import run  # noqa: PLC0415 - keeps ``import stacks.cli`` free of cost

    sys.exit(run(sys.argv[1:]))
