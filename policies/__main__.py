"""The policy pack as a process: ``pulumi preview --policy-pack policies``.

A language host starts it as ``python policies/__main__.py <engine address> ...``, or runs this folder through
``pulumi.policy``. It prints its port as the first line of standard output, serves until the engine cancels it
or goes away, and says nothing else there. It imports no provider SDK, so that it is ready in a second.
"""

import json
import os
import signal
import sys
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policies.engine import Rule

_ROOT: Final = Path(__file__).resolve().parents[1]
_PARENT_CHECK_SECONDS: Final = 1.0


def main() -> int:
    """Serve the pack; return the exit code."""
    # Running a folder puts that folder first on the path; the package itself lies one level up.
    sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != _ROOT / "policies"]
    sys.path.insert(0, str(_ROOT))
    from policies import catalogue  # noqa: PLC0415 - only importable now
    from policies.engine import ConfigurationError, server  # noqa: PLC0415

    parent = os.getppid()
    # Ctrl-C reaches every process of a terminal. The engine decides what it means, and cancels the pack.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        pack = server.Pack(
            name="trunkline",
            title="Trunkline",
            about="Rules for machine-learning platforms on AWS, Azure and Kubernetes.",
            version=_version(),
            rules=_rules(catalogue.rules()),
            controls=catalogue.controls_by_rule(),
        )
    except ConfigurationError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    try:
        running = server.start(pack)
    except OSError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    cancelled = running.analyzer.cancelled
    signal.signal(signal.SIGTERM, lambda _signal, _frame: cancelled.set())
    sys.stdout.write(f"{running.port}\n")
    sys.stdout.flush()
    # An engine that was killed cannot say goodbye; its child is then given to another parent.
    while not cancelled.wait(_PARENT_CHECK_SECONDS) and os.getppid() == parent:
        pass
    running.stop()
    return 0


def _rules(rules: "Sequence[Rule]") -> "Sequence[Rule]":
    """Return the rules with the enforcement that the file named by TRUNKLINE_POLICIES gives them.

    It is the default of a run; ``--policy-pack-config`` still has the last word. The sandbox sets it, so that
    plain ``pulumi`` in its shell judges as ``trunkline up --sandbox`` does.

    Raises:
        ConfigurationError: The file cannot be used.
    """
    named = os.environ.get("TRUNKLINE_POLICIES")
    if not named:
        return rules
    from policies.engine import ConfigurationError, configuration  # noqa: PLC0415

    try:
        chosen = configuration.read(json.loads(Path(named).read_text(encoding="utf-8")), rules)
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"TRUNKLINE_POLICIES names {named}, which cannot be used: {error}") from None
    return [replace(rule, enforcement=chosen.rules[rule.id].enforcement) for rule in rules]


def _version() -> str:
    try:
        return metadata.version("trunkline")
    except metadata.PackageNotFoundError:
        return "0.0.0"


if __name__ == "__main__":
    sys.exit(main())
