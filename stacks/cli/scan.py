"""``trunkline scan``: the rules over a state, a preview or a platform file, without an engine."""

from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from policies import report as reports
from policies.report.texts import visible
from stacks.cli import offline
from stacks.cli.patience import working
from stacks.cli.terminal import BAD_INPUT, FAILED, CommandError, err, note, out

if TYPE_CHECKING:
    from policies.engine import Configuration, Evaluation
    from policies.engine.deferred import Closure
    from policies.report.model import Report, Source


class Format(StrEnum):
    """How to show what was found; one module of `policies.report` each."""

    TERMINAL = "terminal"
    JSON = "json"
    SARIF = "sarif"


class FailOn(StrEnum):
    """Which findings end with exit code 1."""

    MANDATORY = "mandatory"
    ADVISORY = "advisory"
    NEVER = "never"


def scan(
    file: Annotated[
        str | None,
        typer.Argument(
            help="A state, a preview or a platform file; - reads standard input.", show_default=False
        ),
    ] = None,
    stack: Annotated[
        str | None, typer.Option(help="Judge the state of this stack, as the engine exports it.")
    ] = None,
    sandbox: Annotated[bool, typer.Option("--sandbox", help="Judge the state of the sandbox.")] = False,
    config: Annotated[
        Path | None,
        typer.Option(
            help="Configuration of rules and waivers. Without it: the one that the stack's config names."
        ),
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="How to show what was found.")] = Format.TERMINAL,
    output: Annotated[Path | None, typer.Option(help="Write it to this file.")] = None,
    fail_on: Annotated[
        FailOn,
        typer.Option(help="Exit code 1 for a finding that blocks, for any not waived or deferred, or never."),
    ] = FailOn.MANDATORY,
    deferred: Annotated[
        Path | None,
        typer.Option(help="The record of deferred findings: a preview writes it, a state closes it."),
    ] = None,
    partial: Annotated[
        bool, typer.Option("--partial", help="Judge a preview that does not show every resource.")
    ] = False,
) -> None:
    """Judge an exported state, a preview or a platform file by the rules. Needs no engine and no account.

    The kind of file is recognised by its content. Exit code 0: nothing blocks; 1: a finding blocks; 2: the
    input cannot be judged. Secrets are compared and never shown.

    Examples: pulumi stack export | trunkline scan -
    pulumi preview --json --show-sames | trunkline scan - --format sarif --output findings.sarif
    trunkline scan stacks/platforms/acme.yaml
    """
    with working("Reading") as go_on:
        loaded = offline.load(file, stack=stack, sandbox=sandbox, partial=partial)
        try:
            report = _judged(loaded, config, deferred, go_on)
        except RecursionError:
            raise CommandError(
                f"{visible(loaded.name)}: a value is nested too deeply to be judged.", code=BAD_INPUT
            ) from None
    _write(report, form, output)
    if _fails(report, fail_on):
        raise typer.Exit(FAILED)


def _judged(
    loaded: offline.Loaded, config: Path | None, deferred: Path | None, go_on: Callable[[str], None]
) -> "Report":
    from policies import catalogue  # noqa: PLC0415 - imports every rule; --help does not need them
    from policies.engine import Inventory, evaluate  # noqa: PLC0415
    from policies.report import model  # noqa: PLC0415
    from policies.report.redaction import redacted  # noqa: PLC0415

    snapshot, rules = loaded.snapshot, catalogue.rules()
    configuration, chosen = offline.configuration(config, snapshot)
    judging = f"Judging {len(snapshot.resources)} resources"
    go_on(judging)
    found = evaluate(
        rules,
        Inventory(snapshot.resources),
        configuration,
        settled=snapshot.settled,
        begins=lambda rule: go_on(f"{judging} by {rule.id}"),
    )
    evaluation = redacted(found, snapshot.resources)
    now = datetime.now(UTC)
    return model.build(
        version=version("trunkline"),
        created=now,
        settled=snapshot.settled,
        source=_source(loaded, chosen if config is None else None),
        rules=rules,
        controls=catalogue.controls_by_rule(),
        configuration=configuration,
        evaluation=evaluation,
        closure=_closure(deferred, loaded, evaluation, configuration, now) if deferred else None,
    )


