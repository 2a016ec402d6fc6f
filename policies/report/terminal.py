"""The report for a person at a terminal."""

import io
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from policies.engine import Finding, Severity, Verdict
from policies.engine.deferred import Closed
from policies.report.model import SEVERITIES, Judged, Report, subject
from policies.report.texts import visible

_FILE_WIDTH: Final = 120
_LEAST_WIDTH: Final = 20

_STATES: Final[Mapping[str, str]] = {
    "blocks": "bold red",
    "advisory": "yellow",
    "deferred": "cyan",
    "waived": "blue",
}
"""What a finding does, in the order of the summary, and its style."""

_SEVERITY_STYLE: Final = {
    Severity.CRITICAL: "bold red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "",
}

_KINDS: Final = {"state": "State", "preview": "Preview", "platform": "Platform file"}


def render(report: Report) -> str:
    """Return the report as plain text, for a file."""
    console = Console(file=io.StringIO(), width=_FILE_WIDTH, color_system=None, force_terminal=False)
    with console.capture() as captured:
        show(report, console)
    return "\n".join(line.rstrip() for line in captured.get().splitlines()) + "\n"


def show(report: Report, console: Console) -> None:
    """Print the report."""
    for part in _parts(report, console):
        console.print(part, soft_wrap=False)


def _parts(report: Report, console: Console) -> Iterator[RenderableType]:
    source = report.source
    place = f"{source.project}/{source.stack}" if source.project else ""
    yield Text.assemble(
        (_KINDS[source.kind], "bold"),
        visible(f" of {place}" if place else ""),
        visible(f": {_counted(source.resources, 'resource')} in {source.name}"),
    )
    for reason, count in sorted(source.left_out.items()):
        yield Text(visible(f"Not judged: {_counted(count, 'resource')}, {reason}."), style="dim")
    for note in source.notes:
        yield Text(visible(f"Note: {note}"), style="yellow")
    for urn, findings in _by_resource(report.findings):
        yield Text("\n").join((Text(), _heading(urn, findings), _findings(findings, console)))
    if report.findings:
        yield Text()
        yield _summary(report.findings)
    yield Text()
    yield _rules(report.rules)
    yield from _closure(report)
    yield Text()
    yield _verdict(report)


def _by_resource(findings: Sequence[Finding]) -> list[tuple[str, list[Finding]]]:
    """Return the findings of each resource, the worst first."""
    found: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in sorted(findings, key=_rank):
        found[finding.urn].append(finding)
    return list(found.items())


def _rank(finding: Finding) -> tuple[int, int, str, str, str]:
    return list(_STATES).index(_state(finding)), SEVERITIES.index(finding.severity), *finding.place


def _state(finding: Finding) -> str:
    if finding.waived is not None:
        return "waived"
    if finding.deferred:
        return "deferred"
    return "blocks" if finding.blocks else "advisory"


def _heading(urn: str, findings: Sequence[Finding]) -> Text:
    if not urn:
        return Text("About no resource", style="bold")
    about = subject(urn)
    position = next((finding.source_position for finding in findings if finding.source_position), "")
    return Text("  ").join(
        part
        for part in (
            Text(visible(about.name), style="bold"),
            Text(visible(about.type)),
            Text(visible(position or ""), style="dim"),
        )
        if part
    )


def _findings(findings: Sequence[Finding], console: Console) -> Text:
    """Return the findings of one resource as lines. A table does the same, and takes four times as long."""
    lines: list[Text] = []
    for place, finding in enumerate(findings):
        state = _state(finding)
        head = Text.assemble(
            "  ",
            (f"{state:<8}  ", _STATES[state]),
            (f"{finding.severity.value:<8}  ", _SEVERITY_STYLE[finding.severity]),
            f"{finding.rule:<8}  ",
        )
        indent = Text(" " * len(head))
        # One rule has one fix; it stands below its last finding.
        said_below = any(finding.fix == other.fix for other in findings[place + 1 :])
        for part in _told(finding, with_fix=not said_below):
            for line in part.wrap(console, max(console.width - len(indent), _LEAST_WIDTH)):
                line.rstrip()
                lines.append(head + line)
                head = indent
    return Text("\n").join(lines)


def _told(finding: Finding, *, with_fix: bool) -> Iterator[Text]:
    verdict = "error: " if finding.verdict is Verdict.ERROR else ""
    where = f"{finding.path}: " if finding.path else ""
    yield Text(visible(f"{verdict}{where}{finding.message}"))
    if finding.waived is not None:
        yield Text(visible(finding.waived), style="blue")
    for hop in finding.witness:
        yield Text(visible(f"path: {hop}"), style="dim")
    if with_fix:
        yield Text(visible(f"fix: {finding.fix}"), style="dim")


def _summary(findings: Sequence[Finding]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("severity")
    for state in _STATES:
        table.add_column(state, justify="right")
    for severity in SEVERITIES:
        of_it = [_state(finding) for finding in findings if finding.severity is severity]
        if of_it:
            style = _SEVERITY_STYLE[severity]
            counts = [str(of_it.count(state)) if state in of_it else "" for state in _STATES]
            table.add_row(Text(severity.value, style=style), *counts)
    return table


def _rules(rules: Sequence[Judged]) -> RenderableType:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("rule", no_wrap=True)
    table.add_column("promise", overflow="fold")
    for verdict in (Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN, Verdict.ERROR):
        table.add_column(verdict.value, justify="right")
    of_catalogue = [rule for rule in rules if rule.unknown is not None]
    judged = [rule for rule in of_catalogue if any(rule.verdicts.values())]
    for rule in judged:
        counts = (
            rule.verdicts.get(verdict, 0)
            for verdict in (Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN, Verdict.ERROR)
        )
        table.add_row(rule.id, Text(visible(rule.title)), *(str(count) if count else "" for count in counts))
    idle = [rule.id for rule in of_catalogue if rule not in judged]
    parts: list[RenderableType] = [table] if judged else []
    if idle:
        parts.append(Text(f"Nothing to judge for: {', '.join(idle)}", style="dim"))
    return Group(*parts)


def _closure(report: Report) -> Iterator[Text]:
    closed = report.closure.closed
    if closed or report.closure.open:
        yield Text()
        yield Text(
            f"Deferred findings: {len(closed)} closed, {len(report.closure.open)} still open", style="bold"
        )
    for entry, how in closed:
        what = f"{entry.rule} of {subject(entry.urn).name}, deferred on {entry.opened}: {how.value}"
        yield Text(visible(f"  closed  {what}"), style="red" if how is Closed.FAIL else "")


def _verdict(report: Report) -> Text:
    blocking = sum(finding.blocks for finding in report.findings)
    if blocking:
        return Text(f"{_counted(blocking, 'finding')} block{'s' if blocking == 1 else ''}.", style="bold red")
    others = len(report.findings)
    rest = f" {_counted(others, 'finding')} to look at." if others else ""
    return Text(f"No finding blocks.{rest}", style="green")


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
