"""The sandbox's own process; see :mod:`stacks.sandbox.process`."""

import sys

from stacks.sandbox.process import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
