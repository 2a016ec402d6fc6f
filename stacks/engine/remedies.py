"""What a person types to get what is missing, in the words of their system."""

import sys
import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

Tool = Literal["pulumi", "go"]


def remedy(tool: Tool) -> str:
    """A sentence that says how to install a tool here."""
    words = _words()[tool]
    command = words.get(sys.platform)
    return f"{command} (see {words['page']})" if command else f"see {words['page']}"


@cache
def _words() -> dict[str, dict[str, str]]:
    with (Path(__file__).parent / "remedies.toml").open("rb") as file:
        return tomllib.load(file)
