"""``trunkline graph``, ``impact``, ``why`` and ``diff``: questions about what depends on which data."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from stacks.cli import inputs
from stacks.cli.terminal import BAD_INPUT, CommandError, emit_json, err, out

if TYPE_CHECKING:
    from policies.engine import Evaluation, Finding, Hop
    from policies.linkage import Graph, Node
    from policies.linkage.questions import Change, Reached


class Form(StrEnum):
    """How to write a graph."""

    TREE = "tree"
    DOT = "dot"
    MERMAID = "mermaid"
    JSON = "json"


File = Annotated[
    Path | None,
    typer.Argument(
        help="A platform file, an exported state, a preview as JSON, or - for standard input. "
        "Without it: the platform file of the sandbox's stack.",
        show_default=False,
    ),
]
Of = Annotated[
    Path | None,
    typer.Option("--of", help="The file to ask about; see trunkline graph.", show_default=False),
]
NodeName = Annotated[str, typer.Argument(help="An id such as dataset:clicks, or a name that is unique.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document for a machine.")]


def graph(
    file: File = None,
    form: Annotated[Form, typer.Option("--format", help="How to write it.")] = Form.TREE,
) -> None:
    """Show what depends on which data: sources, datasets, features, models and endpoints.

    Examples: trunkline graph --format dot | dot -Tsvg > graph.svg,
    pulumi stack export | trunkline graph -
    """
    from policies.linkage import drawing  # noqa: PLC0415 - other commands do not pay for the graph

    found = _graph(file)
    if not found.nodes:
        err.print("Nothing is declared: the file names no dataset, feature view, model or endpoint.")
    draw = {
        Form.TREE: drawing.tree,
        Form.DOT: drawing.dot,
        Form.MERMAID: drawing.mermaid,
        Form.JSON: drawing.text,
    }
    print(draw[form](found), end="")  # noqa: T201 - this is the output


def impact(node: NodeName, file: Of = None, as_json: AsJson = False) -> None:
    """Show what breaks if a node changes or goes, the nearest first, with the way it gets there.

    Example: trunkline impact dataset:clicks
    """
    from policies.linkage import questions  # noqa: PLC0415

    found = _graph(file)
    start = _find(found, node)
    reached = questions.impact(found, start)
    if as_json:
        emit_json({"node": start.id, "reaches": _plain(reached)})
        return
    _told(start, reached, "Nothing rests on {}.", "{} nodes rest on {}:", "1 node rests on {}:")


def why(node: NodeName, file: Of = None, as_json: AsJson = False) -> None:
    """Show what a node depends on, and under which obligations: classification, licences, places, purposes.

    Example: trunkline why endpoint:rank
    """
    from policies.linkage import questions  # noqa: PLC0415

    found = _graph(file)
    end = _find(found, node)
    reached = questions.why(found, end)
    holds = questions.obligations(found.effective(end.id))
    if as_json:
        emit_json({"node": end.id, "restsOn": _plain(reached), "obligations": holds})
        return
    _told(end, reached, "{} rests on nothing.", "{1} rests on {0} nodes:", "{} rests on 1 node:")
    out.print("\n[bold]What holds for its data:[/]")
    for key, value in holds.items():
        out.print(f"  {_WORDS[key]}: {escape(_shown(value))}")


def diff(
    ref: Annotated[str, typer.Argument(help="A commit, branch or tag of Git to compare with.")],
    file: Of = None,
    as_json: AsJson = False,
) -> None:
    """Show what a change does to the graph and to the verdicts, compared with a commit.

    Exit code 1 if it brings a finding that blocks.

    Example: trunkline diff origin/main
    """
    from policies.linkage import questions  # noqa: PLC0415

    path = inputs.platform_file(file)
    now = inputs.of_platform(path)
    before = inputs.of_platform_at(path, ref)
    change = questions.difference(_graph_of(before), _graph_of(now))
    fresh, gone = _delta(inputs.judged(before), inputs.judged(now))
    if as_json:
        emit_json(_change_document(change, fresh, gone))
    else:
        _show_change(change, ref)
        _show_delta(fresh, gone)
    if any(finding.blocks for finding in fresh):
        raise typer.Exit(1)


def _graph(file: Path | None) -> "Graph":
    return _graph_of(inputs.read(file))


def _graph_of(found: inputs.Input) -> "Graph":
    from policies import linkage  # noqa: PLC0415

    return linkage.of(found.inventory)


def _find(found: "Graph", name: str) -> "Node":
    from policies.linkage import questions  # noqa: PLC0415

    try:
        return questions.find(found, name)
    except questions.NodeError as error:
        raise CommandError(str(error), code=BAD_INPUT) from None


def _told(node: "Node", reached: Sequence["Reached"], none: str, many: str, one: str) -> None:
    if not reached:
        out.print(escape(none.format(node.label)))
        return
    head = one.format(node.label) if len(reached) == 1 else many.format(len(reached), node.label)
    out.print(f"[bold]{escape(head)}[/]")
    for item in reached:
        out.print(f"  {item.distance}  {escape(_safe(item.node.label))}")
        out.print(f"     [dim]{escape(_path(item.path))}[/]")


def _path(path: Iterable["Hop"]) -> str:
    from policies.engine.hop import drawn  # noqa: PLC0415

    return _safe(drawn(tuple(path)))


def _safe(text: str) -> str:
    from policies.linkage import drawing  # noqa: PLC0415

    return drawing.plain(text)


def _plain(reached: Iterable["Reached"]) -> list[Mapping[str, Any]]:
    return [
        {"node": item.node.id, "distance": item.distance, "path": [str(hop) for hop in item.path]}
        for item in reached
    ]


_WORDS = {
    "confidentiality": "confidentiality",
    "codes": "protected data",
    "licences": "licences",
    "storage": "may be stored in",
    "processing": "may be processed in",
    "onPremOnly": "on-prem only",
    "purposes": "purposes",
    "retentionDays": "must be gone after (days)",
    "riskTier": "risk tier",
    "open": "not known",
}


def _shown(value: Any) -> str:
    match value:
        case None:
            return "no limit"
        case bool():
            return "yes" if value else "no"
        case []:
            return "none"
        case list():
            return ", ".join(map(str, value))
        case {"allowed": allowed, "forbidden": forbidden}:
            anywhere = "anywhere" if allowed is None else ", ".join(allowed) or "nowhere"
            return anywhere + (f", never {', '.join(forbidden)}" if forbidden else "")
        case _:
            return str(value)


Findings = Sequence["Finding"]


def _delta(before: "Evaluation", now: "Evaluation") -> tuple[Findings, Findings]:
    """Return the findings that are new and those that are gone; what a finding says decides."""
    old = {(finding.place, finding.message) for finding in before.findings}
    new = {(finding.place, finding.message) for finding in now.findings}
    return (
        [finding for finding in now.findings if (finding.place, finding.message) not in old],
        [finding for finding in before.findings if (finding.place, finding.message) not in new],
    )


def _show_change(change: "Change", ref: str) -> None:
    if change.empty:
        out.print(f"The graph is the same as at {escape(ref)}.")
        return
    for sign, names in (("[green]+[/]", change.nodes_added), ("[red]-[/]", change.nodes_removed)):
        for name in names:
            out.print(f"{sign} {escape(_safe(name))}")
    for sign, edges in (("[green]+[/]", change.edges_added), ("[red]-[/]", change.edges_removed)):
        for edge in edges:
            line = f"{edge.upstream} -[{edge.kind.value}]-> {edge.downstream}  {edge.position}"
            out.print(f"{sign} {escape(_safe(line))}")
    for name, changed in change.obligations.items():
        for key, (was, will_be) in changed.items():
            told = f"{name}: {_WORDS[key]} was {_shown(was)}, becomes {_shown(will_be)}"
            out.print(f"[yellow]~[/] {escape(_safe(told))}")
    for name, paths in change.newly_fed.items():
        for path in paths:
            out.print(f"[bold]{escape(_safe(name))} now depends on:[/] {escape(_path(path))}")


def _show_delta(fresh: Findings, gone: Findings) -> None:
    for head, findings in (("New findings", fresh), ("Findings that are gone", gone)):
        if findings:
            out.print(f"\n[bold]{head}:[/]")
        for finding in findings:
            name = finding.urn.rpartition("::")[2]
            out.print(f"  {escape(_safe(f'{finding.rule} {name}: {finding.message}'))}")
            if finding.witness:
                out.print(f"     [dim]{escape(_path(finding.witness))}[/]")
    if not fresh and not gone:
        out.print("The verdicts are the same.")


def _change_document(change: "Change", fresh: Findings, gone: Findings) -> Mapping[str, Any]:
    return {
        "nodesAdded": change.nodes_added,
        "nodesRemoved": change.nodes_removed,
        "edgesAdded": [_edge(edge) for edge in change.edges_added],
        "edgesRemoved": [_edge(edge) for edge in change.edges_removed],
        "obligations": change.obligations,
        "newlyFed": {
            name: [[str(hop) for hop in path] for path in paths] for name, paths in change.newly_fed.items()
        },
        "findingsNew": [_finding(finding) for finding in fresh],
        "findingsGone": [_finding(finding) for finding in gone],
    }


def _edge(edge: Any) -> Mapping[str, str]:
    return {
        "upstream": edge.upstream,
        "downstream": edge.downstream,
        "kind": edge.kind.value,
        "position": edge.position,
    }


def _finding(finding: "Finding") -> Mapping[str, Any]:
    return {
        "rule": finding.rule,
        "urn": finding.urn,
        "path": finding.path,
        "message": finding.message,
        "blocks": finding.blocks,
        "witness": [str(hop) for hop in finding.witness],
    }
