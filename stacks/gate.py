"""The first gate: what the platform file declares is judged before anything is registered.

The rules, the graph and the verdicts are those of the policy pack. A pack runs when resources are registered,
and its rules about several resources only at the end; a refusal here stops the program while nothing exists.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from policies import catalogue
from policies.engine import Configuration, ConfigurationError, Evaluation, Finding, Inventory, Resource
from policies.engine import configuration as configurations
from policies.engine.evaluate import evaluate
from policies.engine.hop import drawn
from policies.engine.values import properties_from_json
from stacks.declarations import Declaration


class RefusedError(Exception):
    """Findings that must not be deployed; the message lists them."""

    __trunkline_sentence__: ClassVar[bool] = True

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        count = len(self.findings)
        head = "1 finding refuses" if count == 1 else f"{count} findings refuse"
        super().__init__(
            "\n\n".join([f"{head} this platform; nothing was registered:", *map(_told, findings)])
        )


class PolicyFileError(Exception):
    """A configuration of rules and waivers that cannot be used."""

    __trunkline_sentence__: ClassVar[bool] = True


def resources(
    declared: Sequence[Declaration], *, stack: str = "check", project: str = "trunkline"
) -> Sequence[Resource]:
    """Return the resources that the declarations will become, with what is known before anything exists."""
    return tuple(
        Resource(
            urn=f"urn:pulumi:{stack}::{project}::{declaration.type}::{declaration.name}",
            type=declaration.type,
            name=declaration.name,
            inputs=properties_from_json(declaration.properties),
            source_position=declaration.properties.get("position"),
        )
        for declaration in declared
    )


def judge(
    declared: Sequence[Declaration],
    configuration: Configuration,
    *,
    stack: str = "check",
    project: str = "trunkline",
) -> Evaluation:
    """Return what every rule says about the declarations alone."""
    inventory = Inventory(resources(declared, stack=stack, project=project))
    return evaluate(catalogue.rules(), inventory, configuration, settled=False)


def admit(declared: Sequence[Declaration], configuration: Configuration, *, stack: str, project: str) -> None:
    """Let the declarations pass, or refuse them.

    Raises:
        RefusedError: A finding blocks; everything that blocks is told at once.
    """
    found = judge(declared, configuration, stack=stack, project=project)
    blocking = [finding for finding in found.findings if finding.blocks]
    if blocking:
        raise RefusedError(blocking)


def configuration(file: Path | None) -> Configuration:
    """Read the configuration of rules and waivers; without a file, that of the rules themselves.

    Raises:
        PolicyFileError: The file cannot be read or used.
    """
    if file is None:
        return configurations.default(catalogue.rules())
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        if not isinstance(content, dict):
            raise PolicyFileError(
                f"{file} is not a configuration of rules. It has to be an object with one entry for each "
                "rule that is set differently; docs/policies/README.md shows one."
            )
        return configurations.read(content, catalogue.rules())
    except OSError as error:
        raise PolicyFileError(f"{file} cannot be read: {error.strerror}. Check trunkline:policies.") from None
    except ValueError as error:
        what = str(error) if isinstance(error, ConfigurationError) else "it is not JSON"
        raise PolicyFileError(f"{file} cannot be used: {what}.") from None


def _told(finding: Finding) -> str:
    path = f"\n    Path: {drawn(finding.witness)}" if finding.witness else ""
    where = f" ({finding.source_position})" if finding.source_position else ""
    name = finding.urn.rpartition("::")[2]
    return f"  {finding.rule} {name}{where}: {finding.message}.{path}\n    Fix: {finding.fix}"
