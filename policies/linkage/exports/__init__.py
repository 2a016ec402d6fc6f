"""The linkage graph in the words of others: OpenLineage, Croissant, CycloneDX and SPDX.

Each export is a pure function from a graph and a header to plain data. The same graph gives the same bytes,
and nothing secret is written.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote

from policies.linkage.exports import croissant, cyclonedx, openlineage, spdx
from policies.linkage.exports.clean import cleaned
from policies.linkage.exports.header import Header
from policies.linkage.graph import Graph

__all__ = ["FORMATS", "Header", "write"]

_LONGEST: Final = 200
"""Bytes of a name that go into the name of a file; file systems take 255 with the ending."""


def write(
    graph: Graph,
    form: str,
    header: Header,
    *,
    secrets: Collection[str] = (),
    hide: Callable[[str], str] = lambda text: text,
) -> Mapping[str, str]:
    """Return the files of an export: their text by their name. It is ASCII, so it can be shown anywhere.

    Args:
        graph: What to write.
        form: A key of :data:`FORMATS`.
        header: What no graph knows.
        secrets: Texts that are secret elsewhere in the stack.
        hide: Takes whatever else must not be shown out of a text.

    Raises:
        KeyError: There is no such format.
    """
    return dict(FORMATS[form](cleaned(graph, secrets=secrets, hide=hide), header))


def _openlineage(graph: Graph, header: Header) -> Iterator[tuple[str, str]]:
    lines = [json.dumps(event) for event in openlineage.events(graph, header)]
    yield "lineage.openlineage.ndjson", "".join(f"{line}\n" for line in lines)


def _croissant(graph: Graph, header: Header) -> Iterator[tuple[str, str]]:
    for node, document in croissant.documents(graph, header).items():
        yield f"{_file(node.removeprefix('dataset:'))}.croissant.json", _pretty(document)


def _cyclonedx(graph: Graph, header: Header) -> Iterator[tuple[str, str]]:
    yield "ml-bom.cdx.json", _pretty(cyclonedx.document(graph, header))


def _spdx(graph: Graph, header: Header) -> Iterator[tuple[str, str]]:
    yield "ai.spdx3.json", _pretty(spdx.document(graph, header))


FORMATS: Final[Mapping[str, Callable[[Graph, Header], Iterator[tuple[str, str]]]]] = {
    "openlineage": _openlineage,
    "croissant": _croissant,
    "cyclonedx": _cyclonedx,
    "spdx": _spdx,
}
"""The formats, each with the function that writes the files of a graph without secrets."""


def _pretty(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=2) + "\n"


def _file(name: str) -> str:
    """Return the name of a dataset as part of a file name, whatever characters it has."""
    plain = quote(name, safe="")
    if len(plain) <= _LONGEST:
        return plain
    return f"{plain[:_LONGEST]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
