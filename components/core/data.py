"""Read the data files that stand beside the code."""

import tomllib
from functools import cache
from importlib import resources
from typing import Any


@cache
def load(package: str, name: str) -> dict[str, Any]:
    """The content of ``<package>/<name>.toml``; every file says where its values come from and when."""
    return tomllib.loads(resources.files(package).joinpath(f"{name}.toml").read_text("utf-8"))