def _source(loaded: offline.Loaded, implied: Path | None) -> "Source":
    from policies.report.model import Source  # noqa: PLC0415 - as above

    snapshot = loaded.snapshot
    notes = [*snapshot.notes]
    here = offline.project_here()
    if snapshot.project and here and snapshot.project != here:
        notes.append(
            f"This is a stack of the project {snapshot.project}; the project of this folder is {here}."
        )
    if implied is not None:
        notes.append(f"Rules and waivers are configured by {implied}, which the config of the stack names.")
    if not snapshot.resources:
        notes.append("It holds no resource, so nothing was judged.")
    return Source(
        kind=snapshot.kind.value,
        name=loaded.name,
        sha256=loaded.sha256,
        project=snapshot.project,
        stack=snapshot.stack,
        engine=snapshot.engine,
        resources=len(snapshot.resources),
        left_out=snapshot.left_out,
        missing=snapshot.missing,
        partial=snapshot.partial,
        notes=tuple(notes),
    )


def _closure(
    file: Path,
    loaded: offline.Loaded,
    evaluation: "Evaluation",
    configuration: "Configuration",
    now: datetime,
) -> "Closure | None":
    """Write the record of deferred findings after a preview; hold it against a state."""
    from policies import catalogue  # noqa: PLC0415 - as above
    from policies.engine import deferred as records  # noqa: PLC0415
    from policies.engine.offline import InputError, Kind  # noqa: PLC0415

    snapshot = loaded.snapshot
    if snapshot.kind is Kind.PLATFORM:
        raise CommandError(
            "--deferred belongs to a preview, which defers findings, and to a state, which closes them. A "
            "platform file does neither.",
            code=BAD_INPUT,
        )
    try:
        earlier = records.read(file.read_text(encoding="utf-8")) if file.exists() else None
    except (InputError, OSError, UnicodeDecodeError) as problem:
        why = str(problem) if isinstance(problem, InputError) else "it cannot be read as text"
        raise CommandError(f"{file}: {visible(why)}", code=BAD_INPUT) from None
    if earlier is not None and (earlier.project, earlier.stack) != (snapshot.project, snapshot.stack):
        raise CommandError(
            f"{file} records deferred findings of {visible(f'{earlier.project}/{earlier.stack}')}, and this "
            f"is {visible(f'{snapshot.project}/{snapshot.stack}')}. Keep one file for each stack.",
            code=BAD_INPUT,
        )
    if snapshot.kind is Kind.PREVIEW:
        record = records.opened(evaluation, snapshot, now, earlier)
        offline.replace(file, record.text())
        note(f"{len(record.entries)} deferred findings are on record in {file}.")
        return None
    if earlier is None:
        raise CommandError(
            f"there is no record of deferred findings {file}. Scan the preview with the same option first, "
            "or leave it out.",
            code=BAD_INPUT,
        )
    closure = records.close(earlier, evaluation, snapshot, catalogue.rules(), configuration)
    offline.replace(
        file, records.Record(project=earlier.project, stack=earlier.stack, entries=tuple(closure.open)).text()
    )
    return closure


def _write(report: "Report", form: Format, output: Path | None) -> None:
    if output is not None:
        offline.replace(output, reports.render(report, form.value))
        blocking = sum(finding.blocks for finding in report.findings)
        err.print(
            f"{len(report.findings)} findings, {blocking} of them block: written to {escape(str(output))}"
        )
    elif form is Format.TERMINAL:
        from policies.report import terminal  # noqa: PLC0415 - only this format needs it

        terminal.show(report, out)
    else:
        typer.echo(reports.render(report, form.value), nl=False)


def _fails(report: "Report", fail_on: FailOn) -> bool:
    match fail_on:
        case FailOn.NEVER:
            return False
        case FailOn.MANDATORY:
            return report.blocks
        case FailOn.ADVISORY:
            return any(finding.waived is None and not finding.deferred for finding in report.findings)
