"""What a platform file declares about data, as the nodes of the linkage graph.

One plain list feeds three readers: the components that put the nodes into the engine's state, the gate that
judges them before anything is registered, and ``trunkline scan`` of a platform file alone. Property names are
those of ``docs/policies/linkage.md``. Imports no Pulumi.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from stacks.spec import Document
from stacks.spec.entry import Entry
from stacks.spec.lineage import Dataset, Endpoint, FeatureView, Model, Source
from stacks.spec.types import AksSite, EksSite

if TYPE_CHECKING:
    from stacks.spec.fields import FieldsFile

_STAGES: Final = {"dev": "development", "staging": "staging", "prod": "production"}
_PROVIDERS: Final = {"eks": "aws", "aks": "azure"}
_ELSEWHERE: Final = frozenset(
    {"store", "site", "from", "schema", "reads", "expects", "retention"}
    | {"evaluatedOn", "base", "serves", "feeds", "stage", "contract", "partition"}
)
"""Keys of the file that a node does not keep as they are: they become edges, places and resolved facts."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Declaration:
    """One node: the resource that declares it, without the engine."""

    type: str
    name: str
    properties: Mapping[str, Any]
    store: str | None = None
    """The object store it lies in, by its name in the file."""
    site: str | None = None
    """The site it is worked on at, by its name in the file."""


def declarations(document: Document, *, root: Path | None = None) -> Sequence[Declaration]:
    """Return every node that a platform file declares, upstream before downstream where that is possible.

    Args:
        document: The platform file.
        root: The folder that positions are told relative to; the file's own name alone unless given.
    """
    return tuple(_Writer(document, root).all())


