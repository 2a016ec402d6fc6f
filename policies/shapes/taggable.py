"""Kinds of resource that can say who owns them and what they are for."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, cast

from policies.shapes import pods


def _kinds() -> Iterator[str]:
    file = Path(__file__).parent / "tables" / "taggable.json"
    table = cast("Mapping[str, Mapping[str, str]]", json.loads(file.read_text(encoding="utf-8")))
    for module, names in table["aws"].items():
        yield from (f"aws:{module}/{name[0].lower()}{name[1:]}:{name}" for name in names.split())
    for package in ("azure-native", "kubernetes"):
        for module, names in table[package].items():
            yield from (f"{package}:{module}:{name}" for name in names.split())
    yield from (kind for kind in pods.PATHS if not kind.endswith("List"))


KINDS: Final = tuple(dict.fromkeys(_kinds()))
"""Every kind of AWS and Azure that takes tags, and the kinds of Kubernetes that use or hold something."""
