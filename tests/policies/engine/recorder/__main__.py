"""A policy pack without rules that writes down the resources it was sent, for comparison."""

import os
import pickle
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]


def main() -> None:
    """Serve until the engine says that it is enough."""
    sys.path.insert(0, str(ROOT))
    from policies.engine import Inventory, Resource, server  # noqa: PLC0415 - only importable now

    class Recording(Inventory):
        def __init__(self, resources: Iterable[Resource]) -> None:
            seen = list(resources)
            super().__init__(seen)
            Path(os.environ["RECORD"]).write_bytes(pickle.dumps(seen))

    server.Inventory = Recording
    pack = server.Pack(name="recorder", title="Recorder", about="Writes down.", version="0.0.1", rules=())
    running = server.start(pack)
    sys.stdout.write(f"{running.port}\n")
    sys.stdout.flush()
    running.analyzer.cancelled.wait(60)
    running.stop()


if __name__ == "__main__":
    main()