class _Writer:
    def __init__(self, document: Document, root: Path | None) -> None:
        self._document = document
        self._platform = document.platform
        self._root = root
        fed: dict[str, list[str]] = {}
        for name, endpoint in self._platform.endpoints.items():
            for dataset in endpoint.feeds:
                fed.setdefault(dataset, []).append(name)
        self._fed = fed

    def all(self) -> Iterator[Declaration]:
        for name, source in sorted(self._platform.sources.items()):
            yield self._source(name, source)
        for name, dataset in sorted(self._platform.datasets.items()):
            yield self._dataset(name, dataset)
        for name, view in sorted(self._platform.features.items()):
            yield self._view(name, view)
        for name, model in sorted(self._platform.models.items()):
            yield from self._model(name, model)
        for name, endpoint in sorted(self._platform.endpoints.items()):
            yield self._endpoint(name, endpoint)

    # -- one kind each -------------------------------------------------------------------------------------

    def _source(self, name: str, entry: Source) -> Declaration:
        at = ("sources", name)
        return Declaration(
            type="trunkline:catalogue:Source",
            name=name,
            properties={
                **self._common(f"source:{name}", at, entry),
                **_retention(entry),
                "thirdParty": entry.third_party,
            },
        )

    def _dataset(self, name: str, entry: Dataset) -> Declaration:
        at = ("datasets", name)
        inputs = [
            *(
                self._input(self._origin(other), "derivedFrom", (*at, "from", index))
                for index, other in enumerate(entry.made_from)
            ),
            *(
                self._input(
                    f"endpoint:{endpoint}",
                    "fedBack",
                    ("endpoints", endpoint, "feeds", self._platform.endpoints[endpoint].feeds.index(name)),
                )
                for endpoint in sorted(self._fed.get(name, ()))
            ),
        ]
        return Declaration(
            type="trunkline:catalogue:Dataset",
            name=name,
            store=entry.store,
            properties={
                **self._common(f"dataset:{name}", at, entry),
                **_retention(entry),
                "inputs": inputs,
                "places": [self._store("storedIn", entry.store)],
                "path": entry.path or name,
                **self._partition(entry),
                **self._schema(entry.fields_file),
            },
        )

    def _view(self, name: str, entry: FeatureView) -> Declaration:
        at = ("features", name)
        places = [self._compute(entry.site)]
        if entry.store:
            places.append(self._store("storedIn", entry.store))
        return Declaration(
            type="trunkline:catalogue:FeatureView",
            name=name,
            store=entry.store,
            site=entry.site,
            properties={
                **self._common(f"featureView:{name}", at, entry),
                "inputs": self._reads(at, "reads", entry.reads, "readsFrom"),
                "places": places,
                **self._schema(entry.fields_file),
                **self._expects(entry.expects),
            },
        )

    def _model(self, name: str, entry: Model) -> Iterator[Declaration]:
        at = ("models", name)
        made: list[Mapping[str, Any]] = []
        if entry.reads or entry.base:
            yield self._training(name, entry)
            made.append(self._input(f"training:{name}", "producedBy", at))
        if entry.evaluated_on and entry.site:
            inputs = self._reads(at, "evaluatedOn", entry.evaluated_on, "testedOn")
            yield Declaration(
                type="trunkline:catalogue:Evaluation",
                name=name,
                site=entry.site,
                properties={
                    "node": f"evaluation:{name}",
                    "position": self._position((*at, "evaluatedOn")),
                    "inputs": inputs,
                    "places": [self._compute(entry.site)],
                    **_owner(entry),
                },
            )
            made.append(self._input(f"evaluation:{name}", "evaluatedBy", (*at, "evaluatedOn")))
        places = [self._store("registeredIn", entry.store)] if entry.store else []
        properties = self._common(f"model:{name}", at, entry)
        properties.pop("reduces", None)  # training does it, and training is a node of its own
        yield Declaration(
            type="trunkline:catalogue:Model",
            name=name,
            store=entry.store,
            properties={
                **properties,
                "inputs": made,
                "places": places,
                "stage": entry.stage or _STAGES[self._platform.environment],
            },
        )

    def _training(self, name: str, entry: Model) -> Declaration:
        at = ("models", name)
        inputs = self._reads(at, "reads", entry.reads, "trainedOn")
        if entry.base:
            inputs.append(self._input(f"model:{entry.base}", "basedOn", (*at, "base")))
        properties: dict[str, Any] = {
            "node": f"training:{name}",
            "position": self._position((*at, "reads")),
            "inputs": inputs,
            "places": [self._compute(entry.site)] if entry.site else [],
            **_owner(entry),
            **self._expects(entry.expects),
        }
        if entry.reduces:
            properties["reduces"] = _plain(entry)["reduces"]
        return Declaration(
            type="trunkline:catalogue:Training", name=name, site=entry.site, properties=properties
        )

    def _endpoint(self, name: str, entry: Endpoint) -> Declaration:
        at = ("endpoints", name)
        return Declaration(
            type="trunkline:catalogue:Endpoint",
            name=name,
            site=entry.site,
            properties={
                **self._common(f"endpoint:{name}", at, entry),
                "inputs": [
                    self._input(f"model:{entry.serves}", "servedBy", (*at, "serves")),
                    *self._reads(at, "reads", entry.reads, "readsFrom"),
                ],
                "places": [self._compute(entry.site)],
                "stage": entry.stage or _STAGES[self._platform.environment],
                "feeds": [f"dataset:{dataset}" for dataset in entry.feeds],
                "exposure": entry.exposure,
                "commercial": entry.commercial,
                **self._schema(entry.fields_file),
                **self._expects(entry.expects),
            },
        )

    # -- parts ---------------------------------------------------------------------------------------------

    def _common(self, node: str, at: tuple[str, ...], entry: Entry) -> dict[str, Any]:
        kept = {key: value for key, value in _plain(entry).items() if key not in _ELSEWHERE}
        return {"node": node, "position": self._position(at), **kept}

    def _partition(self, entry: Dataset) -> dict[str, Any]:
        if entry.partition is None:
            return {}
        return {"partition": {"of": self._origin(entry.partition.of), "name": entry.partition.name}}

    def _origin(self, name: str) -> str:
        return f"source:{name}" if name in self._platform.sources else f"dataset:{name}"

    def _data(self, name: str) -> str:
        return f"featureView:{name}" if name in self._platform.features else f"dataset:{name}"

    def _reads(
        self, at: tuple[str, ...], key: str, names: Sequence[str], edge: str
    ) -> list[Mapping[str, Any]]:
        return [self._input(self._data(name), edge, (*at, key, index)) for index, name in enumerate(names)]

    def _input(self, node: str, edge: str, at: tuple[str | int, ...]) -> Mapping[str, Any]:
        return {"node": node, "edge": edge, "position": self._position(at)}

    def _expects(self, expects: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        if not expects:
            return {}
        return {
            "expects": [
                {"node": self._data(name), "fields": [{"name": field} for field in fields]}
                for name, fields in expects.items()
            ]
        }

    def _schema(self, named: str | None) -> dict[str, Any]:
        file: FieldsFile | None = self._document.fields.get(named) if named else None
        if file is None:
            return {}
        fields = [
            field.model_dump(by_alias=True, mode="json", exclude_none=True, exclude={"description"})
            for field in file.fields
        ]
        return {"schema": {"digest": file.digest, "fields": fields}}

    def _store(self, role: str, name: str) -> dict[str, Any]:
        return {"role": role, "node": f"store:{name}"} | self._where(self._platform.object_stores[name].site)

    def _compute(self, site: str) -> dict[str, Any]:
        return {"role": "processedIn", "node": f"compute:{site}"} | self._where(site)

    def _where(self, name: str) -> dict[str, Any]:
        site = self._platform.sites[name]
        where: dict[str, Any] = {"site": name, "provider": _PROVIDERS.get(site.kind, "onprem")}
        if isinstance(site, EksSite | AksSite):
            country = _countries()[_PROVIDERS[site.kind]].get(site.region)
            return {**where, "region": site.region, **({"country": country} if country else {})}
        return {**where, "country": site.country}

    def _position(self, at: tuple[str | int, ...]) -> str:
        position = self._document.locate(at)
        file = position.file
        if self._root is not None and file.resolve().is_relative_to(self._root.resolve()):
            return f"{file.resolve().relative_to(self._root.resolve()).as_posix()}:{position.line}"
        return f"{file.name}:{position.line}"


@cache
def _countries() -> Mapping[str, Mapping[str, str]]:
    """Return the country of every region, by provider; the file is read without what stands beside it."""
    return tomllib.loads(files("components").joinpath("site", "regions.toml").read_text("utf-8"))


def _plain(entry: Entry) -> dict[str, Any]:
    """Return what an entry says, as JSON would; what it leaves out is not there."""
    return entry.model_dump(by_alias=True, mode="json", exclude_none=True, exclude_unset=True)


def _owner(entry: Model) -> dict[str, Any]:
    return {"owner": _plain(entry)["owner"]} if entry.owner else {}


def _retention(entry: Source | Dataset) -> dict[str, Any]:
    return {"retentionDays": entry.retention.days} if entry.retention else {}
