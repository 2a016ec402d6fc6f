"""The facets of OpenLineage: one function for each."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, cast

from policies.engine.data import read
from policies.linkage.exports import terms, told
from policies.linkage.exports.header import Header
from policies.linkage.exports.openlineage_names import DATA, Names
from policies.linkage.exports.told import Told
from policies.linkage.graph import Graph
from policies.linkage.nodes import Node
from policies.linkage.reductions import reductions

_TABLE: Final = cast(
    "Mapping[str, Mapping[str, Any]]", read(Path(__file__).parent / "tables" / "openlineage.toml")
)
EVENTS: Final = _TABLE["events"]
"""The schema of each kind of event."""
_INTEGRATION: Final = "TRUNKLINE"

Facet = Mapping[str, Any]


class Writer:
    """Facets of the nodes of one graph."""

    def __init__(self, graph: Graph, header: Header, names: Names) -> None:
        self._graph = graph
        self._names = names
        self._producer = header.producer

    def of_data(self, node: Node) -> Mapping[str, Facet]:
        """Return the facets of data, those left out that would say nothing."""
        said = told.by(node)
        found: dict[str, Facet | None] = {
            "datasetType": {"datasetType": _TABLE["kinds"][node.kind]},
            "documentation": _documentation(said),
            "ownership": _ownership(said),
            "version": {"datasetVersion": version} if (version := said["version"].text()) else None,
            "schema": _schema(said),
            "tags": _tags([*_data_tags(said), *_field_tags(said)]),
            "dataSource": self._source(node, said),
            "symlinks": self._symlinks(node),
            "lineage": self._made_from(node),
            "trunkline_terms": terms.of(self._graph, node),
        }
        return self._signed("dataset", found)

    def of_job(self, node: Node, inputs: Sequence[Facet], outputs: Sequence[Facet]) -> Mapping[str, Facet]:
        """Return the facets of a job; of one that has no node of its own, what is known of it."""
        own = node.kind not in DATA
        said = told.by(node)
        found: dict[str, Facet | None] = {
            "jobType": {**_TABLE["jobs"][node.kind], "integration": _INTEGRATION},
            "documentation": _documentation(said) if own else None,
            "ownership": _ownership(said),
            "tags": _tags(_job_tags(said)) if own else None,
            "lineage": _flows(node, inputs, outputs),
            "trunkline_terms": terms.of(self._graph, node) if own else None,
        }
        return self._signed("job", found)

    def _signed(self, entity: str, found: Mapping[str, Facet | None]) -> Mapping[str, Facet]:
        return {
            name: {"_producer": self._producer, "_schemaURL": _TABLE[entity][name], **facet}
            for name, facet in found.items()
            if facet
        }

    def _source(self, node: Node, said: Told) -> Facet | None:
        """Return where the data comes from: its store, or the link that describes it."""
        uri = self._names.address(node) or said["url"].link()
        return {"name": node.places[0].node if node.places else node.id, "uri": uri} if uri else None

    def _symlinks(self, node: Node) -> Facet | None:
        """Return the name by the place in the platform, where the address took its place."""
        if not self._names.moved(node):
            return None
        return {"identifiers": [{**self._names.logical(node), "type": "TRUNKLINE"}]}

    def _made_from(self, node: Node) -> Facet | None:
        inputs = [
            {**self._entity(self._graph.nodes[edge.upstream]), **_transformations(node)}
            for edge in self._graph.into(node.id)
        ]
        return {"inputs": inputs} if inputs else None

    def _entity(self, node: Node) -> Mapping[str, str]:
        if node.kind in DATA:
            return {**self._names.dataset(node), "type": "DATASET"}
        return {**self._names.job(node), "type": "JOB"}


def _documentation(said: Told) -> Facet | None:
    lines = [text for key in ("about", "intendedUse") if (text := said[key].text()) is not None]
    return {"description": "\n\n".join(lines), "contentType": "text/plain"} if lines else None


def _ownership(said: Told) -> Facet | None:
    owner = said["owner"]
    team, contact = owner["team"].text(), owner["contact"].email()
    owners = [{"name": f"team:{team}", "type": "OWNER"}] if team else []
    owners += [{"name": f"mailto:{contact}", "type": "CONTACT"}] if contact else []
    return {"owners": owners} if owners else None


def _schema(said: Told) -> Facet | None:
    fields = [
        {
            "name": name,
            **({"type": kind} if (kind := field["type"].text()) else {}),
            "ordinal_position": position,
        }
        for position, field in enumerate(said["schema"]["fields"].each(), start=1)
        if (name := field["name"].text()) is not None
    ]
    return {"fields": fields} if fields else None


def _data_tags(said: Told) -> Iterator[tuple[str, str, str | None]]:
    for key in ("confidentiality", "riskTier", "stage"):
        if (text := said[key].text()) is not None:
            yield key, text, None
    for code in said["classification"]["contains"].texts():
        yield "classification", code, None
    for key in ("origin", "purposes", "method"):
        for text in said[key].texts():
            yield key, text, None
    if (live := said["live"].flag()) is not None:
        yield "live", str(live).lower(), None


def _field_tags(said: Told) -> Iterator[tuple[str, str, str | None]]:
    """Yield what the schema facet has no word for: units, and whether a field may be missing."""
    for field in said["schema"]["fields"].each():
        name = field["name"].text()
        if name is None:
            continue
        if (unit := field["unit"].text()) is not None:
            yield "unit", unit, name
        if (nullable := field["nullable"].flag()) is not None:
            yield "nullable", str(nullable).lower(), name


def _job_tags(said: Told) -> Iterator[tuple[str, str, str | None]]:
    for key in ("riskTier", "stage", "exposure", "authentication"):
        if (text := said[key].text()) is not None:
            yield key, text, None
    if (drift := said["monitoring"]["drift"].text()) is not None:
        yield "drift", drift, None


def _tags(tags: Iterable[tuple[str, str, str | None]]) -> Facet | None:
    found = [
        {"key": key, "value": value, "source": _INTEGRATION, **({"field": field} if field else {})}
        for key, value, field in tags
    ]
    return {"tags": found} if found else None


def _transformations(node: Node) -> Mapping[str, Any]:
    """Return the transforms that count, as the standard's masking."""
    found = [
        {
            "type": "DIRECT",
            "subtype": "TRANSFORMATION",
            "description": reduction.technology or "",
            "masking": True,
        }
        for reduction in reductions(node)
        if reduction.proven
    ]
    return {"transformations": found} if found else {}


def _flows(node: Node, inputs: Sequence[Facet], outputs: Sequence[Facet]) -> Facet:
    """Return the declared lineage of a job: what flows into each output, or into the job if it has none."""
    sources = [{**source, "type": "DATASET", **_transformations(node)} for source in inputs]
    targets: list[Facet] = [{**target, "type": "DATASET"} for target in outputs] or [{"type": "JOB"}]
    return {"entries": [{**target, "inputs": sources} for target in targets]}
