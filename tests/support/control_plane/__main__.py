"""Run a control plane by hand: ``python -m tests.support.control_plane [--nodes COUNT] [--bare]``."""

import argparse
import signal
import sys
from pathlib import Path

from tests.support.control_plane.errors import ControlPlaneError
from tests.support.control_plane.nodes import NodeShape
from tests.support.control_plane.plane import start


def main() -> int:
    """Run until Ctrl-C or SIGTERM. Return 0, or 2 where it cannot start."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.control_plane", description=main.__doc__)
    parser.add_argument("--nodes", type=int, default=2, help="simulated nodes with 8 GPUs each (default: 2)")
    parser.add_argument("--bare", action="store_true", help="leave the custom resources out")
    chosen = parser.parse_args()
    # Without this, SIGTERM would leave its folder behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with start(_say) as plane:
            if not chosen.bare:
                plane.install_custom_resources()
            if chosen.nodes:
                plane.add_nodes(chosen.nodes, shape=NodeShape(resources={"nvidia.com/gpu": 8}))
            _describe(plane.server, plane.kubeconfig, chosen.nodes)
            signal.sigwait({signal.SIGINT, signal.SIGTERM})
            _say("Stopping.")
    except KeyboardInterrupt:
        _say("Stopped.")
    except ControlPlaneError as error:
        _say(str(error))
        return 2
    return 0


def _describe(server: str, kubeconfig: Path, nodes: int) -> None:
    _say(f"A Kubernetes control plane with {nodes} simulated nodes answers at {server}.")
    _say(f"  export KUBECONFIG={kubeconfig}")
    _say("Everything in it is gone once it stops. Stop it with Ctrl-C.")


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
