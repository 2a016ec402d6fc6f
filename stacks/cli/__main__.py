"""``python -m stacks.cli`` is ``trunkline``."""

from stacks.cli import main

main()
