"""``trunkline export``: the linkage graph for the tools of others."""

import os
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from stacks.cli import offline
from stacks.cli.patience import working
from stacks.cli.terminal import BAD_INPUT, CommandError, err, note

_EPOCH = "SOURCE_DATE_EPOCH"
"""When a build says that it happens: https://reproducible-builds.org/specs/source-date-epoch/."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")


class Format(StrEnum):
    """The standards; one module of ``policies.linkage.exports`` each."""

    OPENLINEAGE = "openlineage"
    CROISSANT = "croissant"
    CYCLONEDX = "cyclonedx"
    SPDX = "spdx"


def export(
    file: Annotated[
        str, typer.Argument(help="A state, a preview or a platform file; - reads standard input.")
    ],
    form: Annotated[Format, typer.Option("--format", help="The standard to write.")],
    output: Annotated[
        Path | None,
        typer.Option(
            help="Write to this file, or into this folder. Croissant has a file for each dataset, so it "
            "takes a folder. Without it: standard output.",
            show_default=False,
        ),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(
            help="Name of the platform, a part of every id. Without it: what the platform file says, or "
            "project and stack of a state.",
            show_default=False,
        ),
    ] = None,
    time: Annotated[
        str | None,
        typer.Option(
            help="When this holds, such as 2026-11-23T12:00:00Z. Without it: SOURCE_DATE_EPOCH, or now.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Write the declared data, models and endpoints for other tools, without anything secret.

    openlineage: static events, one a line. croissant: a description of each dataset. cyclonedx: an ML-BOM.
    spdx: packages of the AI and Dataset profiles. The same input, name and time give the same bytes.

    Examples: trunkline export stacks/platforms/acme.yaml --format croissant --output datasets/,
    pulumi stack export | trunkline export - --format cyclonedx
    """
    from policies import linkage  # noqa: PLC0415 - other commands do not pay for the graph
    from policies.engine import Inventory  # noqa: PLC0415
    from policies.linkage.exports import Header, addresses, write  # noqa: PLC0415
    from policies.report import redaction  # noqa: PLC0415

    instant = _instant(time)
    with working(f"Reading {file}"):
        snapshot = offline.load(file, stack=None, sandbox=False, partial=True).snapshot
        inventory = Inventory(snapshot.resources)
        graph = linkage.of(inventory)
        header = Header(
            platform=_platform(name, file, snapshot),
            time=instant,
            version=version("trunkline"),
            addresses=addresses.of(graph, inventory),
        )
        files = write(graph, form.value, header, secrets=redaction.texts(snapshot.resources), hide=_hidden)
    for sentence in snapshot.notes:
        note(sentence)
    if not graph.nodes:
        err.print("Nothing is declared: the file names no dataset, feature view, model or endpoint.")
    if output is None:
        _show(form, files)
    else:
        _keep(form, files, output)


def _platform(name: str | None, file: str, snapshot: offline.Snapshot) -> str:
    """Return the name that becomes a part of every id."""
    if name is not None:
        if not _NAME.fullmatch(name):
            raise CommandError(
                f"--name takes letters, digits, '.', '_' and '-', at most 63 of them, not {name!r}.",
                code=BAD_INPUT,
            )
        return name
    if snapshot.kind is offline.Kind.PLATFORM:
        from stacks import spec  # noqa: PLC0415 - only a platform file pays for its parser

        return spec.load(Path(file)).platform.platform
    return "-".join(filter(None, (snapshot.project, snapshot.stack))) or "unnamed"


def _instant(text: str | None) -> datetime:
    """Return when the export holds."""
    epoch = os.environ.get(_EPOCH)
    if text is None and epoch:
        try:
            return datetime.fromtimestamp(int(epoch), tz=UTC)
        except (ValueError, OverflowError, OSError):
            raise CommandError(
                f"{_EPOCH} must be a number of seconds since 1970, not {epoch!r}.", code=BAD_INPUT
            ) from None
    if text is None:
        return datetime.now(tz=UTC)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise CommandError(
            f"--time takes an instant with its time zone, such as 2026-11-23T12:00:00Z, not {text!r}.",
            code=BAD_INPUT,
        )
    return found


def _hidden(text: str) -> str:
    """Return nothing of a text that holds a credential by its form."""
    from stacks.spec.problems import SECRET  # noqa: PLC0415

    return "[secret]" if SECRET.search(text) else text


def _show(form: Format, files: Mapping[str, str]) -> None:
    """Print one document: of several datasets, a list."""
    if form is Format.CROISSANT:
        listed = ",\n".join(text.rstrip("\n") for text in files.values())
        sys.stdout.write(f"[\n{listed}\n]\n" if listed else "[]\n")
        return
    sys.stdout.write("".join(files.values()))


def _keep(form: Format, files: Mapping[str, str], output: Path) -> None:
    into_folder = form is Format.CROISSANT or output.is_dir()
    if into_folder:
        try:
            output.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise CommandError(
                f"{output} cannot be a folder: {problem.strerror}. Croissant has a file for each dataset; "
                "name a folder for them.",
                code=BAD_INPUT,
            ) from None
    for called, text in files.items():
        target = output / called if into_folder else output
        offline.replace(target, text)
        err.print(f"Written: {escape(str(target))}")
