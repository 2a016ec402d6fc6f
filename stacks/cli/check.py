"""``trunkline check``: the platform file alone, no engine."""

import time
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from stacks.cli import platform_file, workspace
from stacks.cli.terminal import BAD_INPUT, emit_json, err, out


def check(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="The platform file. Without it: the one that the stack's config names.", show_default=False
        ),
    ] = None,
    stack: Annotated[
        str, typer.Option(help="The stack whose config names the file.")
    ] = workspace.SANDBOX_STACK,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document for a machine.")] = False,
) -> None:
    """Check a platform file: spelling, types, references, overlapping ranges. Takes under a second.

    All problems of the file are listed together, each with its line, what was found, what is allowed and
    how to fix it. Nothing is created and no network is used. Exit code 2 means that the file is wrong.

    Example: trunkline check stacks/platforms/acme.yaml
    """
    from stacks import spec  # noqa: PLC0415 - the other commands do not pay for the parser
    from stacks.spec.types import OnPremSite  # noqa: PLC0415

    path = file if file is not None else _of_stack(stack)
    began = time.perf_counter()
    try:
        document = spec.load(path)
    except spec.SpecError as wrong:
        platform_file.show_problems(path, wrong, as_json=as_json)
        raise typer.Exit(BAD_INPUT) from None
    took = time.perf_counter() - began
    platform = document.platform
    if as_json:
        emit_json(
            {
                "file": str(path),
                "ok": True,
                "platform": platform.platform,
                "sites": {name: site.kind for name, site in platform.sites.items()},
                "objectStores": {name: store.site for name, store in platform.object_stores.items()},
                "problems": [],
            }
        )
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("site", "kind", "where", "nodes", "pods", "services", "object stores"):
        table.add_column(column, overflow="fold")
    for name, site in platform.sites.items():
        ranges = document.ranges(name)
        where = site.country if isinstance(site, OnPremSite) else site.region
        stores = [store for store, entry in platform.object_stores.items() if entry.site == name]
        table.add_row(
            name,
            site.kind,
            where,
            str(ranges.nodes),
            str(ranges.pods),
            str(ranges.services),
            ", ".join(stores),
        )
    out.print(table)
    err.print(f"[green]no problem found[/] in {escape(str(path))} [dim]({took:.2f} s)[/]")


def _of_stack(stack: str) -> Path:
    space = workspace.find()
    return platform_file.named_by(space.stack_config(stack), space.root)
