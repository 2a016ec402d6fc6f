"""What the command says and how: results on standard output, everything else on standard error."""

import json
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.markup import escape

OK, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130
"""The exit codes; scripts may rely on them."""

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


class CommandError(Exception):
    """The command cannot go on, for a reason that the user can read and act on."""

    def __init__(self, sentence: str, *, code: int = FAILED) -> None:
        super().__init__(sentence)
        self.code = code


def error(sentence: str) -> None:
    """Show an error; the text may hold brackets, so it is never read as markup."""
    err.print(f"[bold red]error:[/] {escape(sentence)}")


def note(sentence: str) -> None:
    """Say what is going on."""
    err.print(f"[dim]{escape(sentence)}[/]")


def emit_json(value: Mapping[str, object] | Sequence[object]) -> None:
    """Print one JSON document for a machine, and nothing else on standard output."""
    print(json.dumps(value, indent=2, sort_keys=True, default=str))  # noqa: T201 - this is the output
