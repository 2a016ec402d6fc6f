"""What the standards' own libraries and schemas say of an export; each raises where they refuse it."""

import io
import json
import types
import typing
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any, Final

import attr
import jsonschema
import mlcroissant
import spdx_python_model
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from openlineage.client import event_v2, facet_v2

FACETS: Final = {
    "dataset": {
        "schema": facet_v2.schema_dataset.SchemaDatasetFacet,
        "documentation": facet_v2.documentation_dataset.DocumentationDatasetFacet,
        "ownership": facet_v2.ownership_dataset.OwnershipDatasetFacet,
        "version": facet_v2.dataset_version_dataset.DatasetVersionDatasetFacet,
        "tags": facet_v2.tags_dataset.TagsDatasetFacet,
        "lineage": facet_v2.lineage.LineageDatasetFacet,
        "datasetType": facet_v2.dataset_type_dataset.DatasetTypeDatasetFacet,
        "dataSource": facet_v2.datasource_dataset.DatasourceDatasetFacet,
        "symlinks": facet_v2.symlinks_dataset.SymlinksDatasetFacet,
    },
    "job": {
        "jobType": facet_v2.job_type_job.JobTypeJobFacet,
        "documentation": facet_v2.documentation_job.DocumentationJobFacet,
        "ownership": facet_v2.ownership_job.OwnershipJobFacet,
        "tags": facet_v2.tags_job.TagsJobFacet,
        "lineage": facet_v2.lineage.LineageJobFacet,
    },
}
"""The library's class for each facet that the export writes."""

OWN: Final[Mapping[str, Any]] = json.loads(
    files("policies.linkage.exports").joinpath("schemas", "TrunklineTermsFacet.json").read_text("utf-8")
)


def openlineage(text: str) -> None:
    """Build every event with the classes of openlineage-python, and check our own facet by its schema."""
    for line in text.splitlines():
        event = json.loads(line)
        entity = "dataset" if "dataset" in event else "job"
        facets = event[entity].pop("facets")
        built(event_v2.DatasetEvent if entity == "dataset" else event_v2.JobEvent, event)
        own = facets.pop("trunkline_terms", None)
        if own is not None:
            fragment = own["_schemaURL"].removeprefix(f"{OWN['$id']}#")
            jsonschema.Draft202012Validator({**OWN, "$ref": f"#{fragment}"}).validate(own)
        for name, facet in facets.items():
            built(FACETS[entity][name], facet)


def croissant(text: str) -> mlcroissant.Dataset:
    dataset = mlcroissant.Dataset(jsonld=json.loads(text))
    assert not dataset.metadata.ctx.issues.errors
    return dataset


def cyclonedx(text: str) -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    # A reader of the next version takes the same document.
    newer = text.replace("bom-1.6.schema", "bom-1.7.schema").replace(
        '"specVersion": "1.6"', '"specVersion": "1.7"'
    )
    assert JsonStrictValidator(SchemaVersion.V1_7).validate_str(newer) is None
    references = [part["bom-ref"] for part in _parts(json.loads(text))]
    assert len(references) == len(set(references))


def spdx(text: str) -> None:
    """Read the document with the standard's library, and get the same elements back from it."""
    document = json.loads(text)
    model, objects = spdx_python_model.load_data(document)
    assert objects.link() == set(), "something is named that is not in the document"
    written = io.BytesIO()
    model.JSONLDSerializer().write(objects, written)
    back = json.loads(written.getvalue())
    assert _by_id(back) == _by_id(document)


JUDGES: Final[Mapping[str, Callable[[str], Any]]] = {
    "openlineage": openlineage,
    "croissant": croissant,
    "cyclonedx": cyclonedx,
    "spdx": spdx,
}


def built(hint: Any, value: Any) -> Any:
    """Build ``value`` as the type ``hint`` of openlineage-python, and refuse what the type does not know."""
    origin = typing.get_origin(hint)
    if origin in {typing.Union, types.UnionType}:
        return _one_of(typing.get_args(hint), value)
    if origin is list:
        assert isinstance(value, list)
        return [built(typing.get_args(hint)[0], item) for item in value]
    if origin is typing.Literal:
        assert value in typing.get_args(hint)
        return value
    if not attr.has(hint):
        assert isinstance(value, hint), f"{value!r} is no {hint}"
        return value
    hints = typing.get_type_hints(hint)
    fields = {field.name: field for field in attr.fields(hint)}
    assert set(value) <= set(fields), f"{hint.__name__} does not know {set(value) - set(fields)}"
    made = hint(
        **{
            fields[key].alias: built(hints[key], item)
            for key, item in value.items()
            if fields[key].init and key != "facets"
        }
    )
    for key, item in value.items():
        if not fields[key].init:  # the schema that the library itself writes
            assert getattr(made, key) == item
    return made


def _one_of(hints: tuple[Any, ...], value: Any) -> Any:
    problems: list[Exception] = []
    for hint in hints:
        if hint is type(None):
            continue
        try:
            return built(hint, value)
        except (AssertionError, TypeError, ValueError) as problem:
            problems.append(problem)
    raise AssertionError(problems)


def _parts(bom: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [*bom.get("components", ()), *bom.get("services", ()), bom["metadata"]["component"]]


def _by_id(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the elements by id; what has a blank id is only known from where it is used."""
    creation = next(e["@id"] for e in document["@graph"] if e["type"] == "CreationInfo")
    text = json.dumps(document["@graph"], sort_keys=True).replace(creation, "_:creation")
    return {element.get("spdxId", element.get("@id")): _sorted(element) for element in json.loads(text)}


def _sorted(value: Any) -> Any:
    match value:
        case dict():
            return {key: _sorted(item) for key, item in value.items()}
        case list():
            return sorted((_sorted(item) for item in value), key=json.dumps)
        case _:
            return value
