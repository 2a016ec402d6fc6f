"""Reading a platform file: the one way in."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from stacks.spec import fields, resolve, rules, sentences
from stacks.spec.data_entries import SECTIONS, Data
from stacks.spec.fields import Fields, FieldsFile
from stacks.spec.lineage import Dataset, Endpoint, FeatureView, Model
from stacks.spec.lineage import Source as SourceEntry
from stacks.spec.problems import KeyPath, Position, SpecError
from stacks.spec.reader import MOST_PROBLEMS, Source, read
from stacks.spec.rules.parts import Parts
from stacks.spec.scalars import NAME
from stacks.spec.types import ObjectStore, Platform, Site

_Entry = TypeVar("_Entry")


@dataclass(frozen=True, slots=True)
class Document:
    """A platform file without a problem."""

    platform: Platform
    source: Source
    fields: Mapping[str, FieldsFile]
    """The files of fields that the file names, by their path in it, and the fields of contracts."""

    def locate(self, path: KeyPath) -> Position:
        """Where the entry at ``path`` stands, for example ``("sites", "aws", "cidr")``.

        Keys are spelled as in the file. An entry that is not in the file is where its closest parent is.
        """
        return self.source.locate(path)

    def ranges(self, site: str) -> resolve.SiteRanges:
        """The address ranges of a site, defaults filled in.

        Raises:
            KeyError: There is no such site.
        """
        return resolve.ranges(self.platform.sites[site])


def load(path: Path) -> Document:
    """Read a platform file.

    Nothing is run, fetched or looked up: the answer depends on the file alone, on the files of fields and the
    contracts that it names, and on where the links lead that it names.

    Raises:
        SpecError: The file cannot be used; the error carries every problem that was found in it, up to 100 of
            each stage: YAML, single values, rules.
    """
    source, problems = read(Path(path))
    try:
        platform = Platform.model_validate(source.data)
    except ValidationError as error:
        problems.extend(islice(sentences.problems(error, source), MOST_PROBLEMS))
        platform = None
    parts = _parts(source)
    problems.extend(parts.fields.problems)
    problems.extend(islice(rules.check(parts), MOST_PROBLEMS))
    if platform is None or problems:
        raise SpecError(problems)
    return Document(_filled(platform, parts), source, parts.fields.files)


def _parts(source: Source) -> Parts:
    """The entries that are right by themselves, so that rules can check a file with broken entries too."""
    sites, stores = _mapping(source.data, "sites"), _mapping(source.data, "objectStores")
    declared = fields.read_all(source, source.data if isinstance(source.data, dict) else {})
    data, declared = _contracts(source, _data(source.data), declared)
    return Parts(
        source=source,
        sites=_valid(TypeAdapter[resolve.AnySite](Site), sites),
        stores=_valid(TypeAdapter(ObjectStore), stores),
        site_names=dict.fromkeys(filter(_is_name, sites)),
        store_names=dict.fromkeys(filter(_is_name, stores)),
        data=data,
        fields=declared,
    )


def _contracts(source: Source, data: Data, declared: Fields) -> tuple[Data, Fields]:
    """Fill in what the contracts supply that datasets name."""
    if not any(dataset.contract for dataset in data.datasets.values()):
        return data, declared
    from stacks.imports import contracts  # noqa: PLC0415 - only a platform with contracts pays for reading them

    found = contracts.apply(source, data.datasets)
    return replace(data, datasets=found.datasets), replace(
        declared,
        files={**declared.files, **found.files},
        problems=[*declared.problems, *found.problems],
    )


def _filled(platform: Platform, parts: Parts) -> Platform:
    """Return the platform with what contracts supply; without a problem, every dataset is among the parts."""
    if not any(dataset.contract for dataset in platform.datasets.values()):
        return platform
    return platform.model_copy(update={"datasets": parts.data.datasets})


def _data(data: Any) -> Data:
    sections = {name: _mapping(data, name) for name in SECTIONS}
    return Data(
        sources=_valid(TypeAdapter(SourceEntry), sections["sources"]),
        datasets=_valid(TypeAdapter(Dataset), sections["datasets"]),
        features=_valid(TypeAdapter(FeatureView), sections["features"]),
        models=_valid(TypeAdapter(Model), sections["models"]),
        endpoints=_valid(TypeAdapter(Endpoint), sections["endpoints"]),
        names={name: dict.fromkeys(filter(_is_name, entries)) for name, entries in sections.items()},
    )


def _valid(adapter: TypeAdapter[_Entry], entries: Mapping[str, Any]) -> dict[str, _Entry]:
    valid: dict[str, _Entry] = {}
    for name, data in entries.items():
        if not _is_name(name):
            continue
        with contextlib.suppress(ValidationError):
            valid[name] = adapter.validate_python(data)
    return valid


def _is_name(key: str) -> bool:
    """Whether rules may speak of an entry; any other key has been refused, and may hold anything."""
    return NAME.matches(key)


def _mapping(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = data.get(key)
    return value if isinstance(value, dict) else {}
